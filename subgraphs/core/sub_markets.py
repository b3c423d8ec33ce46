"""分市场: the interface ``SubMarket`` and its three kinds, of cities, of counties and of industries."""

from functools import partial
from typing import Any

import strawberry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.federation import field

from subgraphs.core import tables
from subgraphs.core.organizations import Organization
from subgraphs.core.regions import Region
from subgraphs.kit.context import Info
from subgraphs.kit.enums import Industry, SubMarketKind
from subgraphs.kit.rows import Row, one, row_type


def _is(kind: SubMarketKind, row: Any) -> bool:
    return row.kind is kind


def sub_market_of(kind: SubMarketKind) -> Any:
    """Say that a type's objects are the sub-markets of a kind."""
    return row_type(tables.SubMarket, keys={"id": tables.SubMarket.id}, is_type_of=partial(_is, kind))


def _region(description: str) -> Any:
    return one(tables.Region.code, by="region_code", of=Region, optional=False, description=description)


@strawberry.interface(description="分市场。A sub-market of the one market.")
class SubMarket:
    """分市场."""

    id: strawberry.ID = field(description="编号。Its number.")
    name: str = field(description="名称。Its name.")
    operator: Any = one(
        tables.Organization.uscc, by="operator_uscc", of=Organization, description="运营方。Who operates it."
    )


@strawberry.federation.type(keys=["id"], description="地市分市场。A city's sub-market.")
@sub_market_of(SubMarketKind.CITY)
class CitySubMarket(SubMarket):
    """地市分市场."""

    region: Any = _region("所属地市。Its city.")


@strawberry.federation.type(keys=["id"], description="县（市、区）分市场。A county's sub-market.")
@sub_market_of(SubMarketKind.COUNTY)
class CountySubMarket(SubMarket):
    """县（市、区）分市场."""

    region: Any = _region("所属县（市、区）。Its county.")
    city: Any = one(
        tables.SubMarket.id,
        by="city_market_id",
        of=CitySubMarket,
        optional=False,
        description="上级地市分市场。The sub-market of its city.",
    )


async def load_co_builders(session: AsyncSession, keys: list[str]) -> list[list[tables.Organization]]:
    """Batch: the organisations that build each industry's market, in the order of their codes."""
    link = tables.SubMarketCoBuilder
    rows = await session.execute(
        select(link.sub_market_id, tables.Organization)
        .join(tables.Organization, tables.Organization.uscc == link.organization_uscc)
        .where(link.sub_market_id.in_(keys))
        .order_by(tables.Organization.uscc)
    )
    found: dict[str, list[tables.Organization]] = {key: [] for key in keys}
    for market, organization in rows:
        found[market].append(organization)
    return [found[key] for key in keys]


async def co_builders(root: Row, info: Info) -> list[Any]:
    """The organisations that build the market together."""
    return await info.context.loaders.of(load_co_builders).load(root.id)


@strawberry.federation.type(keys=["id"], description="行业分市场。An industry's sub-market.")
@sub_market_of(SubMarketKind.INDUSTRY)
class IndustrySubMarket(SubMarket):
    """行业分市场."""

    industry: Industry = field(description="行业。Its industry.")
    co_builders: Any = field(
        resolver=co_builders, graphql_type=list[Organization], description="共建单位。Who builds it together."
    )
