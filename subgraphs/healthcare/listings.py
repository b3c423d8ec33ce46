"""What the medical market adds to the cities' listings, to core's hospitals and to its own sub-market."""

from collections.abc import Sequence
from typing import Annotated, Any, Self

import strawberry
from sqlalchemy import select
from strawberry.federation import field

from subgraphs.healthcare import tables
from subgraphs.healthcare.classification import regulatory_class as class_of
from subgraphs.healthcare.profiles import MedicalDemandProfile, MedicalProfile
from subgraphs.kit.arguments import First, page_size
from subgraphs.kit.context import Info
from subgraphs.kit.directives import cached, sliced, stub_key
from subgraphs.kit.enums import RegulatoryClass
from subgraphs.kit.errors import ErrorCode, Refusal
from subgraphs.kit.rows import NOT_GIVEN, Row, first, one, row_type, stub_type
from subgraphs.kit.schema import QUESTIONS


@strawberry.federation.type(keys=[stub_key("code")])
class TechnicalField:
    """技术领域, known by its code alone."""

    code: strawberry.ID


def regulatory_class(root: Row) -> RegulatoryClass:
    """The class that the achievement's field and maturity give it."""
    if root.maturity_level is None or root.technical_field is None:
        message = (
            "maturityLevel and technicalField { code } are required here and were not sent; send them with the key."
        )
        raise Refusal(ErrorCode.INVALID_REPRESENTATION, message)
    return class_of(root.technical_field.code, root.maturity_level)


@strawberry.federation.type(keys=["id"], directives=[cached(300)])
@stub_type
class TechnologyAchievement:
    """科技成果, as far as medicine goes."""

    id: strawberry.ID
    maturity_level: int = field(external=True, default=NOT_GIVEN)
    technical_field: TechnicalField = field(external=True, default=NOT_GIVEN)
    medical: Any = one(
        tables.MedicalProfile.achievement_id,
        by="id",
        of=MedicalProfile,
        description="医疗概况；与医疗无关时为空。Its medical side; null where it has none.",
    )
    regulatory_class: RegulatoryClass | None = field(
        resolver=regulatory_class,
        requires=["maturityLevel technicalField { code }"],
        description="管理类别，由领域与成熟度定。Its regulatory class, by its field and maturity.",
    )

    @classmethod
    def resolve_reference(cls, id: strawberry.ID, **given: Any) -> Self:  # noqa: A002 - the key's name on the wire
        """The achievement of an id, with what the request sends of it; the city knows whether there is such a one."""
        sent = given.get("technicalField") or {}
        return cls(
            id=id,
            maturity_level=given.get("maturityLevel", NOT_GIVEN),
            technical_field=TechnicalField(code=sent["code"]) if sent.get("code") else NOT_GIVEN,
        )


@strawberry.federation.type(keys=["id"], directives=[cached(120)])
@stub_type
class Demand:
    """技术需求, as far as medicine goes."""

    id: strawberry.ID
    medical: Any = one(
        tables.DemandProfile.demand_id,
        by="id",
        of=MedicalDemandProfile,
        description="医疗概况；与医疗无关时为空。Its medical side; null where it has none.",
    )

    @classmethod
    def resolve_reference(cls, id: strawberry.ID, **_given: Any) -> Self:  # noqa: A002 - the key's name on the wire
        """The demand of an id; the city knows whether there is such a one."""
        return cls(id=id)


def achievement_of(row: Any) -> TechnologyAchievement:
    """The achievement that a row is about."""
    return TechnologyAchievement(id=row.achievement_id)


@strawberry.federation.type(keys=["uscc"], directives=[cached(3_600)])
@row_type(tables.Hospital, keys={"uscc": tables.Hospital.uscc})
class Hospital:
    """医院, with its departments and trials."""

    uscc: strawberry.ID
    departments: list[str] = field(description="科室。Its departments.")
    trial_achievements: Any = first(
        tables.TrialBase.hospital_uscc,
        by="uscc",
        order=(tables.TrialBase.achievement_id,),
        of=TechnologyAchievement,
        make=achievement_of,
        directives=[sliced("first")],
        description="在此试验的成果。The achievements tried there.",
    )


@strawberry.federation.type(keys=["id"])
@stub_type
class IndustrySubMarket:
    """行业分市场, of which this is one: a market of another industry has no highlights here."""

    id: strawberry.ID
    clinical_highlights: Any = first(
        tables.Highlight.sub_market_id,
        by="id",
        order=(tables.Highlight.position,),
        of=TechnologyAchievement,
        make=achievement_of,
        default=5,
        directives=[sliced("first")],
        description="临床亮点。What the medical market shows first.",
    )

    @classmethod
    def resolve_reference(cls, id: strawberry.ID, **_given: Any) -> Self:  # noqa: A002 - the key's name on the wire
        """The sub-market of an id; core knows whether there is such a one."""
        return cls(id=id)


async def medical_achievements(
    info: Info,
    regulatory_class: Annotated[
        RegulatoryClass | None, strawberry.argument(description="只要此管理类别。Only those of this class.")
    ] = None,
    first: First = 20,
) -> Sequence[TechnologyAchievement]:
    """Achievements with a medical side, newest first."""
    table = tables.MedicalProfile
    statement = select(table).order_by(table.published_at.desc(), table.achievement_id).limit(page_size(first))
    if regulatory_class is not None:
        statement = statement.where(table.regulatory_class == regulatory_class)
    async with info.context.session() as session:
        return [achievement_of(row) for row in await session.scalars(statement)]


@strawberry.type(description=QUESTIONS)
class Query:
    """The medical market's root fields."""

    medical_achievements: Any = field(
        resolver=medical_achievements,
        graphql_type=list[TechnologyAchievement],
        directives=[sliced("first")],
        description="医疗成果，最新的在前。Medical achievements, newest first.",
    )
