"""The demo's calendar: it begins on 2020-01-02 and stands still on 2022-06-27, the date of the letter."""

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, time, timedelta, timezone
from math import isqrt
from typing import Final

from subgraphs.demo.draw import Draw

FIRST_DAY: Final = date(2020, 1, 2)
DEALS_FROM: Final = date(2021, 1, 4)
TRIAL_FROM: Final = date(2022, 4, 21)
DATA_DATE: Final = date(2022, 6, 27)

_CHINA: Final = timezone(timedelta(hours=8))
_OFFICE_OPENS: Final = 8 * 60 + 30
_OFFICE_MINUTES: Final = 540

_ALL_DAYS: Final = [FIRST_DAY + timedelta(days=days) for days in range((DATA_DATE - FIRST_DAY).days + 1)]
WORKING_DAYS: Final = tuple(day for day in _ALL_DAYS if day.weekday() < 5)


def at_office(day: date, minute: int, second: int = 0) -> datetime:
    """A moment of an office day in China, so many minutes after half past eight."""
    whole = _OFFICE_OPENS + minute
    return datetime.combine(day, time(whole // 60, whole % 60, second), _CHINA).astimezone(UTC)


LAST_MOMENT: Final = at_office(DATA_DATE, _OFFICE_MINUTES - 1)
"""The end of the last day's office hours: nothing has happened after it."""


def spread(draw: Draw, position: int, count: int) -> datetime:
    """When number ``position`` of ``count`` listings appeared: in order, and ever more often towards the end."""
    minutes = len(WORKING_DAYS) * _OFFICE_MINUTES
    part = (position * 1000 + draw.below(1000)) * 10**9 // (count * 1000)
    minute = isqrt(part * minutes * minutes // 10**9)
    return at_office(WORKING_DAYS[minute // _OFFICE_MINUTES], minute % _OFFICE_MINUTES, draw.below(60))


def moment_between(draw: Draw, first: date, last: date) -> datetime:
    """Some moment of an office day from the first to the last day, which must have one between them."""
    days = WORKING_DAYS[bisect_left(WORKING_DAYS, first) : bisect_right(WORKING_DAYS, last)]
    return at_office(draw.pick(days), draw.below(_OFFICE_MINUTES), draw.below(60))


def day_of(moment: datetime) -> date:
    """The day in China of a moment."""
    return moment.astimezone(_CHINA).date()


def later(day: date, days: int) -> date:
    """So many days later; earlier where negative."""
    return day + timedelta(days=days)
