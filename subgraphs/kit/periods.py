"""A period of statistics by its name: ``ALL``, ``2022``, ``2022-Q2`` or ``2022-06``, in the province's own time."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from sqlalchemy import ColumnElement, true
from sqlalchemy.orm import InstrumentedAttribute

from subgraphs.kit.errors import ErrorCode, Refusal

CHINA: Final = timezone(timedelta(hours=8))
"""The province's time zone, which has known no summer time in all the market's years."""

_NAME: Final = re.compile(r"(?P<year>[12]\d{3})(?:-(?:Q(?P<quarter>[1-4])|(?P<month>0[1-9]|1[0-2])))?")


@dataclass(frozen=True, slots=True)
class Period:
    """From a moment until before another; ``None`` on both sides is all time."""

    start: datetime | None = None
    end: datetime | None = None

    def holds(self, column: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
        """That a column's moment lies in the period."""
        if self.start is None:
            return true()
        return (column >= self.start) & (column < self.end)


def day_of(moment: datetime) -> Period:
    """The province's day in which a moment lies."""
    start = moment.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    return Period(start, start + timedelta(days=1))


def parse_period(name: str) -> Period:
    """Read a period's name. Raises ``Refusal`` INVALID_PERIOD for any other."""
    if name.upper() == "ALL":
        return Period()
    if not (match := _NAME.fullmatch(name)):
        raise Refusal(ErrorCode.INVALID_PERIOD, f"{name!r} is no period; write ALL, 2022, 2022-Q2 or 2022-06.")
    year, quarter, month = (int(part) if part else None for part in match.groups())
    first, months = (month, 1) if month else ((quarter - 1) * 3 + 1, 3) if quarter else (1, 12)
    return Period(_month(year or 0, first), _month(year or 0, first + months))


def _month(year: int, month: int) -> datetime:
    return datetime(year + (month - 1) // 12, (month - 1) % 12 + 1, 1, tzinfo=CHINA)
