"""The answer as one tree of typed slots: who brings each value, whether the client sees it, and what it may be."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLNonNull, GraphQLOutputType

from gateway.resolvers.query_plan import EntityPart, Fetch, RootPart
from gateway.types import ResponseKey, TypeName

Creator = tuple[int, int]
"""The part that brings a value: its fetch's id, and its place among the fetch's parts."""

GIVEN: Creator = (-1, -1)
"""The creator of what no part brings: ``__typename``, which is known, and introspection, which the gateway answers."""


@dataclass(slots=True)
class Slot:
    """One entry of an object: its type on the public or full schema, who brings it, and the objects that it holds.

    ``wires`` are those who bring it, each with the key that its subgraph writes. The first to bring a value wins; the others fill nulls.
    """

    key: ResponseKey
    type: GraphQLOutputType | None
    """None for ``__typename`` and introspection."""
    is_public: bool
    wires: dict[Creator, ResponseKey] = field(default_factory=dict)
    spot: "Spot | None" = None
    is_introspection: bool = False

    @property
    def creator(self) -> Creator | None:
        """Who brings it first; None while nobody does."""
        return next(iter(self.wires), None)

    @property
    def signature(self) -> tuple[Any, ...]:
        """See ``Node.signature``."""
        return (self.key, str(self.type), self.is_public, tuple(self.wires.items()), self.spot and self.spot.signature)

    @property
    def is_non_null(self) -> bool:
        return isinstance(self.type, GraphQLNonNull)


@dataclass(slots=True, eq=False)
class Node:
    """Objects of one type at one place of the answer. Public slots come first, in the client's order.

    ``is_told``: the answer's ``__typename`` tells them from others at that place. ``is_misnamed``: what it says there is not to be believed
    (interface objects). ``is_late``: of the latter, those that share their place with others: ``teller`` is the part that tells which is
    which, later. Until then one class serves them all, so that each has the slots of the others too, ``siblings``, which stay empty.
    """

    type_name: TypeName
    slots: dict[ResponseKey, Slot] = field(default_factory=dict)
    creator: Creator | None = None
    """Who brings the objects themselves."""
    is_told: bool = False
    is_misnamed: bool = False
    is_late: bool = False
    teller: Creator | None = None
    siblings: tuple[ResponseKey, ...] = ()

    @property
    def signature(self) -> tuple[Any, ...]:
        """Equal for nodes whose objects are alike in every respect: the same class serves them, and one object may stand at both."""
        slots = tuple(slot.signature for slot in self.slots.values())
        told = (self.is_told, self.is_misnamed, self.teller, self.siblings)
        return (self.type_name, self.creator, told, slots)

    @property
    def own(self) -> tuple[Slot, ...]:
        """The slots that come with the objects themselves."""
        return tuple(slot for slot in self.slots.values() if slot.creator == self.creator)

    def public(self) -> Iterator[Slot]:
        return (slot for slot in self.slots.values() if slot.is_public)

    def hidden(self) -> Iterator[Slot]:
        return (slot for slot in self.slots.values() if not slot.is_public)

    def brought_by(self, creator: Creator) -> Iterator[Slot]:
        return (slot for slot in self.slots.values() if creator in slot.wires)


@dataclass(slots=True, eq=False)
class Spot:
    """One place of the answer that holds objects: a node for each type that they may have.

    ``is_open``: the schema allows more than one type, so that each object's type must be told.
    """

    nodes: dict[TypeName, Node]
    is_open: bool = False

    @property
    def is_late(self) -> bool:
        """See ``Node.is_late``."""
        return any(node.is_late for node in self.nodes.values())

    @property
    def signature(self) -> tuple[Any, ...]:
        """See ``Node.signature``."""
        return tuple(node.signature for node in self.nodes.values())


def parts_of(fetch: Fetch) -> Iterator[tuple[Creator, RootPart | EntityPart]]:
    """A fetch's parts as creators of what they bring."""
    parts: tuple[RootPart | EntityPart, ...] = fetch.parts
    return (((fetch.id, number), part) for number, part in enumerate(parts))
