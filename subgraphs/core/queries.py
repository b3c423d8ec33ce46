"""Core's root fields: where a question about the unified part of the market begins."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

import strawberry
from sqlalchemy import Select, select
from strawberry.federation import field

from subgraphs.core import search as searching
from subgraphs.core import tables
from subgraphs.core.auctions import Auction
from subgraphs.core.audit.api import AuditQueries
from subgraphs.core.brokers import TechnologyBroker
from subgraphs.core.contributions import ContributionRule, contribution_rules
from subgraphs.core.deals import Deal
from subgraphs.core.figures import PROVINCE, MarketFigures
from subgraphs.core.organizations import Organization, ServiceInstitution
from subgraphs.core.programmes import ChallengeEvent, ProgrammeListing
from subgraphs.core.regions import MountainCountyDesignation, Region, designated_on, today
from subgraphs.core.search import SearchHit
from subgraphs.core.trade.queries import TradeQueries
from subgraphs.kit.arguments import First, page_size
from subgraphs.kit.context import Info
from subgraphs.kit.directives import cached, sized, sliced
from subgraphs.kit.enums import AuctionStatus, OrganizationKind, PricingMode, Programme, RegionLevel, ServiceClass
from subgraphs.kit.errors import ErrorCode, Refusal
from subgraphs.kit.schema import QUESTIONS

_CODE = strawberry.argument(description="区划代码。The region's code.")
_DAY = strawberry.argument(description="以哪一天为准，默认今天。The day asked about, today unless given.")


async def _rows(info: Info, statement: Select[Any]) -> Sequence[Any]:
    async with info.context.session() as session:
        return (await session.scalars(statement)).all()


async def region(info: Info, code: Annotated[strawberry.ID, _CODE]) -> Any:
    """A region by its code."""
    return await info.context.loaders.one(tables.Region, tables.Region.code).load(code)


async def regions(
    info: Info, level: Annotated[RegionLevel, strawberry.argument(description="级别。The level.")]
) -> Sequence[Any]:
    """All regions of a level, by their codes."""
    return await _rows(info, select(tables.Region).where(tables.Region.level == level).order_by(tables.Region.code))


async def mountain_counties(info: Info, on: Annotated[date | None, _DAY] = None) -> Sequence[Any]:
    """The designations that hold on a day, by the counties' codes."""
    return await _rows(info, designated_on(on or today(info)))


def figures() -> MarketFigures:
    """The letter's figures."""
    return MarketFigures(region_code=strawberry.ID(PROVINCE))


async def organization(
    info: Info,
    uscc: Annotated[
        strawberry.ID, strawberry.argument(description="统一社会信用代码。The unified social credit code.")
    ],
) -> Any:
    """An organisation by its code."""
    return await info.context.loaders.one(tables.Organization, tables.Organization.uscc).load(uscc)


async def service_institutions(
    info: Info,
    service_class: Annotated[
        ServiceClass | None, strawberry.argument(description="只要此类。Only those of this class.")
    ] = None,
    region_code: Annotated[
        strawberry.ID | None,
        strawberry.argument(description="只要此区划（含下级）。Only those in this region or the regions in it."),
    ] = None,
    first: First = 20,
) -> Sequence[Any]:
    """Service institutions, by their codes."""
    table = tables.Organization
    statement = select(table).where(table.kind == OrganizationKind.SERVICE_INSTITUTION)
    if service_class is not None:
        statement = statement.where(table.service_class == service_class)
    if region_code is not None:
        inside = select(tables.Region.code).where(tables.Region.code.startswith(_prefix(region_code), autoescape=True))
        statement = statement.where(table.region_code.in_(inside))
    return await _rows(info, statement.order_by(table.uscc).limit(page_size(first)))


def _prefix(region_code: str) -> str:
    """What the codes of all regions in a region begin with: a province has two digits, a city four (GB/T 2260)."""
    return region_code[:2] if region_code.endswith("0000") else region_code.removesuffix("00")


async def broker(
    info: Info,
    registration_no: Annotated[strawberry.ID, strawberry.argument(description="登记号。The number of registration.")],
) -> Any:
    """A technology broker by the number of registration."""
    return await info.context.loaders.one(tables.Broker, tables.Broker.registration_no).load(registration_no)


async def deal(
    info: Info,
    id: Annotated[strawberry.ID | None, strawberry.argument(description="编号。Its number.")] = None,  # noqa: A002 - the argument's name on the wire
    contract_no: Annotated[
        strawberry.ID | None, strawberry.argument(description="合同登记号。The number of the contract's registration.")
    ] = None,
) -> Any:
    """A deal by either of its numbers, or by both where they belong together."""
    loaders = info.context.loaders
    if id is None and contract_no is None:
        raise Refusal(ErrorCode.MISSING_ARGUMENT, "Neither id nor contractNo is given; give one of them.")
    if id is None:
        return await loaders.one(tables.Deal, tables.Deal.contract_no).load(contract_no)
    found = await loaders.one(tables.Deal, tables.Deal.id).load(id)
    return found if found is None or contract_no in (None, found.contract_no) else None


