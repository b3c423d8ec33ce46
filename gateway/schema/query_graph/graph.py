"""The query graph: immutable tables of who resolves what and where an object can be entered, made once per supergraph."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from gateway.schema.query_graph.slots import KEYS_ONLY, Slot, View, read_view, view_of_field, view_of_type
from gateway.schema.selection import Field, SelectionSet
from gateway.schema.supergraph import ContextArgument, OverrideLabel, Supergraph, TypeKind, TypeView
from gateway.types import FieldName, Label, OperationKind, SubgraphName, TypeName

TYPENAME = "__typename"

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Edge:
    """A field as a subgraph can give it. ``type_name`` is the type's name there, ``type`` the whole type as text.

    An edge with ``requires`` or ``contexts`` is conditional: it is taken only by entering the object anew, with these inputs.
    """

    name: FieldName
    type_name: TypeName
    type: str
    is_external: bool = False
    requires: SelectionSet = ()
    provides: SelectionSet = ()
    contexts: tuple[ContextArgument, ...] = ()

    @property
    def is_conditional(self) -> bool:
        return bool(self.requires or self.contexts)


@dataclass(frozen=True, slots=True)
class Entrance:
    """A way into a subgraph by ``_entities``: the object becomes ``type`` there, by one of the resolvable ``keys``.

    ``conditional`` are the type's fields there that need more inputs than a key.
    """

    graph: SubgraphName
    type: TypeName
    keys: tuple[SelectionSet, ...]
    conditional: tuple[FieldName, ...]


KEPT_LABEL_SETS = 64
"""How many sets of active labels keep their tables. Labels drawn by chance come in up to two to the power of their number."""

_TYPENAME_EDGE = Edge(TYPENAME, "String", "String!")


class _Remembered(dict[Slot, _Answer]):
    """Answers by slot, each worked out when it is first asked for. A look-up costs no call: it is the planner's innermost step."""

    def __init__(self, ask: Callable[[Slot], _Answer]) -> None:
        self._ask = ask

    def __missing__(self, slot: Slot) -> _Answer:
        found = self[slot] = self._ask(slot)
        return found


