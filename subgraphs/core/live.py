"""What happens to an auction or a deal, as it happens: the present state first, then the state after each change.

Whoever changes one announces it in the same session; the rows are read when the change has committed.
"""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated, Any, Final

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.core import tables
from subgraphs.kit.context import Info
from subgraphs.kit.enums import AuctionStatus
from subgraphs.kit.errors import ErrorCode, Refusal
from subgraphs.kit.events import announce
from subgraphs.kit.hearing import hear

OVER: Final = frozenset({AuctionStatus.SOLD, AuctionStatus.UNSOLD, AuctionStatus.WITHDRAWN})
"""The statuses after which nothing happens to an auction any more."""

_AuctionId = Annotated[strawberry.ID, strawberry.argument(description="竞价编号。The auction's number.")]
_DealId = Annotated[strawberry.ID, strawberry.argument(description="交易编号。The deal's number.")]


def announce_auction(session: AsyncSession, auction_id: str) -> None:
    """Have it told that an auction has changed (a bid, a later end, its close), if and when the transaction commits."""
    announce(session, _auction_topic(auction_id), {"id": auction_id})


def announce_deal(session: AsyncSession, deal_id: str) -> None:
    """Have it told that a deal has changed, if and when the transaction commits."""
    announce(session, _deal_topic(deal_id), {"id": deal_id})


async def auction_bids(info: Info, auction_id: _AuctionId) -> AsyncIterator[Any]:
    """An auction now, and after each bid and change, until it is over. Raises ``Refusal`` AUCTION_NOT_FOUND."""
    async with aclosing(hear(info, _auction_topic(auction_id))) as events:
        async for _ in events:
            auction = await info.context.loaders.one(tables.Auction, tables.Auction.id).load(auction_id)
            if auction is None:
                message = f"There is no auction {auction_id!r}; give the number of one."
                raise Refusal(ErrorCode.AUCTION_NOT_FOUND, message)
            yield auction
            if auction.status in OVER:
                return


async def deal_updates(info: Info, deal_id: _DealId) -> AsyncIterator[Any]:
    """A deal now, and after each change of it. Raises ``Refusal`` DEAL_NOT_FOUND."""
    async with aclosing(hear(info, _deal_topic(deal_id))) as events:
        async for _ in events:
            deal = await info.context.loaders.one(tables.Deal, tables.Deal.id).load(deal_id)
            if deal is None:
                raise Refusal(ErrorCode.DEAL_NOT_FOUND, f"There is no deal {deal_id!r}; give the number of one.")
            yield deal


def _auction_topic(auction_id: str) -> str:
    return f"auction:{auction_id}"


def _deal_topic(deal_id: str) -> str:
    return f"deal:{deal_id}"
