"""What core is told of: each listing as it is published and renamed. Core searches, matches and trades only what it knows."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from subgraphs.city import tables
from subgraphs.city.once import SERIAL
from subgraphs.kit.courier import Outbox, Recipient
from subgraphs.kit.database_writes import next_serial
from subgraphs.kit.events import announce
from subgraphs.kit.evidence import canonical_json

TOPIC: Final = "listing_news"
AT_ONCE: Final = 100
"""How many listings core is told of in one request."""

RECORD: Final = "mutation RecordListings($input: RecordListingsInput!) { recordListings(input: $input) }"


async def tell_core(session: AsyncSession, listing_id: str) -> None:
    """Have core told of a listing as it then is, when this transaction has committed."""
    number = await next_serial(session, SERIAL, TOPIC)
    session.add(tables.ListingNews(number=number, listing_id=listing_id))
    announce(session, TOPIC, {})


async def deliver(database: AsyncEngine, core: Recipient) -> bool:
    """Tell core of the listings that it has waited for longest. Raises what asking core raises."""
    table = tables.ListingNews
    async with AsyncSession(database) as session:
        news = list(await session.scalars(select(table).order_by(table.number).limit(AT_ONCE)))
        listings = [await _describe(session, one) for one in news]
    if not news:
        return False
    await core.ask(RECORD, {"input": {"listings": listings, "idempotencyKey": _key(listings)}})
    async with AsyncSession(database) as session, session.begin():
        await session.execute(delete(table).where(table.number.in_([one.number for one in news])))
    return True


def _key(listings: Sequence[Mapping[str, Any]]) -> str:
    """A key of what is said: the same news says something else once its listing was renamed, and is another wish then."""
    return f"{listings[0]['id']}-{sha256(canonical_json({'listings': listings})).hexdigest()}"


async def _describe(session: AsyncSession, news: tables.ListingNews) -> dict[str, Any]:
    achievement = await session.get(tables.Achievement, news.listing_id)
    if achievement is None:
        demand = await session.get_one(tables.Demand, news.listing_id)
        return {**_common(news, demand), "ownerUscc": demand.publisher_uscc}
    return {
        **_common(news, achievement),
        "ownerUscc": achievement.owner_uscc,
        "maturityLevel": achievement.maturity_level,
        "serviceInvention": achievement.service_invention,
    }


def _common(news: tables.ListingNews, listing: tables.ListingColumns) -> dict[str, Any]:
    return {
        "number": news.number,
        "id": listing.id,
        "title": listing.title,
        "summary": listing.summary,
        "countyCode": listing.county_code,
        "fieldCode": listing.field_code,
    }


OUTBOX: Final = Outbox(TOPIC, deliver)
