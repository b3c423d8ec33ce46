"""竞价规则: when an auction takes bids, which bid counts, when its end moves, and what the hammer decides.

    SCHEDULED --its time comes--> OPEN --a late bid--> EXTENDED
    OPEN or EXTENDED --its end, at the reserve price or above--> SOLD; below it, or without a bid--> UNSOLD
    any of them, before the first bid--> WITHDRAWN

Bidders register with the deposit, which is held until the auction is over; the winner's is held on, for the contract.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.core import tables
from subgraphs.core.live import OVER
from subgraphs.kit.enums import AuctionStatus
from subgraphs.kit.errors import ErrorCode, Refusal

LONGEST_EXTENSION: Final = timedelta(minutes=2)
EXTENDING_PART: Final = 10
"""A bid in the last tenth of an auction, at most two minutes, moves its end so far behind the bid."""


async def lock_auction(session: AsyncSession, auction_id: str) -> tables.Auction:
    """The auction as it stands, which nobody else changes until this transaction ends. Raises ``Refusal`` AUCTION_NOT_FOUND."""
    table = tables.Auction
    await session.execute(update(table).where(table.id == auction_id).values(increment_fen=table.increment_fen))
    auction = await session.get(table, auction_id)
    if auction is None:
        raise Refusal(ErrorCode.AUCTION_NOT_FOUND, f"There is no auction {auction_id!r}; give the number of one.")
    return auction


def check_not_over(auction: tables.Auction, now: datetime) -> None:
    """Raises ``Refusal`` AUCTION_OVER for an auction whose hammer has fallen, or could fall."""
    if auction.status in OVER or now >= auction.closes_at:
        message = f"The auction {auction.id} is over ({auction.status}, it closed at {auction.closes_at.isoformat()})."
        raise Refusal(ErrorCode.AUCTION_OVER, message)


def check_amount_bid(auction: tables.Auction, amount_fen: int) -> None:
    """Raises ``Refusal`` BID_TOO_LOW for less than the start price, or than the highest bid and the step."""
    current = auction.current_price_fen
    least = auction.start_price_fen if current is None else current + auction.increment_fen
    if amount_fen < least:
        message = f"{amount_fen} fen are too few; the auction {auction.id} takes {least} or more."
        raise Refusal(ErrorCode.BID_TOO_LOW, message)


def take_bid(auction: tables.Auction, amount_fen: int, now: datetime) -> None:
    """Raise the price of an auction that takes bids, and move its end where the bid is late."""
    auction.current_price_fen = amount_fen
    window = min(LONGEST_EXTENSION, (auction.closes_at - auction.opens_at) / EXTENDING_PART)
    if auction.closes_at - now < window:
        auction.closes_at = now + window
        auction.status = AuctionStatus.EXTENDED
    elif auction.status is AuctionStatus.SCHEDULED:
        auction.status = AuctionStatus.OPEN


def fall(auction: tables.Auction) -> None:
    """Let the hammer fall: sold at the reserve price or above, unsold below it or without a bid."""
    price, reserve = auction.current_price_fen, auction.reserve_price_fen or 0
    auction.status = AuctionStatus.SOLD if price is not None and price >= reserve else AuctionStatus.UNSOLD


async def release_deposits(session: AsyncSession, auction: tables.Auction, now: datetime) -> None:
    """Give back the deposits of an auction that is over, all but the winner's."""
    table, bid = tables.AuctionRegistration, tables.Bid
    held = (table.auction_id == auction.id) & table.released_at.is_(None) & table.forfeited_at.is_(None)
    if auction.status is AuctionStatus.SOLD:
        highest = select(bid.paddle_no).where(bid.auction_id == auction.id).order_by(bid.amount_fen.desc()).limit(1)
        held &= table.paddle_no != highest.scalar_subquery()
    await session.execute(update(table).where(held).values(released_at=now))
