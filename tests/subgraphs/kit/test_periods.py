"""Names of periods, and the moments between which they lie."""

from datetime import UTC, datetime

import pytest

from subgraphs.kit.errors import Refusal
from subgraphs.kit.periods import Period, parse_period


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("2022", "2021-12-31T16:00", "2022-12-31T16:00"),
        ("2022-Q1", "2021-12-31T16:00", "2022-03-31T16:00"),
        ("2022-Q4", "2022-09-30T16:00", "2022-12-31T16:00"),
        ("2022-02", "2022-01-31T16:00", "2022-02-28T16:00"),
        ("2022-12", "2022-11-30T16:00", "2022-12-31T16:00"),
    ],
)
def test_a_period_begins_and_ends_at_the_provinces_midnight(name: str, start: str, end: str) -> None:
    """Eight hours before that of UTC; a period ends where the next begins."""
    assert parse_period(name) == Period(utc(start), utc(end))


@pytest.mark.parametrize("name", ["ALL", "all"])
def test_all_time_has_no_ends(name: str) -> None:
    """However it is written."""
    assert parse_period(name) == Period()


@pytest.mark.parametrize("name", ["", "2022-13", "2022-Q0", "0999", "2022-1", "2022 ", "2022\n", "二〇二二"])
def test_any_other_name_is_refused(name: str) -> None:
    """The refusal says how to write one."""
    with pytest.raises(Refusal, match="write ALL, 2022, 2022-Q2 or 2022-06"):
        parse_period(name)
