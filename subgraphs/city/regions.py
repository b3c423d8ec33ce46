"""What the city adds to core's regions, physical markets and brokers."""

from typing import Annotated, Any

import strawberry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.federation import field

from subgraphs.city import tables
from subgraphs.city.connections import AchievementConnection, Connection, DemandConnection, connect_region
from subgraphs.city.pages import RegionPage
from subgraphs.city.places import lies_by, lies_by_region, pages_newest_first
from subgraphs.kit.arguments import After, First
from subgraphs.kit.context import Info
from subgraphs.kit.directives import cached, taken_over
from subgraphs.kit.enums import ListingStatus
from subgraphs.kit.pages import PageRequest
from subgraphs.kit.rows import Row, row_type
from subgraphs.kit.values import money

StatusFilter = Annotated[
    ListingStatus | None, strawberry.argument(description="只要此状态。Only those of this status.")
]


async def achievements(
    root: Row, info: Info, first: First = 20, status: StatusFilter = None, after: After = None
) -> Connection:
    """A page of the region's achievements."""
    return await connect_region(info, RegionPage(tables.Achievement, root.code, status, PageRequest.of(first, after)))


async def demands(
    root: Row, info: Info, first: First = 20, status: StatusFilter = None, after: After = None
) -> Connection:
    """A page of the region's demands."""
    return await connect_region(info, RegionPage(tables.Demand, root.code, status, PageRequest.of(first, after)))


@strawberry.federation.type(keys=["code"], directives=[cached(120), lies_by_region("code")])
@row_type(tables.Region, keys={"code": tables.Region.code})
class Region:
    """行政区划, with what is published in it."""

    code: strawberry.ID
    name: str = field(shareable=True)
    achievements: Any = field(
        resolver=achievements,
        graphql_type=AchievementConnection,
        directives=[pages_newest_first()],
        description="区划内的成果，最新的在前。The achievements published in it, newest first.",
    )
    demands: Any = field(
        resolver=demands,
        graphql_type=DemandConnection,
        directives=[pages_newest_first()],
        description="区划内的需求，最新的在前。The demands published in it, newest first.",
    )


@strawberry.federation.type(keys=["id"], directives=[cached(3_600), lies_by("id")])
@row_type(tables.PhysicalMarket, keys={"id": tables.PhysicalMarket.id})
class PhysicalMarket:
    """科技大市场, as its county reports it."""

    id: strawberry.ID
    annual_turnover: Any = money(
        "annual_turnover_fen",
        "年交易额。Its turnover in a year.",
        optional=True,
        override=taken_over("core"),
    )
    services: list[str] = field(description="服务内容。The services that it offers.")


async def load_served_counties(session: AsyncSession, keys: list[str]) -> list[list[tables.Region]]:
    """Batch: the counties that each broker serves, by their codes."""
    link = tables.BrokerCounty
    rows = await session.execute(
        select(link.registration_no, tables.Region)
        .join(tables.Region, tables.Region.code == link.county_code)
        .where(link.registration_no.in_(keys))
        .order_by(tables.Region.code)
    )
    found: dict[str, list[tables.Region]] = {key: [] for key in keys}
    for number, region in rows:
        found[number].append(region)
    return [found[key] for key in keys]


async def serves_counties(root: Row, info: Info) -> list[tables.Region]:
    """The counties that the broker serves."""
    return await info.context.loaders.of(load_served_counties).load(root.registration_no)


@strawberry.federation.type(keys=["registrationNo"], directives=[cached(3_600), lies_by("registrationNo")])
@row_type(tables.Broker, keys={"registrationNo": tables.Broker.registration_no})
class TechnologyBroker:
    """技术经纪人, as the city's own ledger has it."""

    registration_no: strawberry.ID
    contribution_points: int = field(description="贡献积分。The contribution points.")
    serves_counties: Any = field(
        resolver=serves_counties, graphql_type=list[Region], description="服务的县（市、区）。The counties served."
    )