class QueryGraph:
    """Tables over one supergraph, for one set of active override labels. Ask; never change.

    Every answer is by subgraph and type names; subgraphs come sorted by name, so no answer depends on their order.
    """

    def __init__(self, supergraph: Supergraph, labels: frozenset[Label] = frozenset()) -> None:
        self.supergraph = supergraph
        self.labels = labels
        self.kinds = supergraph.kinds
        self.possible_types = supergraph.possible_types
        self.interfaces = supergraph.interfaces
        self.query_type = supergraph.root_types[OperationKind.QUERY]
        self.runtime_types = _runtime_types(supergraph)
        self.interface_objects = _interface_objects(supergraph)
        self.graphs_of = _graphs_of(supergraph)
        self.edges = _edges(supergraph, labels)
        self.field_types = _field_types(supergraph)
        self.entrances = _entrances(supergraph, self.edges)
        self.triggers = _triggers(self.entrances, self.edges)
        self.contexts = _contexts(supergraph)
        self._key_fields = _key_fields(supergraph)
        self._suppliers: dict[FieldName, Mapping[Slot, Edge | None]] = {}
        self._followers: dict[FieldName, Mapping[Slot, Slot | None]] = {}
        self._under: dict[frozenset[Label], QueryGraph] = {labels: self}

    def under(self, labels: frozenset[Label]) -> "QueryGraph":
        """The graph where exactly these labels are active; labels that the supergraph does not have make no difference."""
        labels = labels.intersection(self.supergraph.labels)
        if labels not in self._under:
            if len(self._under) >= KEPT_LABEL_SETS:
                self._under.clear()
            self._under[labels] = QueryGraph(self.supergraph, labels)
        return self._under[labels]

    def root_slots(self, type_name: TypeName) -> tuple[Slot, ...]:
        """One slot per subgraph that has this root type."""
        return tuple(Slot(graph, type_name) for graph in self.graphs_of.get(type_name, ()))

    def supplies(self, slot: Slot, name: FieldName) -> Edge | None:
        """The edge by which a slot gives a field of its own object, or None.

        An interface's field counts only if every runtime type gives it there without more inputs. ``__typename`` is an edge too;
        an interface object cannot give it.
        """
        return self.suppliers(name)[slot]

    def suppliers(self, name: FieldName) -> Mapping[Slot, Edge | None]:
        """What ``supplies`` says of one field, by slot."""
        if name not in self._suppliers:
            self._suppliers[name] = _Remembered(lambda slot: self._find_edge(slot, name))
        return self._suppliers[name]

    def _find_edge(self, slot: Slot, name: FieldName) -> Edge | None:
        graph, type_name, view, only = slot
        if slot.is_conditional:
            return self.edges.get((type_name, name, graph)) if name == only else None
        if only == KEYS_ONLY and name not in self._key_fields[type_name, graph]:
            return None
        is_interface_object = (type_name, graph) in self.interface_objects
        if name == TYPENAME:
            return None if is_interface_object else _TYPENAME_EDGE
        edge = self.edges.get((type_name, name, graph))
        if view_of_field(view, name) is not None:
            return edge or self._provided_edge(type_name, name)
        if edge is None or edge.is_external or edge.is_conditional:
            return None
        if self.kinds[type_name] is TypeKind.INTERFACE and not is_interface_object:
            types = self.runtime_types.get((type_name, graph), ())
            return edge if all(self._gives(x, name, graph, view) for x in types) else None
        return edge

    def _provided_edge(self, type_name: TypeName, name: FieldName) -> Edge | None:
        """Federation 1 lists a provided field nowhere else."""
        text = self.supergraph.field_types[type_name].get(name)
        return Edge(name, self.field_types[type_name, name], text) if text is not None else None

    def _gives(self, type_name: TypeName, name: FieldName, graph: SubgraphName, view: View) -> bool:
        edge = self.edges.get((type_name, name, graph))
        if edge is None or edge.is_conditional:
            return False
        if not edge.is_external:
            return True
        return view_of_field(view_of_type(view, self.types_of(type_name)), name) is not None

    def types_of(self, type_name: TypeName) -> tuple[TypeName, ...]:
        """A type and the interfaces it implements."""
        return (type_name, *self.interfaces.get(type_name, ()))

    def follow(self, slot: Slot, name: FieldName) -> Slot | None:
        """The slot of the object behind a composite field, or None where the slot does not give the field."""
        return self.followers(name)[slot]

    def followers(self, name: FieldName) -> Mapping[Slot, Slot | None]:
        """What ``follow`` says of one field, by slot."""
        if name not in self._followers:
            self._followers[name] = _Remembered(lambda slot: self._follow(slot, name))
        return self._followers[name]

    def _follow(self, slot: Slot, name: FieldName) -> Slot | None:
        edge = self.supplies(slot, name)
        if edge is None:
            return None
        view = view_of_field(slot.view, name) or ()
        return Slot(slot.graph, edge.type_name, read_view(edge.provides, view))

    def narrow(self, slot: Slot, type_name: TypeName) -> Slot | None:
        """The slot of an object that turns out to be of a concrete type, or None where the subgraph knows no such object.

        An interface object stays what it is: the subgraph cannot tell types apart, so only its keys may be read there.
        """
        if slot.is_conditional:
            return None
        if (slot.type, slot.graph) in self.interface_objects:
            return slot._replace(only=KEYS_ONLY)
        if type_name not in self.runtime_types.get((slot.type, slot.graph), ()):
            return None
        return Slot(slot.graph, type_name, view_of_type(slot.view, self.types_of(type_name)))

    def is_interface_object(self, slot: Slot) -> bool:
        return (slot.type, slot.graph) in self.interface_objects


def build_query_graph(supergraph: Supergraph) -> QueryGraph:
    """The tables of a supergraph, with no override label active; ``QueryGraph.under`` gives those for other labels."""
    return QueryGraph(supergraph)


def _views(supergraph: Supergraph) -> Iterator[tuple[SubgraphName, TypeView]]:
    for graph in supergraph.subgraphs.values():
        for view in graph.types.values():
            yield graph.name, view


def _runtime_types(supergraph: Supergraph) -> dict[tuple[TypeName, SubgraphName], tuple[TypeName, ...]]:
    return {(view.name, graph): view.runtime_types for graph, view in _views(supergraph) if view.kind.is_composite}


def _interface_objects(supergraph: Supergraph) -> frozenset[tuple[TypeName, SubgraphName]]:
    return frozenset((view.name, graph) for graph, view in _views(supergraph) if view.is_interface_object)


