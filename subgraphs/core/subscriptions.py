"""Core's events: what the market's screens show by turns."""

import asyncio
from collections.abc import AsyncIterator
from itertools import cycle
from typing import Annotated

import strawberry
from sqlalchemy import select

from subgraphs.core import tables
from subgraphs.core.listings import TechnologyAchievement
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
