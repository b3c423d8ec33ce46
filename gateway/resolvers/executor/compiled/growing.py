"""Grow the answer's tree, once per operation: from what the client asked for, and from what each part of the plan brings.

Where an operation needs what such a tree cannot say, it is not compiled, and the plain executor runs it: that is no failure, and
``NotCompiledError`` says why.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from graphql import GraphQLObjectType, get_named_type, is_abstract_type

from gateway.resolvers.executor.compiled.answer_tree import GIVEN, Creator, Node, Slot, Spot, parts_of
from gateway.resolvers.executor.compiled.reasons import NotCompiledError, Uncompiled
from gateway.resolvers.executor.guards import hold
from gateway.resolvers.executor.prepared import PreparedOperation
from gateway.resolvers.executor.projection import Position, ProjectedField
from gateway.resolvers.query_plan import EACH_ITEM, EntityPart, Fetch, OnTypes, Path, Rename, RootPart
from gateway.schema.selection import Field, SelectionSet
from gateway.schema.supergraph import Supergraph
from gateway.types import ResponseKey, TypeName


def grow_tree(prepared: PreparedOperation, fetches: Iterable[Fetch], variables: Mapping[str, Any]) -> Node:
    """The tree of an operation's answer for one setting of its conditions; raises ``NotCompiledError``."""
    position = prepared.projection(variables)
    root = _public_node(position, position.type_name, prepared.supergraph)
    root.creator = GIVEN
    grower = _Grower(root, prepared, variables)
    for fetch in fetches:
        for creator, part in parts_of(fetch):
            grower.add_part(creator, part)
    _check_brought(root)
    return root


def find_nodes(root: Node, path: Path) -> list[Node]:
    """The nodes that a part's path leads to: one for each type that objects there may have."""
    nodes = [root]
    for segment in path:
        if isinstance(segment, OnTypes):
            nodes = [node for node in nodes if node.type_name in segment.types]
        elif segment != EACH_ITEM:
            spots = [node.slots[segment].spot for node in nodes if segment in node.slots]
            nodes = [node for spot in spots if spot is not None for node in spot.nodes.values()]
    return nodes


def _public_node(position: Position, type_name: TypeName, supergraph: Supergraph) -> Node:
    node = Node(type_name)
    for entry in position.fields_of(type_name) or ():
        node.slots[entry.key] = _public_slot(position, entry, supergraph)
    return node


def _public_slot(position: Position, entry: ProjectedField, supergraph: Supergraph) -> Slot:
    if entry.shape is None:
        given = {GIVEN: entry.key}
        return Slot(entry.key, None, is_public=True, wires=given, is_introspection=bool(entry.selections))
    shape = entry.shape
    while shape.item is not None:
        shape = shape.item
    spot = _public_spot(shape.position, supergraph) if shape.position else None
    return Slot(entry.key, position.declared_type(entry.coordinate), is_public=True, spot=spot)


def _public_spot(position: Position, supergraph: Supergraph) -> Spot:
    """Types that clients do not know are left out: objects of these are the plain executor's."""
    types = supergraph.possible_types.get(position.type_name, (position.type_name,))
    known = [name for name in types if position.fields_of(name) is not None]
    return Spot({name: _public_node(position, name, supergraph) for name in known}, is_open=len(types) > 1)


