"""来信数字: the letter's figures, each counted from rows when it is asked for, all of one request in one statement."""

from datetime import date
from typing import Annotated, Any, Final, Self

import strawberry
from sqlalchemy import ColumnElement, Select, distinct, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.federation import field

from subgraphs.core import tables
from subgraphs.core.programmes import MATCHED_STAGES
from subgraphs.core.regions import designated_on
from subgraphs.kit.context import Info
from subgraphs.kit.directives import cached
from subgraphs.kit.enums import (
    AllianceMemberKind,
    ChallengeStage,
    OrganizationKind,
    PricingMode,
    Programme,
    RegionLevel,
    SubMarketKind,
)
from subgraphs.kit.rows import stub_type
from subgraphs.kit.values import Money, fen

PROVINCE: Final = "330000"
LETTER_DATE: Final = date(2022, 6, 27)
"""The day of the letter: its 26 mountain counties are those of that day, whatever the list has become since."""

_KIND = strawberry.argument(description="只计此类成员。Only members of this kind.")
_MODE = strawberry.argument(description="只计此定价方式。Only deals priced this way.")
_PROGRAMME = strawberry.argument(description="攻关计划。The programme.")


async def load_numbers(session: AsyncSession, statements: list[Select[Any]]) -> list[Any]:
    """Batch: the number that each statement gives, all asked for in one."""
    return list((await session.execute(select(*(each.scalar_subquery() for each in statements)))).one())


async def number(info: Info, statement: Select[Any]) -> Any:
    """The number that a statement gives, 0 where it gives none."""
    return await info.context.loaders.of(load_numbers).load(statement) or 0


def rows(entity: Any, *where: ColumnElement[bool]) -> Select[Any]:
    """Ask how many rows there are."""
    return select(func.count()).select_from(entity).where(*where)


def different(column: Any) -> Select[Any]:
    """Ask how many different values a column has."""
    return select(func.count(distinct(column)))


def counted(description: str, statement: Select[Any]) -> Any:
    """A field with a whole number that a statement gives."""

    async def resolve(info: Info) -> int:
        return int(await number(info, statement))

    return field(resolver=resolve, description=description)


async def deals(info: Info, pricing_mode: Annotated[PricingMode | None, _MODE] = None) -> int:
    """How many deals there are, of one way of pricing or of all."""
    return int(await number(info, rows(tables.Deal, *_priced(pricing_mode))))


async def deal_amount(info: Info, pricing_mode: Annotated[PricingMode | None, _MODE] = None) -> Money:
    """What the deals amount to, of one way of pricing or of all."""
    return fen(int(await number(info, select(func.sum(tables.Deal.amount_fen)).where(*_priced(pricing_mode)))))


def _priced(mode: PricingMode | None) -> list[ColumnElement[bool]]:
    return [] if mode is None else [tables.Deal.pricing_mode == mode]


async def programme_listings(info: Info, programme: Annotated[Programme, _PROGRAMME]) -> int:
    """How many items a programme's lists have."""
    return int(await number(info, rows(tables.ProgrammeListing, tables.ProgrammeListing.programme == programme)))


async def alliance_members(info: Info, kind: Annotated[AllianceMemberKind | None, _KIND] = None) -> int:
    """How many members the alliance has, of one kind or of all."""
    where = [] if kind is None else [tables.AllianceMember.kind == kind]
    return int(await number(info, rows(tables.AllianceMember, *where)))


async def enterprise_share(info: Info) -> float:
    """The enterprises' part of the whole in per cent, on average over the indicators."""
    table = tables.EnterpriseIndicator
    return float(await number(info, select(func.avg(100.0 * table.of_enterprises / table.of_all))))


async def visits_per_day(info: Info) -> float:
    """The visits of a day, on average."""
    return float(await number(info, select(func.avg(tables.DailyVisits.visits))))


async def challenge_intended_amount(info: Info) -> Money:
    """What the challenge's signed entries intend to spend."""
    return fen(int(await number(info, select(func.sum(tables.ChallengeEntry.intended_amount_fen)))))


async def programmes() -> int:
    """How many programmes there are: they are named, whether they have lists or not."""
    return len(Programme)


