"""Pages of listings, newest first: a page begins after a row, not at a number, so inserts do not shift what comes next.

The order is ``published_at`` descending, then ``id`` ascending. A cursor holds both, in a form that says nothing to clients
(Relay's cursor connections specification, section 4).
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Generic, Protocol, Self, TypeVar

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.sql.elements import SQLCoreOperations

from subgraphs.kit.arguments import page_size
from subgraphs.kit.errors import ErrorCode, Refusal
from subgraphs.kit.values import PageInfo

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class Published(Protocol):
    """A row that has its place among listings."""

    id: Any
    published_at: Any


# ``table`` below is a mapped class with the columns ``id`` and ``published_at``; mypy cannot say so of classes.
R = TypeVar("R", bound=Published)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A row's place in the order."""

    published_at: datetime
    id: str

    @classmethod
    def of(cls, row: Published) -> Self:
        """The place of a row."""
        return cls(row.published_at, row.id)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a cursor that :meth:`print` made. Raises ``Refusal`` INVALID_CURSOR for anything else."""
        try:
            moment, _, identity = urlsafe_b64decode(text.encode()).decode().partition(":")
            return cls(_EPOCH + int(moment) * _MICROSECOND, identity)
        except (ValueError, BadBase64, OverflowError) as error:
            raise Refusal(ErrorCode.INVALID_CURSOR, f"{text!r} is no cursor; give one that a page named.") from error

    def print(self) -> str:
        """The cursor as clients see it."""
        microseconds = (self.published_at - _EPOCH) // _MICROSECOND
        return urlsafe_b64encode(f"{microseconds}:{self.id}".encode()).decode()


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page is wanted: ``size`` rows after and before two cursors, from the front or, ``backward``, from the end."""

    size: int
    after: Cursor | None = None
    before: Cursor | None = None
    backward: bool = False

    @classmethod
    def of(cls, first: int | None, after: str | None, last: int | None = None, before: str | None = None) -> Self:
        """Read Relay's four arguments; 20 from the front where no number is given.

        Raises ``Refusal``: INVALID_PAGE_SIZE, INVALID_CURSOR, or PAGE_DIRECTION_UNCLEAR where both numbers are given.
        """
        if first is not None and last is not None:
            raise Refusal(
                ErrorCode.PAGE_DIRECTION_UNCLEAR, "Both first and last are given; give the one that is meant."
            )
        backward = last is not None
        size = page_size(last, name="last") if backward else page_size(first)
        return cls(size, _cursor(after), _cursor(before), backward)

    def order(self, table: Any) -> tuple[SQLCoreOperations[Any], ...]:
        """The order in which the rows are to be read."""
        if self.backward:
            return table.published_at.asc(), table.id.desc()
        return table.published_at.desc(), table.id.asc()

    def bounds(self, table: Any) -> list[ColumnElement[bool]]:
        """What rows between the two cursors satisfy."""
        return [
            *([_follows(table, self.after)] if self.after else []),
            *([_precedes(table, self.before)] if self.before else []),
        ]

    def seek(self, table: Any) -> list[ColumnElement[bool]]:
        """What these rows satisfy too, said so that an index finds the first of them at once.

        Not beside an ``IN`` over the index's first column: SQLite 3.40 then gives rows outside the range.
        """
        return [
            *([table.published_at <= self.after.published_at] if self.after else []),
            *([table.published_at >= self.before.published_at] if self.before else []),
        ]


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """The rows of one page in their order, and whether there is more on either side."""

    rows: Sequence[R]
    has_next: bool
    has_previous: bool

    @classmethod
    def cut(cls, request: PageRequest, rows: Sequence[R]) -> Self:
        """Make the page of the rows read for a request, which are one more than its size where there is more."""
        kept, more = rows[: request.size], len(rows) > request.size
        if request.backward:
            return cls(kept[::-1], has_next=request.before is not None, has_previous=more)
        return cls(kept, has_next=more, has_previous=request.after is not None)

    def info(self) -> PageInfo:
        """The page's ``PageInfo``."""
        start, end = (Cursor.of(self.rows[at]).print() if self.rows else None for at in (0, -1))
        return PageInfo(
            has_next_page=self.has_next, has_previous_page=self.has_previous, start_cursor=start, end_cursor=end
        )


def _cursor(text: str | None) -> Cursor | None:
    return None if text is None else Cursor.parse(text)


def _follows(table: Any, cursor: Cursor) -> ColumnElement[bool]:
    same = and_(table.published_at == cursor.published_at, table.id > cursor.id)
    return or_(table.published_at < cursor.published_at, same)


def _precedes(table: Any, cursor: Cursor) -> ColumnElement[bool]:
    same = and_(table.published_at == cursor.published_at, table.id < cursor.id)
    return or_(table.published_at > cursor.published_at, same)