def _graphs_of(supergraph: Supergraph) -> dict[TypeName, tuple[SubgraphName, ...]]:
    found: dict[TypeName, list[SubgraphName]] = defaultdict(list)
    for graph, view in _views(supergraph):
        found[view.name].append(graph)
    return {name: tuple(graphs) for name, graphs in found.items()}


def _edges(supergraph: Supergraph, labels: frozenset[Label]) -> dict[tuple[TypeName, FieldName, SubgraphName], Edge]:
    return {
        (view.name, f.name, graph): Edge(f.name, f.type_name, f.type, f.is_external, f.requires, f.provides, f.contexts)
        for graph, view in _views(supergraph)
        if view.kind.is_composite
        for f in view.fields.values()
        if _is_active(f.label, labels)
    }


def _is_active(label: OverrideLabel | None, labels: frozenset[Label]) -> bool:
    return label is None or (label.name in labels) == label.when


def _field_types(supergraph: Supergraph) -> dict[tuple[TypeName, FieldName], TypeName]:
    return {
        (type_name, name): text.strip("[]!")
        for type_name, fields in supergraph.field_types.items()
        for name, text in fields.items()
    }


def _entrances(
    supergraph: Supergraph, edges: Mapping[tuple[TypeName, FieldName, SubgraphName], Edge]
) -> dict[TypeName, tuple[Entrance, ...]]:
    own: dict[TypeName, list[Entrance]] = defaultdict(list)
    objects: dict[TypeName, list[Entrance]] = defaultdict(list)
    for graph, view in _views(supergraph):
        keys = tuple(key.selections for key in sorted(view.keys, key=lambda k: len(k.selections)) if key.resolvable)
        if keys:
            fields = (edges.get((view.name, name, graph)) for name in view.fields)
            conditional = tuple(edge.name for edge in fields if edge is not None and edge.is_conditional)
            entrance = Entrance(graph, view.name, keys, conditional)
            own[view.name].append(entrance)
            if view.is_interface_object:
                objects[view.name].append(entrance)
    return {
        name: (*own[name], *(e for interface in supergraph.interfaces.get(name, ()) for e in objects[interface]))
        for name, kind in supergraph.kinds.items()
        if kind in (TypeKind.OBJECT, TypeKind.INTERFACE)
    }


def _triggers(
    entrances: Mapping[TypeName, tuple[Entrance, ...]], edges: Mapping[tuple[TypeName, FieldName, SubgraphName], Edge]
) -> dict[TypeName, dict[FieldName, frozenset[FieldName]]]:
    """For each type and conditional field: the conditional fields that asking for it may need, itself among them."""
    return {
        name: triggers
        for name, found in entrances.items()
        if (triggers := {f: _needed(f, found, edges) for e in found for f in e.conditional})
    }


def _needed(
    name: FieldName,
    entrances: Iterable[Entrance],
    edges: Mapping[tuple[TypeName, FieldName, SubgraphName], Edge],
) -> frozenset[FieldName]:
    conditional = {f for e in entrances for f in e.conditional}
    needed, waiting = set(), [name]
    while waiting:
        current = waiting.pop()
        if current in needed or current not in conditional:
            continue
        needed.add(current)
        for entrance in entrances:
            edge = edges.get((entrance.type, current, entrance.graph))
            if edge is not None:
                waiting += _top_fields(edge.requires)
    return frozenset(needed)


def _top_fields(selections: SelectionSet) -> Iterator[FieldName]:
    """The fields of the object itself, also those under a type condition."""
    for selection in selections:
        if isinstance(selection, Field):
            yield selection.name
        else:
            yield from _top_fields(selection.selections)


def _contexts(supergraph: Supergraph) -> dict[TypeName, frozenset[str]]:
    """The contexts that an object of each type sets, by itself or by an interface or union it belongs to."""
    found: dict[TypeName, set[str]] = defaultdict(set)
    for _, view in _views(supergraph):
        if view.contexts:
            found[view.name].update(view.contexts)
            for type_name in view.runtime_types:
                found[type_name].update(view.contexts)
    return {name: frozenset(contexts) for name, contexts in found.items()}


def _key_fields(supergraph: Supergraph) -> dict[tuple[TypeName, SubgraphName], frozenset[FieldName]]:
    return {
        (view.name, graph): frozenset(name for key in view.keys for name in _top_fields(key.selections))
        for graph, view in _views(supergraph)
        if view.kind.is_composite
    }