@strawberry.federation.type(
    keys=["regionCode"],
    description="来信数字，逐次由数据计算，从不存储。The letter's figures, computed from rows, never stored.",
    directives=[cached(60)],
)
@stub_type
class MarketFigures:
    """来信数字."""

    region_code: strawberry.ID = field(description="所指的省。The province they are of.")
    cities: int = counted("地市数。Cities.", rows(tables.Region, tables.Region.level == RegionLevel.CITY))
    counties: int = counted("县（市、区）数。Counties.", rows(tables.Region, tables.Region.level == RegionLevel.COUNTY))
    mountain_counties: int = counted(
        "来信当日的山区县数。Mountain counties on the day of the letter.",
        select(func.count()).select_from(designated_on(LETTER_DATE).order_by(None).subquery()),
    )
    physical_markets: int = counted("实体科技大市场数。Physical markets.", rows(tables.PhysicalMarket))
    industry_sub_markets: int = counted(
        "行业分市场数。Industries with a sub-market.",
        rows(tables.SubMarket, tables.SubMarket.kind == SubMarketKind.INDUSTRY),
    )
    partner_provinces: int = counted("合作省区数。Provinces that cooperate.", rows(tables.PartnerProvince))
    delta_zones: int = counted("长三角示范区数。Demonstration zones in the delta.", rows(tables.DeltaZone))
    resident_institutions: int = counted(
        "入驻机构数。Resident institutions.", rows(tables.Organization, tables.Organization.resident.is_(True))
    )
    service_institutions: int = counted(
        "入驻服务机构数。Resident service institutions.",
        rows(
            tables.Organization,
            tables.Organization.resident.is_(True),
            tables.Organization.kind == OrganizationKind.SERVICE_INSTITUTION,
        ),
    )
    service_classes: int = counted(
        "服务机构类别数。Classes of service institution.", different(tables.Organization.service_class)
    )
    brokers: int = counted("技术经纪人数。Technology brokers.", rows(tables.Broker))
    registered_users: int = counted("注册用户数。Registered users.", rows(tables.RegisteredUser))
    visits: int = counted("访问量。Visits.", select(func.sum(tables.DailyVisits.visits)))
    visits_per_day: float = field(resolver=visits_per_day, description="平均日访问量。Visits in a day, on average.")
    market_means: int = counted("市场化手段数。Means by which technology is traded.", rows(tables.MarketMeansOffered))
    enterprise_indicators: int = counted(
        "企业占比指标数。Indicators of the enterprises' share.", rows(tables.EnterpriseIndicator)
    )
    enterprise_share: float = field(
        resolver=enterprise_share, description="企业占比平均值（%）。The enterprises' share on average, in per cent."
    )
    pricing_modes: int = counted("定价方式数。Ways of pricing in use.", different(tables.Deal.pricing_mode))
    deals: int = field(resolver=deals, description="交易数。Deals.")
    deal_amount: Money = field(resolver=deal_amount, description="交易额。What the deals amount to.")
    traded_achievements: int = counted("完成交易的成果数。Achievements traded.", different(tables.Deal.achievement_id))
    programmes: int = field(resolver=programmes, description="攻关计划数。Research programmes.")
    programme_listings: int = field(resolver=programme_listings, description="榜单数。Items on a programme's lists.")
    demand_lists: int = counted("清单种类数。Lists of demands in use.", different(tables.ProgrammeListing.list))
    organisation_modes: int = counted(
        "项目组织模式数。Ways of organising projects in use.", different(tables.ProgrammeListing.organisation_mode)
    )
    alliance_members: int = field(resolver=alliance_members, description="技术转移联盟成员数。Members of the alliance.")
    challenge_collected: int = counted(
        "挑战赛征集需求数。Demands collected for the challenge.", different(tables.ChallengeEntry.demand_id)
    )
    challenge_matched: int = counted(
        "挑战赛对接成功数。Entries matched.",
        rows(tables.ChallengeEntry, tables.ChallengeEntry.stage.in_(MATCHED_STAGES)),
    )
    challenge_signed: int = counted(
        "挑战赛签约数。Entries signed.",
        rows(tables.ChallengeEntry, tables.ChallengeEntry.stage == ChallengeStage.SIGNED),
    )
    challenge_intended_amount: Money = field(
        resolver=challenge_intended_amount, description="挑战赛意向合作金额。What the signed entries intend to spend."
    )

    @classmethod
    def resolve_reference(cls, regionCode: str, **_given: Any) -> Self | None:  # noqa: N803 - the key's name on the wire
        """The figures of the province; there are none of another region."""
        return cls(region_code=strawberry.ID(regionCode)) if regionCode == PROVINCE else None
