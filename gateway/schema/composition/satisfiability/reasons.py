"""Say why a field cannot be reached from a state: what each subgraph lacks, and why those that have it cannot be entered."""

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.schema.composition.satisfiability.model import State
from gateway.schema.composition.satisfiability.walk import Walk
from gateway.schema.query_graph import Edge, Entrance, Slot, unmet
from gateway.schema.selection import SelectionSet, print_selections
from gateway.schema.supergraph import FieldView, TypeView
from gateway.types import FieldName, SubgraphName, TypeName


@dataclass(frozen=True, slots=True)
class Reason:
    """Why not, in a sentence about one subgraph, and how to mend it if it is to be mended there."""

    subgraph: SubgraphName
    text: str
    mend: str = ""


class Explainer:
    """Looks at one state again, to say why something cannot be reached from it."""

    def __init__(self, walk: Walk, state: State) -> None:
        self.graph = walk.graph
        self.evaluator = walk.evaluator
        self.state = state
        self.reach = walk.reach(state)
        self.origins = tuple(sorted({slot.graph for slot in state.slots}))
        """The subgraphs that have the object in hand to begin with."""

    def why_no_field(self, name: FieldName) -> list[Reason]:
        """Why no slot gives a field: first about subgraphs that have the object, then about those that have the field."""
        reached = {slot.graph for slot in self.reach.table}
        here = (reason for slot in sorted(self.reach.table) for reason in self._not_given(slot, name))
        entrances = self.graph.entrances.get(self.state.type, ())
        there = [reason for e in entrances for reason in self._not_by_entrance(e, name, reached)]
        closed = [graph for graph in self._resolvers(name) if graph not in {e.graph for e in entrances}]
        without_key = (self._without_key(graph, name, graph in reached) for graph in closed)
        return list(dict.fromkeys([*here, *there, *without_key]))

    def why_no_type(self, name: TypeName) -> list[Reason]:
        """Why nobody can tell that an object, known only to interface objects, is of a concrete type."""
        interface = self.state.type
        here = (
            Reason(
                graph,
                f"in {graph}, {interface} is an @interfaceObject, so {graph} cannot tell which objects are a {name}",
            )
            for graph in self.origins
        )
        knowing = (
            graph for graph in self.graph.graphs_of[interface] if (interface, graph) not in self.graph.interface_objects
        )
        there = (
            Reason(
                graph,
                f"{graph} could tell, but cannot be entered: {self._key_trouble(graph, interface)}",
                f"Give the interface {interface} in {graph} a @key that {_either(self.origins)} can give.",
            )
            for graph in knowing
        )
        return [*here, *there]

    def _not_given(self, slot: Slot, name: FieldName) -> Iterator[Reason]:
        if slot.is_conditional:
            return
        coordinate, view = f"{self.state.type}.{name}", self._view(slot.graph, slot.type, name)
        if view is None:
            yield Reason(slot.graph, f"{slot.graph} does not have {coordinate}")
        elif trouble := self._label_trouble(view):
            yield Reason(slot.graph, f"{slot.graph} resolves {coordinate} only while {trouble}")
        elif view.is_external:
            yield Reason(slot.graph, f"in {slot.graph}, {coordinate} is @external")

    def _label_trouble(self, view: FieldView) -> str:
        if view.label is None or (view.label.name in self.graph.labels) == view.label.when:
            return ""
        return f"the override label {view.label.name} is {'active' if view.label.when else 'not active'}"

    def _resolvers(self, name: FieldName) -> list[SubgraphName]:
        edges = ((graph, self.graph.edges.get((self.state.type, name, graph))) for graph in self._graphs())
        return [graph for graph, edge in edges if edge is not None and not edge.is_external]

    def _graphs(self) -> tuple[SubgraphName, ...]:
        return self.graph.graphs_of.get(self.state.type, ())

    def _not_by_entrance(self, entrance: Entrance, name: FieldName, reached: set[SubgraphName]) -> Iterator[Reason]:
        edge = self.graph.edges.get((entrance.type, name, entrance.graph))
        if edge is None or edge.is_external:
            return
        if entrance.graph not in reached:
            yield self._locked(entrance, name)
        elif edge.is_conditional:
            yield from self._unmet(entrance, edge)

    def _locked(self, entrance: Entrance, name: FieldName) -> Reason:
        graph, type_name = entrance.graph, self.state.type
        trouble = self._key_trouble(graph, entrance.type)
        text = f"{graph} has {type_name}.{name}, but cannot be entered: {trouble}"
        mend = f"Give {type_name} in {graph} a @key that {_either(self.origins)} can give, too."
        return Reason(graph, text, mend)

    def _without_key(self, graph: SubgraphName, name: FieldName, is_reached: bool) -> Reason:
        type_name = self.state.type
        again = " again with what the field @requires" if is_reached else ""
        trouble = self._key_trouble(graph, type_name)
        text = f"{graph} has {type_name}.{name}, but cannot be entered{again}: {trouble}"
        mend = (
            f"Give {type_name} in {graph} a @key that {_either(self.origins)} can give, "
            f"or resolve {type_name}.{name} (@shareable) in {_either(self.origins)}, too."
        )
        return Reason(graph, text, f"Give {type_name} in {graph} a @key." if is_reached else mend)

    def _key_trouble(self, graph: SubgraphName, type_name: TypeName) -> str:
        keys = self._type_view(graph, type_name).keys
        resolvable = [key.selections for key in keys if key.resolvable]
        if not keys:
            return f"{type_name} has no @key there"
        if not resolvable:
            return f"every @key of {type_name} there is resolvable: false"
        missing = (f'@key(fields: "{print_selections(key)}") needs {self._first_missing(key)}' for key in resolvable)
        return f"{', '.join(missing)}, out of reach here"

    def _unmet(self, entrance: Entrance, edge: Edge) -> Iterator[Reason]:
        graph, coordinate = entrance.graph, f"{self.state.type}.{edge.name}"
        if edge.requires and self.evaluator.evaluate(self.reach, edge.requires) is None:
            missing = self._first_missing(edge.requires)
            text = f'{graph} has {coordinate}, but its @requires(fields: "{print_selections(edge.requires)}") needs {missing}, out of reach here'
            yield Reason(graph, text, f"Make {missing} reachable wherever {coordinate} is.")
        elif edge.requires:
            keys = self._key_trouble(graph, entrance.type)
            yield Reason(graph, f"{graph} has {coordinate}, but cannot be entered again with what it @requires: {keys}")
        for argument in edge.contexts:
            if argument.context not in self.state.contexts:
                context = argument.context.rpartition("__")[2]
                text = f"{graph} has {coordinate}, but no enclosing object can give its argument {argument.name} from the context {context}"
                yield Reason(graph, text, f"Put @context(name: {context!r}) on a type on every way to {coordinate}.")

    def _first_missing(self, selections: SelectionSet) -> str:
        """The coordinate of the first field of a selection that no slot gives."""
        found = next(unmet(self.evaluator, self.reach, selections), None)
        return f"{found.reach.position.type}.{found.field}" if found else print_selections(selections)

    def _view(self, graph: SubgraphName, type_name: TypeName, name: FieldName) -> FieldView | None:
        return self._type_view(graph, type_name).fields.get(name)

    def _type_view(self, graph: SubgraphName, type_name: TypeName) -> TypeView:
        return self.graph.supergraph.subgraphs[graph].types[type_name]


def _either(names: tuple[str, ...]) -> str:
    return " or ".join(names)
