"""``CONNECTION``: pages of one list that several members hold in parts (Relay's cursor connections specification, section 4).

Each member is asked for a whole page from its own place on. What is sure to follow without a gap is the page; what is left over is
asked for again with the next one, from where each member stands then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gateway.resolvers.subgraph_client.partitions.cursors import Spot, Spots, parse_cursor, print_cursor
from gateway.resolvers.subgraph_client.partitions.joints import (
    Joint,
    Piece,
    Sorting,
    Variables,
    join_fields,
    merge_lists,
)
from gateway.resolvers.subgraph_client.partitions.members import PartitionName
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
    """The variables by which each member is told where its page begins and ends."""

    field: Field
    after: str
    before: str

    def values(self, partition: PartitionName, variables: Variables) -> dict[str, str | None]:
        """Their values for one member. Raises ``CursorError``."""
        after, before = self.read(variables)
        return {self.after: after.get(partition, Spot()).last, self.before: before.get(partition, Spot()).next}

    def concerns(self, partition: PartitionName, variables: Variables) -> bool:
        """Whether a member can have anything on the page: not where all before a place is wanted and it was not there then."""
        _, before = self.read(variables)
        return not before or before.get(partition, Spot(is_known=False)).is_known

    def read(self, variables: Variables) -> tuple[Spots, Spots]:
        """The places that the client names. Raises ``CursorError``."""
        after, before = (parse_cursor(argument_of(self.field, name, variables)) for name in ("after", "before"))
        return after, before


@dataclass(frozen=True, slots=True)
class Window:
    """All that came of a list, in order, and which part of it is the page."""

    items: list[tuple[int, int, Any]]
    start: int
    end: int
    has_next: bool
    has_previous: bool


@dataclass(frozen=True, slots=True)
class PageJoint:
    """Joins connections. ``lists`` are the response keys of edges and nodes, each edge's with those of its cursors; ``infos`` those of the page's."""

    sorting: Sorting
    variables: PageVariables
    lists: Mapping[ResponseKey, frozenset[ResponseKey]]
    infos: Mapping[ResponseKey, Mapping[ResponseKey, FieldName]]
    children: Mapping[ResponseKey, Joint]

    def join(self, pieces: Sequence[Piece], variables: Variables) -> Any:
        """See ``Joint``."""
        objects = [piece for piece in pieces if isinstance(piece[1], dict)]
        if not objects:
            return None
        joined = join_fields(self.children, objects, variables)
        if self.lists or self.infos:
            joined |= self._page(objects, variables)
        return joined

    def _page(self, objects: Sequence[Piece], variables: Variables) -> dict[ResponseKey, Any]:
        order = self.sorting.choose(variables)
        edges = [value[EDGES] or [] for _, value in objects]
        items = merge_lists(edges, lambda edge: self.sorting.keys(order, edge[NODE]))
        size, backward = self._size(variables, edges)
        window = cut(items, [value[PAGE] for _, value in objects], size, backward=backward)
        cursors = _Cursors([name for name, _ in objects], window, self.variables.read(variables))
        page: dict[ResponseKey, Any] = {}
        for key, cursor_keys in self.lists.items():
            page[key] = [
                self._item(objects[number][1][key][place], cursor_keys, cursors, index)
                for index, (number, place, _) in enumerate(window.items[window.start : window.end], window.start)
            ]
        for key, fields in self.infos.items():
            page[key] = {own: self._info(name, window, cursors) for own, name in fields.items()}
        return page

    def _size(self, variables: Variables, edges: Sequence[Sequence[Any]]) -> tuple[int, bool]:
        first, last = (argument_of(self.sorting.field, name, variables) for name in ("first", "last"))
        if isinstance(last, int) and first is None:
            return last, True
        return (first if isinstance(first, int) else max(map(len, edges), default=0)), False

    @staticmethod
    def _item(item: Any, cursor_keys: frozenset[ResponseKey], cursors: "_Cursors", index: int) -> Any:
        return {**item, **dict.fromkeys(cursor_keys, cursors.at(index))} if cursor_keys else item

    @staticmethod
    def _info(name: FieldName, window: Window, cursors: "_Cursors") -> Any:
        is_empty = window.start >= window.end
        match name:
            case "hasNextPage":
                return window.has_next
            case "hasPreviousPage":
                return window.has_previous
            case "startCursor":
                return None if is_empty else cursors.at(window.start)
            case "endCursor":
                return None if is_empty else cursors.at(window.end - 1)
        return "PageInfo" if name == "__typename" else None


def cut(items: list[tuple[int, int, Any]], infos: Sequence[Mapping[str, bool]], size: int, *, backward: bool) -> Window:
    """The page: as many items as wanted, but none beyond what a member may still have before it."""
    ends = {number: index for index, (number, _, _) in enumerate(items)}
    starts = {number: index for index, (number, _, _) in reversed(list(enumerate(items)))}
    goes_on = [number for number, info in enumerate(infos) if info["hasNextPage"]]
    came_from = [number for number, info in enumerate(infos) if info["hasPreviousPage"]]
    if backward:
        sure = max((starts.get(number, len(items)) for number in came_from), default=0)
        start = max(sure, len(items) - size)
        return Window(items, start, len(items), bool(goes_on), start > 0 or bool(came_from))
    sure = min((ends.get(number, -1) + 1 for number in goes_on), default=len(items))
    end = min(sure, size)
    return Window(items, 0, end, end < len(items) or bool(goes_on), bool(came_from))


class _Cursors:
    """The cursors of a window's items."""

    def __init__(self, names: Sequence[PartitionName], window: Window, places: tuple[Spots, Spots]) -> None:
        self._names, self._items, (self._after, self._before) = names, window.items, places

    def at(self, index: int) -> str:
        """The cursor of the item at an index: where every member stands there."""
        last: dict[int, str] = {}
        following: dict[int, str] = {}
        for number, _, edge in self._items[: index + 1]:
            last[number] = edge[CURSOR]
        for number, _, edge in reversed(self._items[index:]):
            following[number] = edge[CURSOR]
        answered = {
            name: Spot(
                last.get(number, self._after.get(name, Spot()).last),
                following.get(number, self._before.get(name, Spot()).next),
            )
            for number, name in enumerate(self._names)
        }
        absent = {**self._before, **self._after}
        unanswered = {
            name: Spot(spot.last, None, is_known=False) for name, spot in absent.items() if name not in answered
        }
        return print_cursor({**answered, **unanswered})
