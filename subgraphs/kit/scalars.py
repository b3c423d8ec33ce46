"""The market's scalars: ``Long`` for amounts in fen, ``Date`` and ``DateTime``, the same in every subgraph."""

from datetime import date, datetime
from typing import Final, NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

Long = NewType("Long", int)
"""A whole number of 64 bits: the market's turnover in fen does not fit GraphQL's ``Int``."""

_LONG_MAX = 2**63 - 1


def parse_long(value: object) -> Long:
    """Take a whole number of 64 bits; anything else, ``True`` and ``1.0`` too, raises ``GraphQLError``."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise GraphQLError(f"Long cannot represent {value!r}; give a whole number.")
    if not -_LONG_MAX - 1 <= value <= _LONG_MAX:
        raise GraphQLError(f"Long cannot represent {value}; it holds 64 bits.")
    return Long(value)


def parse_date(value: object) -> date:
    """Take ``2022-06-27``; anything else raises ``GraphQLError``."""
    try:
        return date.fromisoformat(_text(value))
    except ValueError as error:
        raise _refusal("Date", value, example="2022-06-27") from error


def parse_date_time(value: object) -> datetime:
    """Take ``2022-06-27T08:30:00+08:00``; anything else, a time without its zone too, raises ``GraphQLError``."""
    try:
        return _with_zone(datetime.fromisoformat(_text(value)))
    except ValueError as error:
        raise _refusal("DateTime", value, example="2022-06-27T08:30:00+08:00") from error


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("not a string")
    return value


def _with_zone(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("no time zone")
    return moment


def _refusal(scalar: str, value: object, *, example: str) -> GraphQLError:
    return GraphQLError(f"{scalar} cannot represent {value!r}; write it like {example!r}.")


SCALARS: Final[dict[object, ScalarDefinition]] = {
    Long: strawberry.scalar(
        name="Long",
        description="64 位整数。A whole number of 64 bits.",
        serialize=int,
        parse_value=parse_long,
    ),
    date: strawberry.scalar(
        name="Date",
        description="日期，如 2022-06-27。A calendar date (ISO 8601).",
        specified_by_url="https://scalars.graphql.org/andimarek/local-date",
        serialize=date.isoformat,
        parse_value=parse_date,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="带时区的时刻，如 2022-06-27T08:30:00+08:00。A moment with its time zone (RFC 3339).",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time",
        serialize=datetime.isoformat,
        parse_value=parse_date_time,
    ),
}
"""What the Python types of fields and arguments become in every subgraph's schema."""
