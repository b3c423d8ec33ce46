"""行政区划: regions, which of them are mountain counties, their physical markets; and the technical fields."""

from datetime import date
from typing import Annotated, Any

import strawberry
from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.federation import field

from subgraphs.core import tables
from subgraphs.core.statistics import MarketStatistics, load_statistics
from subgraphs.kit.context import Info
from subgraphs.kit.directives import cached, sized
from subgraphs.kit.enums import MountainCountyKind, RegionLevel
from subgraphs.kit.loaders import in_order
from subgraphs.kit.periods import CHINA
from subgraphs.kit.rows import Row, lazy, many, one, row_type
from subgraphs.kit.values import money

SubMarket = lazy("subgraphs.core.sub_markets", "SubMarket")
ThisRegion = lazy("subgraphs.core.regions", "Region")
ThisField = lazy("subgraphs.core.regions", "TechnicalField")

_PERIOD = strawberry.argument(
    description="统计期：ALL、2022、2022-Q2 或 2022-06。The period: ALL, 2022, 2022-Q2 or 2022-06."
)


@strawberry.type(
    description="山区26县的认定。A county's designation as one of the 26 mountain counties.",
    directives=[cached(86_400)],
)
@row_type(tables.MountainCounty)
class MountainCountyDesignation:
    """One designation of one county."""

    region: Any = one(
        tables.Region.code, by="region_code", of=ThisRegion, optional=False, description="所指的县。The county."
    )
    kind: MountainCountyKind | None = field(description="类别。The kind of mountain county.")
    valid_from: date = field(description="认定起始日。The first day on which it holds.")
    valid_to: date | None = field(description="认定截止日。The last day on which it held.")


def designated_on(day: date) -> Select[tables.MountainCounty]:
    """Ask for the designations that hold on a day, in the order of the counties' codes."""
    table = tables.MountainCounty
    still = or_(table.valid_to.is_(None), table.valid_to >= day)
    return select(table).where(table.valid_from <= day, still).order_by(table.region_code)


def today(info: Info) -> date:
    """The province's day."""
    return info.context.clock().astimezone(CHINA).date()


async def load_designations(session: AsyncSession, keys: list[tuple[str, date]]) -> list[tables.MountainCounty | None]:
    """Batch: the designation of each county on a day, which is one day for a whole request but at midnight."""
    found: dict[tuple[str, date], tables.MountainCounty] = {}
    for day in {day for _, day in keys}:
        # The counties are not named: they are few, and SQLite 3.40 gives wrong rows for IN beside a range of one index.
        found |= {(row.region_code, day): row for row in await session.scalars(designated_on(day))}
    return in_order(keys, found)


async def is_mountain_county(info: Info, code: str) -> bool:
    """Whether a county is one of the 26 today."""
    return await info.context.loaders.of(load_designations).load((code, today(info))) is not None


async def mountain_county(root: Row, info: Info) -> Any:
    """The designation that holds today."""
    return await info.context.loaders.of(load_designations).load((root.code, today(info)))


async def statistics(root: Row, info: Info, period: Annotated[strawberry.ID, _PERIOD]) -> MarketStatistics | None:
    """The region's statistics in a period."""
    return await load_statistics(info, root.code, period)


@strawberry.federation.type(
    keys=["id"], description="科技大市场（线下实体）。A physical technology market.", directives=[cached(3_600)]
)
@row_type(tables.PhysicalMarket, keys={"id": tables.PhysicalMarket.id})
class PhysicalMarket:
    """科技大市场."""

    id: strawberry.ID = field(description="编号。Its number.")
    name: str = field(description="名称。Its name.")
    region: Any = one(
        tables.Region.code, by="region_code", of=ThisRegion, optional=False, description="所在区划。Where it is."
    )
    opened_on: date | None = field(description="开业日期。The day it opened.")
    annual_turnover: Any = money("annual_turnover_fen", "年交易额。Its turnover in a year.", optional=True)


@strawberry.federation.type(
    keys=["code"], description="行政区划（GB/T 2260）。An administrative region.", directives=[cached(86_400)]
)
@row_type(tables.Region, keys={"code": tables.Region.code})
class Region:
    """行政区划."""

    code: strawberry.ID = field(description="六位区划代码。The code of six digits.")
    name: str = field(shareable=True, description="名称。Its name.")
    name_en: str = field(description="英文名。Its name in English.")
    level: RegionLevel = field(description="级别。Its level.")
    parent: Any = one(
        tables.Region.code, by="parent_code", of=ThisRegion, description="上级区划。The region it lies in."
    )
    children: Any = many(
        tables.Region.parent_code,
        by="code",
        order=(tables.Region.code,),
        of=ThisRegion,
        description="下级区划。The regions that lie in it.",
        directives=[sized(13)],
    )
    mountain_county: Any = field(
        resolver=mountain_county,
        graphql_type=MountainCountyDesignation | None,
        description="今天是否属山区26县。Its designation as a mountain county, if one holds today.",
    )
    sub_market: Any = one(
        tables.SubMarket.region_code, by="code", of=SubMarket, description="本级分市场。Its own sub-market."
    )
    physical_markets: Any = many(
        tables.PhysicalMarket.region_code,
        by="code",
        order=(tables.PhysicalMarket.id,),
        of=PhysicalMarket,
        description="实体科技大市场。Its physical markets.",
    )
    statistics: Any = field(
        resolver=statistics,
        graphql_type=MarketStatistics | None,
        description="市场统计；县级不单列交易。Its statistics; null for counties, whose deals are counted by city.",
    )
    legacy_code: str | None = field(inaccessible=True, description="旧系统代码。Its code in the system before.")


@strawberry.federation.type(keys=["code"], description="技术领域。A technical field.", directives=[cached(86_400)])
@row_type(tables.TechnicalField, keys={"code": tables.TechnicalField.code})
class TechnicalField:
    """技术领域."""

    code: strawberry.ID = field(description="领域代码。Its code.")
    name: str = field(description="名称。Its name.")
    name_en: str = field(description="英文名。Its name in English.")
    parent: Any = one(
        tables.TechnicalField.code, by="parent_code", of=ThisField, description="上级领域。The field it lies in."
    )
