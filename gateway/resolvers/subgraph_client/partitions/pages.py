"""``CONNECTION``: pages of one list that several members hold in parts (Relay's cursor connections specification, section 4).

Each member is asked for a whole page from its own place on. What is sure to follow without a gap is the page; what is left over is
asked for again with the next one, from where each member stands then.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heapreplace, merge
from typing import Any, Final

import msgspec

from gateway.resolvers.subgraph_client.partitions.cursors import NOWHERE, Spot, Spots, parse_cursor, print_cursor
from gateway.resolvers.subgraph_client.partitions.joints import (
    Joint,
    Piece,
    Sorting,
    Variables,
    join_fields,
    those_given,
)
from gateway.resolvers.subgraph_client.partitions.members import PartitionName
from gateway.resolvers.subgraph_client.partitions.reading import Items, typed_object
from gateway.resolvers.subgraph_client.partitions.values import argument_of
from gateway.schema.selection import Field
from gateway.types import FieldName, ResponseKey

EDGES: Final = "_gather_edges"
PAGE: Final = "_gather_page"
NODE: Final = "_gather_node"
CURSOR: Final = "_gather_cursor"
"""The response keys of what every member is asked beside what the client wants."""


@dataclass(frozen=True, slots=True)
class PageVariables:
    """The variables by which each member is told where its page begins and ends. None are needed where the members have ``shared`` cursors."""

    field: Field
    after: str
    before: str
    shared: bool = False

    def values(self, partition: PartitionName, variables: Variables) -> dict[str, str | None]:
        """Their values for one member. Raises ``CursorError``."""
        if self.shared:
            return {}
        after, before = self.read(variables)
        return {self.after: after.get(partition, Spot()).last, self.before: before.get(partition, Spot()).next}

    def concerns(self, partition: PartitionName, variables: Variables) -> bool:
        """Whether a member can have anything on the page: not where all before a place is wanted and it was not there then."""
        if self.shared:
            return True
        _, before = self.read(variables)
        return not before or before.get(partition, Spot(is_known=False)).is_known

    def read(self, variables: Variables) -> tuple[Spots, Spots]:
        """The places that the client names. Raises ``CursorError``."""
        if self.shared:
            return NOWHERE, NOWHERE
        after, before = (parse_cursor(argument_of(self.field, name, variables)) for name in ("after", "before"))
        return after, before


CursorAt = Callable[[int], str]
"""Gives the cursor of a page's item."""

Edges = Sequence[Sequence[Any]]
"""Each member's edges, in its own order."""


@dataclass(frozen=True, slots=True)
class Window:
    """The page: of each item the number of its member and its place among that one's edges, in order."""

    picks: Sequence[tuple[int, int]]
    has_next: bool
    has_previous: bool
    backward: bool


@dataclass(frozen=True, slots=True)
class PageJoint:
    """Joins connections. ``lists`` are the response keys of edges and nodes, each edge's with those of its cursors; ``infos`` those of the page's."""

    sorting: Sorting
    variables: PageVariables
    lists: Mapping[ResponseKey, frozenset[ResponseKey]]
    infos: Mapping[ResponseKey, Mapping[ResponseKey, FieldName]]
    children: Mapping[ResponseKey, Joint]
    default_size: int | None = None

    @property
    def form(self) -> Any:
        """Items stay in their bytes."""
        own: dict[ResponseKey, Any] = {key: child.form for key, child in self.children.items()}
        lists = dict.fromkeys((EDGES, *self.lists), Items)
        return typed_object("Connection", {**own, **lists, PAGE: Any}) | None

    def join(self, pieces: Sequence[Piece], variables: Variables) -> Any:
        """See ``Joint``."""
        objects = those_given(pieces, dict)
        if not objects:
            return None
        joined = join_fields(self.children, objects, variables)
        if self.lists or self.infos:
            joined |= self._page(objects, variables)
        return joined

    def _page(self, objects: Sequence[Piece], variables: Variables) -> dict[ResponseKey, Any]:
        read = self.sorting.keys(self.sorting.choose(variables))
        edges = [value[EDGES] or [] for _, value in objects]
        infos = [value[PAGE] for _, value in objects]
        first, last = (argument_of(self.sorting.field, name, variables) for name in ("first", "last"))

        def keys(edge: Any) -> tuple[Any, ...]:
            return read(decoded(edge)[NODE])

        if isinstance(last, int) and first is None:
            window = pick_last(edges, keys, infos, last)
        else:
            size = first if isinstance(first, int) else self.default_size or usual_size(edges, infos)
            window = pick_first(edges, keys, infos, size)
        cursors = self._cursors([name for name, _ in objects], edges, window, variables)
        page: dict[ResponseKey, Any] = {}
        for key, cursor_keys in self.lists.items():
            page[key] = [
                self._item(objects[number][1][key][place], cursor_keys, cursors, index)
                for index, (number, place) in enumerate(window.picks)
            ]
        for key, fields in self.infos.items():
            page[key] = {own: self._info(name, window, cursors) for own, name in fields.items()}
        return page

    def _cursors(self, names: Sequence[PartitionName], edges: Edges, window: Window, variables: Variables) -> CursorAt:
        if self.variables.shared:
            return lambda index: str(decoded(edges[window.picks[index][0]][window.picks[index][1]])[CURSOR])
        return OwnCursors(names, edges, window, self.variables.read(variables)).at

    @staticmethod
    def _item(item: Any, cursor_keys: frozenset[ResponseKey], cursor_at: CursorAt, index: int) -> Any:
        return {**decoded(item), **dict.fromkeys(cursor_keys, cursor_at(index))} if cursor_keys else item

    @staticmethod
    def _info(name: FieldName, window: Window, cursor_at: CursorAt) -> Any:
        match name:
            case "hasNextPage":
                return window.has_next
            case "hasPreviousPage":
                return window.has_previous
            case "startCursor":
                return cursor_at(0) if window.picks else None
            case "endCursor":
                return cursor_at(len(window.picks) - 1) if window.picks else None
        return "PageInfo" if name == "__typename" else None


