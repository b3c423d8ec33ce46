"""The value types that every subgraph prints alike: ``Money`` and ``PageInfo``."""

from operator import attrgetter
from typing import Any

import strawberry

from subgraphs.kit import enum_descriptions  # noqa: F401 - registers the enums before any type names one
from subgraphs.kit.directives import cached_with_parent
from subgraphs.kit.enums import Currency
from subgraphs.kit.scalars import Long


@strawberry.federation.type(
    shareable=True, description="金额，以分计。An amount of money, counted in fen.", directives=[cached_with_parent()]
)
class Money:
    """An amount of money."""

    amount_fen: Long = strawberry.field(description="以分计的金额。The amount in fen, 1/100 yuan.")
    currency: Currency = strawberry.field(default=Currency.CNY, description="币种。The currency.")


@strawberry.federation.type(
    shareable=True, description="分页信息。Where a page stands in its list.", directives=[cached_with_parent()]
)
class PageInfo:
    """Where a page stands in its list, in Relay's terms."""

    has_next_page: bool = strawberry.field(description="后面还有。Whether more follows.")
    has_previous_page: bool = strawberry.field(description="前面还有。Whether anything comes before.")
    start_cursor: str | None = strawberry.field(description="本页第一项的游标。The first item's cursor.")
    end_cursor: str | None = strawberry.field(description="本页最后一项的游标。The last item's cursor.")


def fen(amount: int) -> Money:
    """An amount of fen as money."""
    return Money(amount_fen=Long(amount))


def money(column: str, description: str, *, optional: bool = False, **federation: Any) -> Any:
    """A field of money that a row keeps as fen in a column."""
    amount_of = attrgetter(column)

    def resolve(root: strawberry.Parent[Any]) -> Money | None:
        amount = amount_of(root)
        return None if amount is None else fen(amount)

    return strawberry.federation.field(
        resolver=resolve, graphql_type=(Money | None) if optional else Money, description=description, **federation
    )
