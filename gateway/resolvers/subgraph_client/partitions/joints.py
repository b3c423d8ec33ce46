"""Joints: how the values that several members gave for one field become one value. There is one kind for each strategy."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import Any, ClassVar, Final, Protocol

from gateway.resolvers.subgraph_client.partitions.members import PartitionName
from gateway.resolvers.subgraph_client.partitions.rules import Order, Strategy
from gateway.resolvers.subgraph_client.partitions.values import argument_of, comparable, step_down
from gateway.schema.selection import Field
from gateway.types import ResponseKey

Piece = tuple[PartitionName, Any]
"""What one member gave. Pieces come in the order of the partitions' names."""

Variables = Mapping[str, Any]


class Joint(Protocol):
    """Joins the pieces of one field."""

    def join(self, pieces: Sequence[Piece], variables: Variables) -> Any:
        """One value of them. ``variables`` are the client's."""
        ...

    @property
    def form(self) -> Any:
        """What a piece is decoded to."""
        ...


@dataclass(frozen=True, slots=True)
class ValueJoint:
    """``SUM MIN MAX ANY ALL FIRST``: values that are not null; null where there is none."""

    strategy: Strategy

    form: ClassVar[Any] = Any

    def join(self, pieces: Sequence[Piece], variables: Variables) -> Any:  # noqa: ARG002 - the protocol's
        """See ``Joint``."""
        values = [value for _, value in pieces if value is not None]
        return _REDUCTIONS[self.strategy](values) if values else None


_REDUCTIONS: Final[Mapping[Strategy, Any]] = {
    Strategy.SUM: sum,
    Strategy.MIN: min,
    Strategy.MAX: max,
    Strategy.ANY: any,
    Strategy.ALL: all,
    Strategy.FIRST: lambda values: values[0],
}


@dataclass(frozen=True, slots=True)
class ObjectJoint:
    """``FIELDS``: objects, field by field."""

    children: Mapping[ResponseKey, Joint]

    form: ClassVar[Any] = Any

    def join(self, pieces: Sequence[Piece], variables: Variables) -> Any:
        """See ``Joint``."""
        objects = those_given(pieces, dict)
        return join_fields(self.children, objects, variables) if objects else None


def those_given(pieces: Sequence[Piece], kind: type) -> list[Piece]:
    """The pieces that are not null. Raises TypeError for one that is not of the kind."""
    given = [piece for piece in pieces if piece[1] is not None]
    if not all(isinstance(value, kind) for _, value in given):
        raise TypeError(kind)
    return given


def join_fields(
    children: Mapping[ResponseKey, Joint], objects: Sequence[Piece], variables: Variables
) -> dict[ResponseKey, Any]:
    """One object of several, as far as anyone answered its fields."""
    joined = {}
    for key, child in children.items():
        pieces = [(name, value[key]) for name, value in objects if key in value]
        if pieces:
            joined[key] = child.join(pieces, variables)
    return joined


@dataclass(frozen=True, slots=True)
class Sorting:
    """The orders of a list, of which an argument chooses one. ``aliases`` say under which response key each order's values are."""

    field: Field
    orders: tuple[Order, ...]
    aliases: Mapping[tuple[str, ...], ResponseKey]

    def choose(self, variables: Variables) -> Order | None:
        """The order that counts for these variables."""
        chosen = {argument_of(self.field, argument.name, variables) for argument in self.field.arguments if self.orders}
        special = next((order for order in self.orders if order.when is not None and order.when in chosen), None)
        return special or next((order for order in self.orders if order.when is None), None)

    def keys(self, order: Order | None) -> Callable[[Any], tuple[Any, ...]]:
        """What gives that by which an item is sorted."""
        ways = [
            (self.aliases[key.path], key.path[1:], key.descending) for key in (order.keys if order is not None else ())
        ]

        def read(item: Any) -> tuple[Any, ...]:
            key: tuple[Any, ...] = ()
            for alias, path, descending in ways:
                value = item.get(alias) if item.__class__ is dict else None
                key += comparable(step_down(value, path) if path else value, descending=descending)
            return key

        return read


@dataclass(frozen=True, slots=True)
class ListJoint:
    """``CONCAT``: lists, sorted if there is an order, and cut if an argument says where."""

    sorting: Sorting
    limit: str | None
    default_limit: int | None

    form: ClassVar[Any] = Any

    def join(self, pieces: Sequence[Piece], variables: Variables) -> Any:
        """See ``Joint``."""
        lists = [value for _, value in those_given(pieces, list)]
        if not lists:
            return None
        keys = self.sorting.keys(self.sorting.choose(variables))
        added = set(self.sorting.aliases.values())
        merged = merge_lists(lists, keys)
        return [without(item, added) for item in islice(merged, self._most(variables))]

    def _most(self, variables: Variables) -> int | None:
        if self.limit is None:
            return None
        given = argument_of(self.sorting.field, self.limit, variables, self.default_limit)
        return given if isinstance(given, int) else None


@dataclass(frozen=True, slots=True)
class GroupJoint:
    """``GROUP``: rows whose ``group`` is equal become one, in the order of the groups."""

    group: tuple[str, ...]
    children: Mapping[ResponseKey, Joint]

    form: ClassVar[Any] = Any

    def join(self, pieces: Sequence[Piece], variables: Variables) -> Any:
        """See ``Joint``."""
        lists = those_given(pieces, list)
        if not lists:
            return None
        groups: dict[Any, list[Piece]] = {}
        for name, rows in lists:
            for row in rows:
                groups.setdefault(step_down(row, self.group), []).append((name, row))
        keys = sorted(groups, key=lambda key: (key is not None, key))
        return [join_fields(self.children, groups[key], variables) for key in keys]


def merge_lists(lists: Sequence[Sequence[Any]], keys: Callable[[Any], tuple[Any, ...]]) -> Iterator[Any]:
    """All items in one order. No list's own order is changed; ties go by lists."""
    for _, number, place in merge(*(_entries(number, items, keys) for number, items in enumerate(lists))):
        yield lists[number][place]


def _entries(
    number: int, items: Sequence[Any], keys: Callable[[Any], tuple[Any, ...]]
) -> Iterator[tuple[tuple[Any, ...], int, int]]:
    return ((keys(item), number, place) for place, item in enumerate(items))


def without(item: Any, names: set[ResponseKey]) -> Any:
    """An object without what was only added to sort by."""
    return {name: value for name, value in item.items() if name not in names} if isinstance(item, dict) else item
