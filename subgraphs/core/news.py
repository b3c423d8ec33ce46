"""The mutation by which cities tell core of their listings. Clients do not see it; it is for cities, who ask core itself."""

import re
from collections.abc import Sequence
from typing import Annotated, Any, Final

import strawberry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.federation import field

from subgraphs.core import tables
from subgraphs.core.once import change_once
from subgraphs.kit.actor import RECORD, Permit, check_actor
from subgraphs.kit.context import Info
from subgraphs.kit.enums import ListingKind
from subgraphs.kit.errors import ErrorCode, Refusal
from subgraphs.kit.scalars import Long
from subgraphs.kit.search_text import index_tokens

_KINDS: Final = {"A": (ListingKind.ACHIEVEMENT, "TechnologyAchievement"), "D": (ListingKind.DEMAND, "Demand")}
"""What the letter in a listing's id says, and the GraphQL type that a search finds it as."""

_ID: Final = re.compile(r"\d{6}-([AD])-\d{6}")


@strawberry.federation.input(inaccessible=True, description="一项挂牌的现状。A listing as it is now.")
class ListingNewsInput:
    """挂牌动态."""

    number: Long = field(
        description="该市动态的序号，较旧的不采用。The news' number in its city; older news is not taken."
    )
    id: strawberry.ID = field(description="挂牌编号。The listing's id.")
    title: str = field(description="标题。Its title.")
    summary: str = field(description="简介。Its summary.")
    county_code: strawberry.ID = field(description="所在县。The county that it lies in.")
    field_code: strawberry.ID = field(description="技术领域。Its technical field.")
    owner_uscc: strawberry.ID = field(
        description="成果所有者或需求发布者。Who owns the achievement, or published the demand."
    )
    maturity_level: int | None = field(default=None, description="成果的技术成熟度。An achievement's readiness level.")
    service_invention: bool | None = field(
        default=None, description="是否职务科技成果。Whether an achievement is a service invention."
    )


@strawberry.federation.input(inaccessible=True, description="报送挂牌。Listings that a city tells of.")
class RecordListingsInput:
    """报送."""

    listings: list[ListingNewsInput] = field(description="挂牌，按序号。The listings, in the order of their numbers.")
    idempotency_key: strawberry.ID = field(
        description="幂等键：同键同文只记一次。A key of one's own: the same wish sent twice is done once."
    )


_INPUT = Annotated[RecordListingsInput, strawberry.argument(description="报送内容。What is told.")]


async def record_listings(info: Info, input: _INPUT) -> int:  # noqa: A002 - the argument's name on the wire
    """Take note of listings; of one that newer news has come of already, nothing."""
    check_actor(info.context.actor, Permit(RECORD))

    async def change(session: AsyncSession) -> str:
        names = await _names(session, input.listings)
        taken = [await _record(session, news, names) for news in input.listings]
        return str(sum(taken))

    return int(await change_once(info, "recordListings", input, change))


def _kind(news: ListingNewsInput) -> tuple[ListingKind, str]:
    found = _ID.fullmatch(news.id)
    if found is None:
        message = f"{news.id!r} is no listing's id; one reads 330300-A-000123 or 330300-D-000123."
        raise Refusal(ErrorCode.INVALID_LISTING, message)
    return _KINDS[found[1]]


async def _record(session: AsyncSession, news: ListingNewsInput, names: dict[str, str]) -> bool:
    record = await session.get(tables.ListingRecord, news.id)
    if record is None:
        record = tables.ListingRecord(id=news.id, kind=_kind(news)[0], news_number=None)
        session.add(record)
    if record.news_number is not None and record.news_number >= news.number:
        return False
    record.news_number, record.title = news.number, news.title
    record.county_code, record.field_code = news.county_code, news.field_code
    record.maturity_level, record.service_invention = news.maturity_level, news.service_invention
    record.owner_uscc = news.owner_uscc
    await session.flush()
    await _index(session, news, names)
    return True


async def _index(session: AsyncSession, news: ListingNewsInput, names: dict[str, str]) -> None:
    table = tables.SearchEntry
    words = (news.title, news.summary, names.get(news.field_code, ""), names.get(news.county_code, ""))
    tokens = index_tokens(" ".join(words))
    entry = await session.scalar(select(table).where(table.key == news.id))
    if entry is None:
        session.add(table(kind=_kind(news)[1], key=news.id, tokens=tokens))
    else:
        entry.tokens = tokens
    await session.flush()


async def _names(session: AsyncSession, listings: Sequence[ListingNewsInput]) -> dict[str, str]:
    """What fields, counties and the counties' cities are called in both languages, by code."""
    fields, regions = tables.TechnicalField, tables.Region
    counties = {news.county_code for news in listings}
    codes = {news.field_code for news in listings}
    around = {f"{code[:4]}00" for code in counties}
    found = await session.execute(
        select(fields.code, fields.name, fields.name_en)
        .where(fields.code.in_(codes))
        .union_all(select(regions.code, regions.name, regions.name_en).where(regions.code.in_(counties | around)))
    )
    names = {row.code: f"{row.name} {row.name_en}" for row in found}
    return names | {code: f"{names.get(code, '')} {names.get(f'{code[:4]}00', '')}" for code in counties}


@strawberry.type
class NewsMutations:
    """What cities tell; ``Mutation`` inherits it."""

    record_listings: Any = field(
        resolver=record_listings,
        graphql_type=int,
        inaccessible=True,
        description="记录各市新发布的挂牌，返回采用的条数。Take note of cities' listings; how many were taken comes out.",
    )
