"""The market's scalars take what they can hold, and nothing else."""

from datetime import date, datetime, timedelta, timezone

import pytest
from graphql import GraphQLError

from subgraphs.kit.scalars import parse_date, parse_date_time, parse_long


@pytest.mark.parametrize("value", [0, -1, 49_500_000_000, 2**63 - 1, -(2**63)])
def test_long_takes_whole_numbers_of_64_bits(value: int) -> None:
    """The market's turnover in fen among them, which does not fit Int."""
    assert parse_long(value) == value


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, 1.0, "1", True, None])
def test_long_takes_nothing_else(value: object) -> None:
    """No fraction, no text, no truth value."""
    with pytest.raises(GraphQLError, match="Long cannot represent"):
        parse_long(value)


def test_date_takes_a_calendar_date() -> None:
    """As ISO 8601 writes it."""
    assert parse_date("2022-06-27") == date(2022, 6, 27)


@pytest.mark.parametrize("value", ["27.6.2022", "2022-06-31", 20220627, None, "2022-06-27T00:00:00Z"])
def test_date_takes_nothing_else(value: object) -> None:
    """The error shows how to write one."""
    with pytest.raises(GraphQLError, match="write it like '2022-06-27'"):
        parse_date(value)


def test_date_time_takes_a_moment_with_its_zone() -> None:
    """As RFC 3339 writes it."""
    moment = datetime(2022, 6, 27, 8, 30, tzinfo=timezone(timedelta(hours=8)))
    assert parse_date_time("2022-06-27T08:30:00+08:00") == moment


@pytest.mark.parametrize("value", ["2022-06-27T08:30:00", "2022-06-27", "now", 0])
def test_date_time_takes_nothing_else(value: object) -> None:
    """A time without its zone means nothing."""
    with pytest.raises(GraphQLError, match="write it like"):
        parse_date_time(value)