async def deals(
    info: Info,
    pricing_mode: Annotated[
        PricingMode | None, strawberry.argument(description="只要此定价方式。Only deals priced this way.")
    ] = None,
    first: First = 20,
) -> Sequence[Any]:
    """Deals, newest first."""
    table = tables.Deal
    statement = select(table).order_by(table.signed_at.desc(), table.id).limit(page_size(first))
    return await _rows(info, statement if pricing_mode is None else statement.where(table.pricing_mode == pricing_mode))


async def auctions(
    info: Info,
    status: Annotated[AuctionStatus, strawberry.argument(description="状态。The status.")],
    first: First = 20,
) -> Sequence[Any]:
    """Auctions of a status, by when they close."""
    table = tables.Auction
    statement = select(table).where(table.status == status).order_by(table.closes_at, table.id)
    return await _rows(info, statement.limit(page_size(first)))


async def programme_listings(
    info: Info,
    programme: Annotated[Programme, strawberry.argument(description="攻关计划。The programme.")],
    year: Annotated[int, strawberry.argument(description="年度。The year.")],
    first: First = 20,
) -> Sequence[Any]:
    """The items of a programme's lists of a year, by their numbers."""
    table = tables.ProgrammeListing
    statement = select(table).where(table.programme == programme, table.year == year).order_by(table.number)
    return await _rows(info, statement.limit(page_size(first)))


async def challenge_event(info: Info, year: Annotated[int, strawberry.argument(description="年度。The year.")]) -> Any:
    """The innovation challenge of a year."""
    return await info.context.loaders.one(tables.ChallengeEvent, tables.ChallengeEvent.year).load(year)


async def search(
    info: Info,
    text: Annotated[str, strawberry.argument(description="中英文词，须全部出现。Words, all of which must occur.")],
    first: First = 20,
) -> Sequence[Any]:
    """What holds all the words, best first."""
    return await searching.search(info, text, first)


@strawberry.type(description=QUESTIONS)
class Query(AuditQueries, TradeQueries):
    """Core's root fields."""

    region: Any = field(resolver=region, graphql_type=Region | None, description="按代码查区划。A region by its code.")
    regions: Any = field(
        resolver=regions,
        graphql_type=list[Region],
        directives=[sized(90)],
        description="某一级的全部区划。All regions of a level.",
    )
    mountain_counties: Any = field(
        resolver=mountain_counties,
        graphql_type=list[MountainCountyDesignation],
        directives=[sized(26)],
        description="山区26县。The mountain counties.",
    )
    figures: MarketFigures = field(resolver=figures, description="来信数字。The letter's figures.")
    organization: Any = field(
        resolver=organization,
        graphql_type=Organization | None,
        description="按信用代码查主体。An organisation by its code.",
    )
    service_institutions: Any = field(
        resolver=service_institutions,
        graphql_type=list[ServiceInstitution],
        directives=[sliced("first")],
        description="服务机构，按信用代码。Service institutions, by their codes.",
    )
    broker: Any = field(
        resolver=broker,
        graphql_type=TechnologyBroker | None,
        description="按登记号查经纪人。A broker by the number of registration.",
    )
    deal: Any = field(
        resolver=deal,
        graphql_type=Deal | None,
        description="按编号或合同登记号查交易。A deal by either of its numbers.",
    )
    deals: Any = field(
        resolver=deals,
        graphql_type=list[Deal],
        directives=[sliced("first")],
        description="交易，最近的在前。Deals, newest first.",
    )
    auctions: Any = field(
        resolver=auctions,
        graphql_type=list[Auction],
        directives=[sliced("first")],
        description="竞价，按结束时间。Auctions, by when they close.",
    )
    programme_listings: Any = field(
        resolver=programme_listings,
        graphql_type=list[ProgrammeListing],
        directives=[sliced("first")],
        description="榜单，按序号。The items of a programme's lists, by their numbers.",
    )
    challenge_event: Any = field(
        resolver=challenge_event,
        graphql_type=ChallengeEvent | None,
        description="某年的创新挑战赛。The challenge of a year.",
    )
    contribution_rules: Any = field(
        resolver=contribution_rules,
        graphql_type=list[ContributionRule],
        directives=[sized(5)],
        description="贡献积分规则。What acts of brokers are worth.",
    )
    search: Any = field(
        resolver=search,
        graphql_type=list[SearchHit],
        directives=[cached(0), sliced("first")],
        description="搜索成果、需求与机构。Search listings and organisations.",
    )
