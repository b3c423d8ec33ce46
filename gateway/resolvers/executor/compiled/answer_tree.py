"""The answer as one tree of typed slots: who brings each value, whether the client sees it, and what it may be.

It is made once per operation from the client's selections and the plan's. Where an operation needs what this tree cannot say, it is
not compiled, and the plain executor runs it: that is no failure, and ``NotCompiledError`` says why.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLNonNull, GraphQLObjectType, GraphQLOutputType, get_named_type, is_abstract_type

from gateway.resolvers.executor.compiled.reasons import NotCompiledError, Uncompiled
from gateway.resolvers.executor.guards import hold
from gateway.resolvers.executor.projection import Position, ProjectedField
from gateway.resolvers.query_plan import EACH_ITEM, EntityPart, Fetch, Path, RootPart
from gateway.schema.selection import Field, SelectionSet
from gateway.schema.supergraph import Supergraph
from gateway.types import ResponseKey, TypeName

Creator = tuple[int, int]
"""The part that brings a value: its fetch's id, and its place among the fetch's parts."""

GIVEN: Creator = (-1, -1)
"""The creator of what no part brings: ``__typename``, which is known."""


@dataclass(slots=True)
class Slot:
    """One entry of an object: its type on the public or full schema, who brings it, and the node of the objects that it holds."""

    key: ResponseKey
    type: GraphQLOutputType | None
    """None for ``__typename``."""
    is_public: bool
    creator: Creator | None = None
    node: "Node | None" = None

    @property
    def signature(self) -> tuple[Any, ...]:
        """See ``Node.signature``."""
        return (self.key, str(self.type), self.is_public, self.creator, self.node and self.node.signature)

    @property
    def is_non_null(self) -> bool:
        return isinstance(self.type, GraphQLNonNull)


@dataclass(slots=True, eq=False)
class Node:
    """The objects at one place of the answer. Public slots come first, in the client's order."""

    type_name: TypeName
    slots: dict[ResponseKey, Slot] = field(default_factory=dict)
    creator: Creator | None = None
    """Who brings the objects themselves."""

    @property
    def signature(self) -> tuple[Any, ...]:
        """Equal for nodes whose objects are alike in every respect: the same class serves them, and one object may stand at both."""
        return (self.type_name, self.creator, tuple(slot.signature for slot in self.slots.values()))

    def public(self) -> Iterator[Slot]:
        return (slot for slot in self.slots.values() if slot.is_public)

    def hidden(self) -> Iterator[Slot]:
        return (slot for slot in self.slots.values() if not slot.is_public)

    def brought_by(self, creator: Creator) -> Iterator[Slot]:
        return (slot for slot in self.slots.values() if slot.creator == creator)


def grow_tree(
    position: Position, fetches: tuple[Fetch, ...], supergraph: Supergraph, variables: Mapping[str, Any]
) -> Node:
    """The tree of an operation's answer; raises ``NotCompiledError``."""
    root = _public_node(position)
    root.creator = GIVEN
    grower = _Grower(root, supergraph, variables)
    for fetch in fetches:
        for creator, part in parts_of(fetch):
            grower.add_part(creator, part)
    _check_brought(root)
    return root


def parts_of(fetch: Fetch) -> Iterator[tuple[Creator, RootPart | EntityPart]]:
    """A fetch's parts as creators of what they bring."""
    parts: tuple[RootPart | EntityPart, ...] = fetch.parts
    return (((fetch.id, number), part) for number, part in enumerate(parts))


def _public_node(position: Position) -> Node:
    if position.is_abstract:
        raise NotCompiledError(Uncompiled.UNTOLD_TYPE, f"{position.type_name} is abstract")
    node = Node(position.type_name)
    for entry in position.fields_of(position.type_name) or ():
        node.slots[entry.key] = _public_slot(position, entry)
    return node


