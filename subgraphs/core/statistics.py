"""市场统计: what core counts of a region and a period, its deals; the city counts the listings."""

from collections import defaultdict
from typing import Any, Self

import strawberry
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.federation import field

from subgraphs.core import tables
from subgraphs.kit.context import Info
from subgraphs.kit.directives import cached
from subgraphs.kit.enums import RegionLevel
from subgraphs.kit.errors import ErrorCode, Refusal
from subgraphs.kit.periods import parse_period
from subgraphs.kit.rows import NOT_GIVEN, Row, stub_type
from subgraphs.kit.values import Money, fen

Totals = tuple[int, int]
"""How many deals, and their amount in fen."""


async def load_totals(session: AsyncSession, keys: list[tuple[str, str]]) -> list[Totals]:
    """Batch: the deals of cities, or of the province under the code that ends in ``0000``, in periods by their names."""
    found: defaultdict[tuple[str, str], Totals] = defaultdict(lambda: (0, 0))
    for period in sorted({period for _, period in keys}):
        deal = tables.Deal
        counted = select(deal.region_code, func.count(), func.coalesce(func.sum(deal.amount_fen), 0))
        rows = await session.execute(
            counted.where(parse_period(period).holds(deal.signed_at)).group_by(deal.region_code)
        )
        for code, count, amount in rows:
            for counted_in in (code, f"{code[:2]}0000"):
                deals, fens = found[counted_in, period]
                found[counted_in, period] = (deals + count, fens + int(amount))
    return [found[key] for key in keys]


async def deal_count(root: Row, info: Info) -> int:
    """How many deals were signed."""
    return (await info.context.loaders.of(load_totals).load((root.region_code, root.period)))[0]


async def deal_amount(root: Row, info: Info) -> Money:
    """What the deals signed amount to."""
    return fen((await info.context.loaders.of(load_totals).load((root.region_code, root.period)))[1])


async def match_rate(root: Row, info: Info) -> float | None:
    """Deals for each demand; nothing where there was no demand."""
    if root.demand_count is None:
        raise Refusal(
            ErrorCode.INVALID_REPRESENTATION, "demandCount is required here and was not sent; send it with the key."
        )
    return await deal_count(root, info) / root.demand_count if root.demand_count else None


@strawberry.federation.type(
    keys=["regionCode period"],
    description="一个区划在一个统计期内的市场统计。A region's market in a period, in numbers.",
    directives=[cached(300)],
)
@stub_type
class MarketStatistics:
    """市场统计."""

    region_code: strawberry.ID = field(description="区划代码。The region's code.")
    period: strawberry.ID = field(
        description="统计期：ALL、2022、2022-Q2 或 2022-06。The period: ALL, 2022, 2022-Q2 or 2022-06."
    )
    demand_count: int = field(external=True, default=NOT_GIVEN)
    deal_count: int = field(resolver=deal_count, description="签约交易数。How many deals were signed.")
    deal_amount: Money = field(resolver=deal_amount, description="签约交易额。What they amount to.")
    match_rate: float | None = field(
        resolver=match_rate,
        requires=["demandCount"],
        description="交易数与需求数之比；无需求时为空。Deals for each demand; null where there was no demand.",
    )

    @classmethod
    async def resolve_reference(cls, info: Info, regionCode: str, period: str, **given: Any) -> Self | None:  # noqa: N803 - the key's name on the wire
        """The statistics of a region and a period; ``None`` for a county, whose deals are counted by city."""
        parse_period(period)
        region = await info.context.loaders.one(tables.Region, tables.Region.code).load(regionCode)
        if region is None or region.level is RegionLevel.COUNTY:
            return None
        return cls(
            region_code=strawberry.ID(regionCode),
            period=strawberry.ID(period),
            demand_count=given.get("demandCount", NOT_GIVEN),
        )


async def load_statistics(info: Info, region_code: str, period: str) -> MarketStatistics | None:
    """The statistics of a region of core in a period. Raises ``Refusal`` INVALID_PERIOD."""
    return await MarketStatistics.resolve_reference(info, regionCode=region_code, period=period)
