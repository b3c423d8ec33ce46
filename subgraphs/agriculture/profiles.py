"""农业概况 and 示范基地: for which crops and seasons a listing is, and where it is demonstrated."""

from typing import Any, Self

import strawberry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.federation import field

from subgraphs.agriculture import tables
from subgraphs.kit.context import Info
from subgraphs.kit.directives import cached
from subgraphs.kit.enums import Crop, Season
from subgraphs.kit.rows import Row, lazy, many, row_type, stub_type

ThisBase = lazy("subgraphs.agriculture.profiles", "DemonstrationBase")


@strawberry.federation.type(keys=["code"], directives=[cached(3_600)])
@stub_type
class Region:
    """行政区划, with the bases in it."""

    code: strawberry.ID
    demonstration_bases: Any = many(
        tables.DemonstrationBase.region_code,
        by="code",
        order=(tables.DemonstrationBase.id,),
        of=ThisBase,
        description="区划内的农业示范基地。The demonstration bases in it.",
    )

    @classmethod
    def resolve_reference(cls, code: strawberry.ID, **_given: Any) -> Self:
        """Any region: core knows whether there is such a one."""
        return cls(code=code)


def region(root: Row) -> Region:
    """The county that the base lies in."""
    return Region(code=root.region_code)


@strawberry.federation.type(
    keys=["id"], description="农业示范基地。An agricultural demonstration base.", directives=[cached(3_600)]
)
@row_type(tables.DemonstrationBase, keys={"id": tables.DemonstrationBase.id})
class DemonstrationBase:
    """示范基地."""

    id: strawberry.ID = field(description="编号。Its id.")
    name: str = field(description="名称。Its name.")
    region: Region = field(resolver=region, description="所在县（市、区）。The county that it lies in.")
    area_mu: float = field(description="面积（亩）。Its area in mu, a fifteenth of a hectare.")


async def load_bases(session: AsyncSession, keys: list[str]) -> list[list[tables.DemonstrationBase]]:
    """Batch: where each achievement is demonstrated, by the bases' ids."""
    link = tables.AchievementBase
    rows = await session.execute(
        select(link.achievement_id, tables.DemonstrationBase)
        .join(tables.DemonstrationBase, tables.DemonstrationBase.id == link.base_id)
        .where(link.achievement_id.in_(keys))
        .order_by(tables.DemonstrationBase.id)
    )
    found: dict[str, list[tables.DemonstrationBase]] = {key: [] for key in keys}
    for achievement, base in rows:
        found[achievement].append(base)
    return [found[key] for key in keys]


async def load_crops(session: AsyncSession, keys: list[str]) -> list[list[Crop]]:
    """Batch: the crops of each listing, achievement or demand, in the order of the enum."""
    of_achievement, of_demand = tables.AchievementCrop, tables.DemandCrop
    both = (
        select(of_achievement.achievement_id, of_achievement.crop)
        .where(of_achievement.achievement_id.in_(keys))
        .union_all(select(of_demand.demand_id, of_demand.crop).where(of_demand.demand_id.in_(keys)))
    )
    found: dict[str, set[Crop]] = {key: set() for key in keys}
    for listing, crop in await session.execute(both):
        found[listing].add(crop)
    return [[crop for crop in Crop if crop in found[key]] for key in keys]


async def demonstration_bases(root: Row, info: Info) -> list[tables.DemonstrationBase]:
    """Where the achievement is demonstrated."""
    return await info.context.loaders.of(load_bases).load(root.achievement_id)


async def crops_of_achievement(root: Row, info: Info) -> list[Crop]:
    """The crops that the achievement is for."""
    return await info.context.loaders.of(load_crops).load(root.achievement_id)


async def crops_of_demand(root: Row, info: Info) -> list[Crop]:
    """The crops that the demand is about."""
    return await info.context.loaders.of(load_crops).load(root.demand_id)


def seasons(root: Row) -> list[Season]:
    """The seasons in which the achievement is used, from spring on."""
    return [season for season in Season if season in root.seasons]


@strawberry.federation.type(
    description="成果的农业概况：品种、适用作物、示范基地。An achievement's agricultural side.",
    directives=[cached(600)],
)
@row_type(tables.AchievementProfile)
class AgriculturalProfile:
    """农业概况 of an achievement."""

    crops: list[Crop] = field(resolver=crops_of_achievement, description="适用作物。The crops that it is for.")
    variety_approval_no: str | None = field(description="品种审定编号。The number of the variety's approval.")
    seasons: list[Season] = field(resolver=seasons, description="适用季节。The seasons in which it is used.")
    demonstration_bases: Any = field(
        resolver=demonstration_bases,
        graphql_type=list[DemonstrationBase],
        description="示范基地。Where it is demonstrated.",
    )


@strawberry.type(description="需求的农业概况。A demand's agricultural side.", directives=[cached(600)])
@row_type(tables.DemandProfile)
class AgriculturalDemandProfile:
    """农业概况 of a demand."""

    crops: list[Crop] = field(resolver=crops_of_demand, description="相关作物。The crops that it is about.")
    area_mu: float | None = field(description="涉及面积（亩）。The area that it concerns, in mu.")
    farmers: int | None = field(description="惠及农户数。How many farmers it concerns.")