def _public_slot(position: Position, entry: ProjectedField) -> Slot:
    if entry.shape is None:
        if entry.selections:
            raise NotCompiledError(Uncompiled.PATH, "introspection")
        return Slot(entry.key, None, is_public=True, creator=GIVEN)
    shape = entry.shape
    while shape.item is not None:
        shape = shape.item
    node = _public_node(shape.position) if shape.position else None
    return Slot(entry.key, position.declared_type(entry.coordinate), is_public=True, node=node)


class _Grower:
    """Adds what each part of the plan brings."""

    def __init__(self, root: Node, supergraph: Supergraph, variables: Mapping[str, Any]) -> None:
        self.root = root
        self.supergraph = supergraph
        self.variables = variables

    def add_part(self, creator: Creator, part: RootPart | EntityPart) -> None:
        if part.renames:
            raise NotCompiledError(Uncompiled.PATH, "renames")
        if isinstance(part, RootPart):
            if part.path:
                raise NotCompiledError(Uncompiled.PATH, "a root type inside the answer")
            self.add(self.root, part.selections, creator)
            return
        if part.contexts:
            raise NotCompiledError(Uncompiled.CONTEXT_ARGUMENTS, "values from enclosing objects")
        if not hold(part.guards, self.variables):
            raise NotCompiledError(Uncompiled.PATH, "a part that is left out")
        for path in part.paths:
            self.add(find_node(self.root, path), part.selections, creator)

    def add(self, node: Node, selections: SelectionSet, creator: Creator) -> None:
        for selection in selections:
            if not hold(selection.guards, self.variables):
                continue
            if isinstance(selection, Field):
                self.add_field(node, selection, creator)
            elif self.applies(selection.type_condition, node.type_name):
                self.add(node, selection.selections, creator)

    def applies(self, condition: TypeName | None, type_name: TypeName) -> bool:
        return condition is None or type_name in self.supergraph.possible_types.get(condition, (condition,))

    def add_field(self, node: Node, selection: Field, creator: Creator) -> None:
        key = selection.response_key
        slot = node.slots.get(key)
        if selection.name == "__typename":
            return  # Every object's type is known: nothing here is abstract.
        if slot is None:
            slot = node.slots[key] = self.hidden_slot(node, selection)
        if slot.creator is None:
            slot.creator = creator
            if slot.node is not None:
                slot.node.creator = creator
        elif slot.creator != creator and (selection.selections or slot.creator != node.creator):
            raise NotCompiledError(Uncompiled.SHARED_OBJECT, f"{key} is brought twice")
        if slot.node is not None and slot.creator == creator:
            self.add(slot.node, selection.selections, creator)

    def hidden_slot(self, node: Node, selection: Field) -> Slot:
        owner = self.supergraph.full_schema.type_map.get(node.type_name)
        if not isinstance(owner, GraphQLObjectType):
            raise NotCompiledError(Uncompiled.UNTOLD_TYPE, f"{node.type_name} is no object")
        declared = owner.fields[selection.name].type
        inner = None
        if selection.selections:
            named = get_named_type(declared)
            if is_abstract_type(named):
                raise NotCompiledError(Uncompiled.UNTOLD_TYPE, f"{named.name} is abstract")
            inner = Node(named.name)
        return Slot(selection.response_key, declared, is_public=False, node=inner)


def find_node(root: Node, path: Path) -> Node:
    """The node that a part's path leads to."""
    node = root
    for segment in path:
        if segment == EACH_ITEM:
            continue
        if not isinstance(segment, str):
            if node.type_name not in segment.types:
                raise NotCompiledError(Uncompiled.PATH, "a path to a type that is not there")
            continue
        slot = node.slots.get(segment)
        if slot is None or slot.node is None:
            raise NotCompiledError(Uncompiled.PATH, f"a path through {segment}, which holds no objects")
        node = slot.node
    return node


def _check_brought(node: Node) -> None:
    for slot in node.slots.values():
        if slot.creator is None:
            raise NotCompiledError(Uncompiled.PATH, f"nobody brings {slot.key}")
        if slot.node is not None:
            _check_brought(slot.node)
