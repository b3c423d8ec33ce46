"""Where objects are found at run time: in what a part has brought, some keys below."""

from dataclasses import dataclass

from graphql import GraphQLList, GraphQLNonNull

from gateway.resolvers.executor.compiled.answer_tree import Creator, Node, Slot
from gateway.resolvers.executor.compiled.reasons import NotCompiledError, Uncompiled
from gateway.resolvers.query_plan import EACH_ITEM, Path


@dataclass(frozen=True, slots=True)
class Step:
    """One key down. ``may_be_null`` says for the value, then for each level of lists, whether null can stand there."""

    key: str
    may_be_null: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """The objects ``steps`` below those that ``creator`` brings; ``group`` tells its groups of alike objects apart."""

    creator: Creator
    group: int
    steps: tuple[Step, ...]


def step_of(slot: Slot) -> Step:
    may_be_null = []
    declared = slot.type
    while declared is not None:
        may_be_null.append(not isinstance(declared, GraphQLNonNull))
        nullable = declared.of_type if isinstance(declared, GraphQLNonNull) else declared
        declared = nullable.of_type if isinstance(nullable, GraphQLList) else None
    return Step(slot.key, tuple(may_be_null))


@dataclass(slots=True)
class Found:
    """A node and the place of its objects."""

    node: Node
    place: Place


def locate(root: Node, path: Path, groups: dict[tuple[Creator, int], int]) -> Found:
    """The node at ``path`` and where its objects are. ``groups`` gives the group of each node that a part brings something to."""
    node = root
    place: Place | None = None
    for segment in path:
        if segment == EACH_ITEM:
            continue
        if not isinstance(segment, str):
            if node.type_name not in segment.types:
                raise NotCompiledError(Uncompiled.PATH, "a path to a type that is not there")
            continue
        slot = node.slots.get(segment)
        if slot is None or slot.node is None or slot.creator is None:
            raise NotCompiledError(Uncompiled.PATH, f"a path through {segment}, which holds no objects")
        if place is None or slot.creator != place.creator:
            place = Place(slot.creator, groups[slot.creator, id(node)], ())
        place = Place(place.creator, place.group, (*place.steps, step_of(slot)))
        node = slot.node
    if place is None:
        raise NotCompiledError(Uncompiled.PATH, "entities at the root")
    return Found(node, place)
