"""What the agricultural market adds to the cities' listings and to its own sub-market, and where one enters it."""

from collections.abc import Sequence
from typing import Annotated, Any, Self

import strawberry
from sqlalchemy import select
from strawberry.federation import field

from subgraphs.agriculture import tables
from subgraphs.agriculture.profiles import AgriculturalDemandProfile, AgriculturalProfile
from subgraphs.kit.arguments import First, page_size
from subgraphs.kit.context import Info
from subgraphs.kit.directives import cached, sliced
from subgraphs.kit.enums import Crop, ExtensionStage
from subgraphs.kit.errors import ErrorCode, Refusal
from subgraphs.kit.rows import NOT_GIVEN, Row, first, one, stub_type
from subgraphs.kit.schema import QUESTIONS

_LAST_LEVELS = (
    (3, ExtensionStage.LABORATORY),
    (5, ExtensionStage.SMALL_PLOT),
    (7, ExtensionStage.DEMONSTRATION),
)
"""Up to which maturity level an achievement is at a stage; above the last it is widely extended."""


def stage_of(maturity_level: int) -> ExtensionStage:
    """How far an achievement of a maturity level has spread."""
    return next((stage for last, stage in _LAST_LEVELS if maturity_level <= last), ExtensionStage.WIDE_EXTENSION)


async def extension_stage(root: Row, info: Info) -> ExtensionStage | None:
    """How far the achievement has spread; nothing outside agriculture."""
    if root.maturity_level is None:
        raise Refusal(
            ErrorCode.INVALID_REPRESENTATION, "maturityLevel is required here and was not sent; send it with the key."
        )
    profiles = info.context.loaders.one(tables.AchievementProfile, tables.AchievementProfile.achievement_id)
    return None if await profiles.load(root.id) is None else stage_of(root.maturity_level)


@strawberry.federation.type(keys=["id"], directives=[cached(300)])
@stub_type
class TechnologyAchievement:
    """科技成果, as far as farming goes."""

    id: strawberry.ID
    maturity_level: int = field(external=True, default=NOT_GIVEN)
    agriculture: Any = one(
        tables.AchievementProfile.achievement_id,
        by="id",
        of=AgriculturalProfile,
        description="农业概况；非农成果为空。Its agricultural side; null where it has none.",
    )
    extension_stage: ExtensionStage | None = field(
        resolver=extension_stage,
        requires=["maturityLevel"],
        description="推广阶段；非农成果为空。How far it has spread; null outside agriculture.",
    )

    @classmethod
    def resolve_reference(cls, id: strawberry.ID, **given: Any) -> Self:  # noqa: A002 - the key's name on the wire
        """The achievement of an id, with what the request sends of it; the city knows whether there is such a one."""
        return cls(id=id, maturity_level=given.get("maturityLevel", NOT_GIVEN))


@strawberry.federation.type(keys=["id"], directives=[cached(120)])
@stub_type
class Demand:
    """技术需求, as far as farming goes."""

    id: strawberry.ID
    agriculture: Any = one(
        tables.DemandProfile.demand_id,
        by="id",
        of=AgriculturalDemandProfile,
        description="农业概况；非农需求为空。Its agricultural side; null where it has none.",
    )

    @classmethod
    def resolve_reference(cls, id: strawberry.ID, **_given: Any) -> Self:  # noqa: A002 - the key's name on the wire
        """The demand of an id; the city knows whether there is such a one."""
        return cls(id=id)


def achievement_of(row: Any) -> TechnologyAchievement:
    """The achievement that a row is about."""
    return TechnologyAchievement(id=row.achievement_id)


@strawberry.federation.type(keys=["id"])
@stub_type
class IndustrySubMarket:
    """行业分市场, of which this is one: a market of another industry has no highlights here."""

    id: strawberry.ID
    extension_highlights: Any = first(
        tables.Highlight.sub_market_id,
        by="id",
        order=(tables.Highlight.position,),
        of=TechnologyAchievement,
        make=achievement_of,
        default=5,
        directives=[sliced("first")],
        description="农业推广亮点。What the agricultural market shows first.",
    )

    @classmethod
    def resolve_reference(cls, id: strawberry.ID, **_given: Any) -> Self:  # noqa: A002 - the key's name on the wire
        """The sub-market of an id; core knows whether there is such a one."""
        return cls(id=id)


async def agricultural_achievements(
    info: Info,
    crop: Annotated[Crop | None, strawberry.argument(description="只要此作物。Only those for this crop.")] = None,
    first: First = 20,
) -> Sequence[TechnologyAchievement]:
    """Achievements with an agricultural side, newest first."""
    profile, for_crop = tables.AchievementProfile, tables.AchievementCrop
    statement = select(profile).order_by(profile.published_at.desc(), profile.achievement_id)
    if crop is not None:
        of_crop = select(for_crop.achievement_id).where(for_crop.crop == crop)
        statement = statement.where(profile.achievement_id.in_(of_crop))
    async with info.context.session() as session:
        return [achievement_of(row) for row in await session.scalars(statement.limit(page_size(first)))]


@strawberry.type(description=QUESTIONS)
class Query:
    """The agricultural market's root fields."""

    agricultural_achievements: Any = field(
        resolver=agricultural_achievements,
        graphql_type=list[TechnologyAchievement],
        directives=[sliced("first")],
        description="农业成果，最新的在前。Agricultural achievements, newest first.",
    )
