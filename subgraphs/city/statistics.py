"""市场统计 and the letter's two figures that only cities can count: what was published where, and when."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Self

import strawberry
from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.federation import field

from subgraphs.city import tables
from subgraphs.city.pages import Listing, RegionPage, load_region_totals
from subgraphs.city.places import lies_by_region, summed
from subgraphs.kit.context import Info
from subgraphs.kit.directives import cached
from subgraphs.kit.enums import ListingStatus
from subgraphs.kit.periods import parse_period
from subgraphs.kit.rows import Row, stub_type


@dataclass(frozen=True, slots=True)
class Counts:
    """How many listings of a kind were published, and how many of them are open still."""

    published: int = 0
    open: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.published + other.published, self.open + other.open)


Key = tuple[Listing, str, str]
"""A kind of listing, a region's code, a period's name."""


async def load_counts(session: AsyncSession, keys: list[Key]) -> list[Counts]:
    """Batch: the counts of regions of any level; one statement for each kind of listing and period."""
    found: defaultdict[Key, Counts] = defaultdict(Counts)
    for table, period in dict.fromkeys((table, period) for table, _, period in keys):
        is_open = case((table.status == ListingStatus.OPEN, 1), else_=0)
        counted = select(table.county_code, table.city_code, func.count(), func.sum(is_open))
        where = parse_period(period).holds(table.published_at)
        for county, city, count, still_open in await session.execute(
            counted.where(where).group_by(table.county_code, table.city_code)
        ):
            for code in (county, city, f"{city[:2]}0000"):
                found[table, code, period] += Counts(count, int(still_open))
    return [found[key] for key in keys]


async def _counts(root: Row, info: Info, table: Listing) -> Counts:
    return await info.context.loaders.of(load_counts).load((table, root.region_code, root.period))


async def achievement_count(root: Row, info: Info) -> int:
    """How many achievements were published."""
    return (await _counts(root, info, tables.Achievement)).published


async def demand_count(root: Row, info: Info) -> int:
    """How many demands were published."""
    return (await _counts(root, info, tables.Demand)).published


async def open_demand_count(root: Row, info: Info) -> int:
    """How many of the demands published are open still."""
    return (await _counts(root, info, tables.Demand)).open


@strawberry.federation.type(keys=["regionCode period"], directives=[cached(120), lies_by_region("regionCode")])
@stub_type
class MarketStatistics:
    """市场统计, as far as listings go."""

    region_code: strawberry.ID
    period: strawberry.ID
    achievement_count: int = field(
        resolver=achievement_count,
        directives=[summed()],
        description="发布成果数。How many achievements were published.",
    )
    demand_count: int = field(
        resolver=demand_count, directives=[summed()], description="发布需求数。How many demands were published."
    )
    open_demand_count: int = field(
        resolver=open_demand_count,
        directives=[summed()],
        description="其中仍公开的需求数。How many of these demands are open still.",
    )

    @classmethod
    async def resolve_reference(cls, info: Info, regionCode: str, period: str, **_given: Any) -> Self | None:  # noqa: N803 - the key's name on the wire
        """The statistics of a region that the city serves, in a period. Raises ``Refusal`` INVALID_PERIOD."""
        parse_period(period)
        region = await info.context.loaders.one(tables.Region, tables.Region.code).load(regionCode)
        return None if region is None else cls(region_code=strawberry.ID(regionCode), period=strawberry.ID(period))


async def all_achievements(root: Row, info: Info) -> int:
    """How many achievements there are."""
    return await info.context.loaders.of(load_region_totals).load(
        RegionPage(tables.Achievement, root.region_code, None)
    )


async def all_demands(root: Row, info: Info) -> int:
    """How many demands there are."""
    return await info.context.loaders.of(load_region_totals).load(RegionPage(tables.Demand, root.region_code, None))


@strawberry.federation.type(keys=["regionCode"], directives=[cached(60)])
@stub_type
class MarketFigures:
    """来信数字: the two that are counted in the cities."""

    region_code: strawberry.ID
    achievements: int = field(
        resolver=all_achievements, directives=[summed()], description="汇聚科技成果数。Achievements published."
    )
    demands: int = field(resolver=all_demands, directives=[summed()], description="技术需求数。Demands published.")

    @classmethod
    def resolve_reference(cls, regionCode: str, **_given: Any) -> Self:  # noqa: N803 - the key's name on the wire
        """The figures of the region, as far as this city has them."""
        return cls(region_code=strawberry.ID(regionCode))