class _Grower:
    """Adds what each part of the plan brings."""

    def __init__(self, root: Node, prepared: PreparedOperation, variables: Mapping[str, Any]) -> None:
        self.root = root
        self.prepared = prepared
        self.supergraph = prepared.supergraph
        self.variables = variables

    def add_part(self, creator: Creator, part: RootPart | EntityPart) -> None:
        if isinstance(part, EntityPart):
            if part.contexts:
                raise NotCompiledError(Uncompiled.CONTEXT_ARGUMENTS, "values from enclosing objects")
            if not hold(part.guards, self.variables):
                return
        paths = (part.path,) if isinstance(part, RootPart) else part.paths
        seen: set[int] = set()
        for path in paths:
            for node in find_nodes(self.root, path):
                if id(node) not in seen:
                    seen.add(id(node))
                    self.add(node, part.selections, creator, _of_type(part.renames, node.type_name))
                    self.tell_late(node, part.selections, creator)

    def add(self, node: Node, selections: SelectionSet, creator: Creator, renames: tuple[Rename, ...]) -> None:
        for selection in selections:
            if not hold(selection.guards, self.variables):
                continue
            if isinstance(selection, Field):
                self.add_field(node, selection, creator, renames)
            elif self.applies(selection.type_condition, node.type_name):
                self.add(node, selection.selections, creator, renames)

    def applies(self, condition: TypeName | None, type_name: TypeName) -> bool:
        return condition is None or type_name in self.supergraph.possible_types.get(condition, (condition,))

    def add_field(self, node: Node, selection: Field, creator: Creator, renames: tuple[Rename, ...]) -> None:
        if selection.name == "__typename":
            return  # Either it tells the types of its place, or the type is known.
        wire = selection.response_key
        key = next((each.to for each in renames if not each.path and each.key == wire), wire)
        slot = node.slots.get(key)
        if slot is None:
            slot = node.slots[key] = self.hidden_slot(node, selection, key)
        if slot.spot is None:
            slot.wires.setdefault(creator, wire)
            return
        if slot.creator is None:
            slot.wires[creator] = wire
            self.settle(slot.spot, creator)
        elif slot.creator != creator:
            raise NotCompiledError(Uncompiled.SHARED_OBJECT, f"{key} is brought twice")
        self.tell(slot.spot, selection.selections)
        for each in slot.spot.nodes.values():
            self.add(each, selection.selections, creator, _below(renames, key, each.type_name))

    def settle(self, spot: Spot, creator: Creator) -> None:
        misnamed = self.misnamed(creator)
        for node in spot.nodes.values():
            node.creator = creator
            node.is_misnamed = node.type_name in misnamed
            node.is_late = node.is_misnamed and spot.is_open

    def misnamed(self, creator: Creator) -> set[TypeName]:
        """The types that this part's subgraph only knows by the name of their interface."""
        hidden = self.prepared.fetches[creator[0]].hidden_typenames
        return {name for each in hidden for name in self.supergraph.possible_types.get(each, ())}

    def tell_late(self, node: Node, selections: SelectionSet, creator: Creator) -> None:
        """Note who tells the types of objects that came without."""
        if node.is_late and node.teller is None and node.type_name not in self.misnamed(creator):
            node.teller = creator if self.tells(selections, node.type_name) else None

    def tell(self, spot: Spot, selections: SelectionSet) -> None:
        """Note which types the answer tells."""
        for node in spot.nodes.values() if spot.is_open else ():
            node.is_told = node.is_told or self.tells(selections, node.type_name)

    def tells(self, selections: SelectionSet, type_name: TypeName) -> bool:
        for selection in selections:
            if not hold(selection.guards, self.variables):
                continue
            if isinstance(selection, Field):
                if selection.name == selection.response_key == "__typename":
                    return True
            elif self.applies(selection.type_condition, type_name) and self.tells(selection.selections, type_name):
                return True
        return False

    def hidden_slot(self, node: Node, selection: Field, key: ResponseKey) -> Slot:
        owner = self.supergraph.full_schema.type_map.get(node.type_name)
        if not isinstance(owner, GraphQLObjectType):
            raise NotCompiledError(Uncompiled.PATH, f"{node.type_name} is no object")
        declared = owner.fields[selection.name].type
        spot = None
        if selection.selections:
            named = get_named_type(declared)
            types = self.supergraph.possible_types.get(named.name, ()) if is_abstract_type(named) else (named.name,)
            spot = Spot({name: Node(name) for name in types}, is_open=len(types) > 1)
        return Slot(key, declared, is_public=False, spot=spot)


def _below(renames: tuple[Rename, ...], key: ResponseKey, type_name: TypeName) -> tuple[Rename, ...]:
    """The renames that are left to do in objects of this type under ``key``."""
    below = []
    for rename in renames:
        if rename.path and rename.path[0] == key:
            rest = rename.path[1:]
            while rest and rest[0] == EACH_ITEM:
                rest = rest[1:]
            below.append(Rename(rest, rename.key, rename.to))
    return _of_type(tuple(below), type_name)


def _of_type(renames: tuple[Rename, ...], type_name: TypeName) -> tuple[Rename, ...]:
    """The renames that concern objects of this type."""
    concerned = []
    for rename in renames:
        first = rename.path[0] if rename.path else None
        if not isinstance(first, OnTypes):
            concerned.append(rename)
        elif type_name in first.types:
            concerned.append(Rename(rename.path[1:], rename.key, rename.to))
    return tuple(concerned)


def _check_brought(node: Node) -> None:
    for slot in node.slots.values():
        if slot.creator is None:
            raise NotCompiledError(Uncompiled.PATH, f"nobody brings {node.type_name}.{slot.key}")
        if slot.spot is not None:
            _check_spot(slot, slot.spot)


def _check_spot(slot: Slot, spot: Spot) -> None:
    """Leave out types that the subgraph does not have: nobody brings all of their slots, or the answer cannot tell them."""
    if spot.is_open:
        is_late = spot.is_late
        told = {
            name: node
            for name, node in spot.nodes.items()
            if (node.teller is not None if is_late else node.is_told) and _is_brought(node)
        }
        if not told:
            raise NotCompiledError(Uncompiled.UNTOLD_TYPE, f"nobody tells the types of {slot.key}")
        spot.nodes = told
    for node in spot.nodes.values():
        _check_brought(node)
    if spot.is_late:
        _check_late(slot, list(spot.nodes.values()))


def _check_late(slot: Slot, nodes: list[Node]) -> None:
    """Objects whose types are told later must be alike until then."""
    alike = {(node.is_late, node.teller, tuple(own.signature for own in node.own)) for node in nodes}
    if len(alike) > 1:
        raise NotCompiledError(Uncompiled.UNTOLD_TYPE, f"the objects of {slot.key} differ before their types are told")
    keys = {key for node in nodes for key in node.slots}
    for node in nodes:
        node.is_told = False
        node.siblings = tuple(sorted(keys - node.slots.keys()))


def _is_brought(node: Node) -> bool:
    return all(slot.creator is not None for slot in node.slots.values())
