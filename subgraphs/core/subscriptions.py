"""Core's events: what the market's screens show by turns, and what happens to auctions and deals."""

import asyncio
from collections.abc import AsyncIterator
from itertools import cycle
from typing import Annotated, Any

import strawberry
from sqlalchemy import select

from subgraphs.core import tables
from subgraphs.core.auctions import Auction
from subgraphs.core.deals import Deal
from subgraphs.core.listings import TechnologyAchievement
from subgraphs.core.live import auction_bids, deal_updates
from subgraphs.kit.context import Info
from subgraphs.kit.enums import ListingKind
from subgraphs.kit.errors import ErrorCode, Refusal

SHOWN = 100
"""How many achievements go round."""

SHORTEST, LONGEST = 0.1, 3600.0

_SECONDS = strawberry.argument(description="间隔秒数。Seconds between two of them, from 0.1 to 3600.")


async def achievement_ticker(
    info: Info, seconds: Annotated[float, _SECONDS] = 2.0
) -> AsyncIterator[TechnologyAchievement]:
    """One achievement after the other, for ever."""
    if not SHORTEST <= seconds <= LONGEST:
        raise Refusal(ErrorCode.INVALID_PERIOD, f"seconds is {seconds}; give {SHORTEST} to {LONGEST}.")
    wanted = tables.ListingRecord.kind == ListingKind.ACHIEVEMENT
    async with info.context.session() as session:
        statement = select(tables.ListingRecord.id).where(wanted).order_by(tables.ListingRecord.id.desc()).limit(SHOWN)
        found = (await session.scalars(statement)).all()
    for listing_id in cycle(found):
        yield TechnologyAchievement(id=strawberry.ID(listing_id))
        await asyncio.sleep(seconds)


@strawberry.type(description="订阅入口。Where events come from.")
class Subscription:
    """The root of subscriptions."""

    achievement_ticker = strawberry.subscription(
        resolver=achievement_ticker,
        description="科技成果滚动播报。Achievements by turns, as on the market's screens.",
    )
    auction_bids: Any = strawberry.subscription(
        resolver=auction_bids,
        graphql_type=Auction,
        description="竞价动态：先给出当前状态，此后每有出价或变化再给一次，直到结束。"
        "An auction now, and after each bid and change, until it is over.",
    )
    deal_updates: Any = strawberry.subscription(
        resolver=deal_updates,
        graphql_type=Deal,
        description="交易动态：先给出当前状态，此后每有变化再给一次。A deal now, and after each change of it.",
    )
