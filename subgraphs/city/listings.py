"""挂牌信息: the interface ``MarketListing`` and both its kinds, achievements and demands, which live in their cities."""

from datetime import date, datetime
from typing import Any

import strawberry
from strawberry.federation import field

from subgraphs.city import tables
from subgraphs.city.places import first_newest_first, lies_by
from subgraphs.kit.context import Info
from subgraphs.kit.directives import cached, sliced, stub_key
from subgraphs.kit.enums import DemandSource, ListingStatus
from subgraphs.kit.rows import Row, first, lazy, many, one, row_type, stub_type
from subgraphs.kit.values import money

Region = lazy("subgraphs.city.regions", "Region")
DemandAnswer = lazy("subgraphs.city.answers", "DemandAnswer")
DemandAgreement = lazy("subgraphs.city.demand_history", "DemandAgreement")
DemandRecord = lazy("subgraphs.city.demand_history", "DemandRecord")


@strawberry.federation.type(keys=[stub_key("code")])
class TechnicalField:
    """技术领域, of which the city knows the code; core knows the rest."""

    code: strawberry.ID


def technical_field(root: Row) -> TechnicalField:
    """The listing's field."""
    return TechnicalField(code=root.field_code)


@strawberry.federation.interface(
    keys=["id"],
    description="挂牌信息：城市市场发布的成果或需求。What a city's market publishes.",
    directives=[lies_by("id")],
)
class MarketListing:
    """挂牌信息."""

    id: strawberry.ID = field(description="编号，以城市代码开头。Its id, which begins with its city's code.")
    title: str = field(description="标题。Its title.")
    summary: str = field(description="摘要。Its summary.")
    status: ListingStatus = field(description="状态。Its status.")
    published_at: datetime = field(description="发布时间。When it was published.")
    city_code: strawberry.ID = field(description="城市代码。The code of its city.")
    county_code: str = field(description="县（市、区）代码。The code of its county.")
    county: Any = one(
        tables.Region.code, by="county_code", of=Region, optional=False, description="所在县（市、区）。Its county."
    )
    technical_field: Any = field(
        resolver=technical_field, graphql_type=TechnicalField, description="技术领域。Its technical field."
    )

    @classmethod
    async def resolve_reference(cls, info: Info, id: str, **_given: Any) -> Any:  # noqa: A002 - the key's name on the wire
        """The listing of an id, whichever kind it is: the letter after the city's code says so."""
        table = tables.Achievement if id[6:9] == "-A-" else tables.Demand
        return await info.context.loaders.one(table, table.id).load(id)


@strawberry.federation.type(
    keys=["id"],
    description="科技成果。A technology achievement, published in a city.",
    directives=[cached(300), lies_by("id")],
)
@row_type(tables.Achievement, keys={"id": tables.Achievement.id})
class TechnologyAchievement(MarketListing):
    """科技成果."""

    title: str = field(shareable=True, description="标题。Its title.")
    owner_uscc: strawberry.ID = field(inaccessible=True, description="权利人信用代码。The code of its owner.")
    maturity_level: int = field(description="技术成熟度，1 至 9。Its technology readiness level, 1 to 9.")
    service_invention: bool = field(description="是否职务科技成果。Whether it was made in employment.")
    patent_nos: list[str] = field(description="专利号。The numbers of its patents.")
    asking_price: Any = money(
        "asking_price_fen", "挂牌价。The asking price; null where it is open to talks.", optional=True
    )
    supports_free_licence: bool = field(
        description="是否支持先免费许可、后付费转化。Whether its owner lets it be used free at first."
    )


@strawberry.type(description="联系人。Whom to talk to.")
class Contact:
    """联系人."""

    name: str = field(description="姓名。The name.")
    phone: str = field(tags=["internal"], description="电话。The telephone number.")


def contact(root: Row) -> Contact | None:
    """Whom to talk to about a demand."""
    if root.contact_name is None or root.contact_phone is None:
        return None
    return Contact(name=root.contact_name, phone=root.contact_phone)


@strawberry.federation.type(
    keys=["id"],
    description="技术需求。A demand for technology, published in a city.",
    directives=[cached(120), lies_by("id")],
)
@row_type(tables.Demand, keys={"id": tables.Demand.id})
class Demand(MarketListing):
    """技术需求."""

    publisher_uscc: strawberry.ID = field(inaccessible=True, description="发布方信用代码。The code of its publisher.")
    source: DemandSource = field(description="来源。Where it comes from.")
    budget: Any = money("budget_fen", "预算。The budget; null where it is open to talks.", optional=True)
    deadline: date | None = field(description="截止日期。The last day for answers.")
    contact: Contact | None = field(
        resolver=contact,
        authenticated=True,
        directives=[cached(60, private=True)],
        description="联系人。Whom to talk to.",
    )
    answers: Any = first(
        tables.DemandAnswer.demand_id,
        by="id",
        order=(tables.DemandAnswer.at.desc(), tables.DemandAnswer.id),
        of=DemandAnswer,
        directives=[sliced("first")],
        description="揭榜，最近的在前。The answers to it, newest first.",
    )
    agreement: Any = one(
        tables.DemandAgreement.demand_id,
        by="id",
        of=DemandAgreement,
        description="对接情况。Whom it was matched with; null where it was not, or before the market kept records.",
    )
    records: Any = many(
        tables.DemandRecord.demand_id,
        by="id",
        order=(tables.DemandRecord.height,),
        of=DemandRecord,
        description="各步骤的存证，按高度。The records of its steps, by height.",
    )


@strawberry.federation.interface_object(keys=["uscc"], directives=[cached(120)])
@stub_type
class Organization:
    """主体, of which the city knows what it published."""

    uscc: strawberry.ID
    achievements: Any = first(
        tables.Achievement.owner_uscc,
        by="uscc",
        order=(tables.Achievement.published_at.desc(), tables.Achievement.id),
        of=TechnologyAchievement,
        directives=[sliced("first"), first_newest_first()],
        description="该主体的成果，最新的在前。Its achievements, newest first.",
    )
    demands: Any = first(
        tables.Demand.publisher_uscc,
        by="uscc",
        order=(tables.Demand.published_at.desc(), tables.Demand.id),
        of=Demand,
        directives=[sliced("first"), first_newest_first()],
        description="该主体的需求，最新的在前。Its demands, newest first.",
    )

    @classmethod
    def resolve_reference(cls, uscc: strawberry.ID, **_given: Any) -> "Organization":
        """Any organisation: a city cannot know that there is none, only that it published nothing here."""
        return cls(uscc=uscc)
