"""Where objects are found at run time: in what a part has brought, some keys below."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from graphql import GraphQLList, GraphQLNonNull

from gateway.resolvers.executor.compiled.answer_tree import Creator, Node, Slot
from gateway.resolvers.executor.compiled.reasons import NotCompiledError, Uncompiled
from gateway.resolvers.query_plan import EACH_ITEM, OnTypes, Path


@dataclass(frozen=True, slots=True)
class Step:
    """One key down, from objects of class ``only`` (None: from all). ``may_be_null`` is for the value, then for each level of lists."""

    only: str | None
    key: str
    may_be_null: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """The objects ``steps`` below those that ``creator`` brings, of class ``only`` (None: all of them).

    ``group`` tells the creator's groups of alike objects apart.
    """

    creator: Creator
    group: int
    steps: tuple[Step, ...] = ()
    only: str | None = None

    def below(self, slot: Slot, only: str | None) -> "Place":
        """The place of the objects of class ``only`` that this place's objects have in ``slot``."""
        return Place(self.creator, self.group, (*self.steps, Step(self.only, slot.key, _may_be_null(slot))), only)


def _may_be_null(slot: Slot) -> tuple[bool, ...]:
    may_be_null = []
    declared = slot.type
    while declared is not None:
        may_be_null.append(not isinstance(declared, GraphQLNonNull))
        nullable = declared.of_type if isinstance(declared, GraphQLNonNull) else declared
        declared = nullable.of_type if isinstance(nullable, GraphQLList) else None
    return tuple(may_be_null)


@dataclass(slots=True)
class Found:
    """A node and the place of its objects; None is the root."""

    node: Node
    place: Place | None


Groups = Mapping[tuple[Creator, int], int]
"""The group of each node (by id) that a part brings something to."""

ClassName = Callable[[Node], str | None]
"""The name of the class that tells a node's objects from others at their place; None where there are no others."""


def locate(root: Node, path: Path, groups: Groups, only: ClassName) -> list[Found]:
    """The nodes at ``path`` and where their objects are."""
    level = [Found(root, None)]
    for segment in path:
        if isinstance(segment, OnTypes):
            level = [found for found in level if found.node.type_name in segment.types]
        elif segment != EACH_ITEM:
            level = [below for found in level for below in _below(found, segment, groups, only)]
    return level


def _below(found: Found, key: str, groups: Groups, only: ClassName) -> list[Found]:
    slot = found.node.slots.get(key)
    if slot is None or slot.spot is None:
        return []
    if slot.creator is None:
        raise NotCompiledError(Uncompiled.PATH, f"a path through {key}, which nobody brings")
    start = found.place
    if start is None or slot.creator != start.creator:
        start = Place(slot.creator, groups[slot.creator, id(found.node)])
    return [Found(node, start.below(slot, only(node))) for node in slot.spot.nodes.values()]