def decoded(item: Any) -> Any:
    """An item that may have been left in its bytes."""
    return msgspec.json.decode(item) if isinstance(item, msgspec.Raw) else item


Keys = Callable[[Any], tuple[Any, ...]]
Entry = tuple[tuple[Any, ...], int, int]
Infos = Sequence[Mapping[str, bool]]


def usual_size(edges: Edges, infos: Infos) -> int:
    """How many items are on a page where nobody says it: as many as on a member's own, and all where each member gave all."""
    lengths = [len(items) for items in edges]
    return max(lengths, default=0) if any(info["hasNextPage"] for info in infos) else sum(lengths)


def pick_first(edges: Edges, keys: Keys, infos: Infos, size: int) -> Window:
    """As many items from the front as wanted, but none beyond what a member may still have before it. No more is compared than is needed."""
    goes_on = [info["hasNextPage"] for info in infos]
    picks: list[tuple[int, int]] = []
    more = any(goes_on)
    heap = [(keys(items[0]), number, 0) for number, items in enumerate(edges) if items]
    heapify(heap)
    while heap:
        if len(picks) == size:
            more = True
            break
        _, number, place = heap[0]
        picks.append((number, place))
        if place + 1 == len(edges[number]):
            if goes_on[number]:
                break
            heappop(heap)
        elif len(picks) < size:
            heapreplace(heap, (keys(edges[number][place + 1]), number, place + 1))
    return Window(picks, more, any(info["hasPreviousPage"] for info in infos), backward=False)


def pick_last(edges: Edges, keys: Keys, infos: Infos, size: int) -> Window:
    """The same from the end."""
    came_from = [info["hasPreviousPage"] for info in infos]
    picks: list[tuple[int, int]] = []
    more = any(came_from)
    for _, number, place in merge(*(backward(number, items, keys) for number, items in enumerate(edges)), reverse=True):
        if len(picks) == size:
            more = True
            break
        picks.append((number, place))
        if came_from[number] and place == 0:
            break
    return Window(picks[::-1], any(info["hasNextPage"] for info in infos), more, backward=True)


def backward(number: int, items: Sequence[Any], keys: Keys) -> Iterator[Entry]:
    """A member's items from the end, as they are compared with others': ties go by members."""
    return ((keys(items[place]), number, place) for place in range(len(items) - 1, -1, -1))


class OwnCursors:
    """The cursors of a page's items, made of the members' own."""

    def __init__(
        self, names: Sequence[PartitionName], edges: Edges, window: Window, places: tuple[Spots, Spots]
    ) -> None:
        self._names, self._edges, self._window = names, edges, window
        self._after, self._before = places
        taken = Counter(number for number, _ in window.picks)
        self._bases = [len(items) - taken[number] if window.backward else 0 for number, items in enumerate(edges)]

    def at(self, index: int) -> str:
        """The cursor of the item at an index: where every member stands there."""
        before = Counter(number for number, _ in self._window.picks[:index])
        own = self._window.picks[index][0]
        spots = {
            name: self._spot(number, self._bases[number] + before[number], is_own=number == own)
            for number, name in enumerate(self._names)
        }
        absent = {**self._before, **self._after}
        unanswered = {name: Spot(spot.last, None, is_known=False) for name, spot in absent.items() if name not in spots}
        return print_cursor({**spots, **unanswered})

    def _spot(self, number: int, place: int, *, is_own: bool) -> Spot:
        """Where a member stands, ``place`` items of whose edges come before."""
        name, edges = self._names[number], self._edges[number]
        last = place if is_own else place - 1
        return Spot(
            decoded(edges[last])[CURSOR] if last >= 0 else self._after.get(name, Spot()).last,
            decoded(edges[place])[CURSOR] if place < len(edges) else self._before.get(name, Spot()).next,
        )
