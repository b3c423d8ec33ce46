"""The mutations of auctions: open one, register with the deposit, bid, let the hammer fall, withdraw."""

from typing import Annotated, Any

import strawberry
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.federation import field

from subgraphs.core import tables
from subgraphs.core.auction_inputs import (
    CloseAuctionInput,
    OpenAuctionInput,
    PlaceBidInput,
    RegisterBidderInput,
    WithdrawAuctionInput,
    check_terms,
)
from subgraphs.core.auction_rules import (
    check_amount_bid,
    check_not_over,
    fall,
    lock_auction,
    release_deposits,
    take_bid,
)
from subgraphs.core.auctions import Auction, AuctionRegistration, Bid
from subgraphs.core.evidence_log import append_evidence
from subgraphs.core.live import OVER, announce_auction
from subgraphs.core.once import SERIAL, change_once
from subgraphs.core.trade.agreements import agree_on_auction
from subgraphs.core.trade.listing import check_free
from subgraphs.kit.actor import AUCTIONEER, BID, Permit, check_actor, scopes
from subgraphs.kit.context import Info
from subgraphs.kit.database_writes import next_serial
from subgraphs.kit.directives import changes
from subgraphs.kit.enums import AuctionStatus, EvidenceKind
from subgraphs.kit.errors import ErrorCode, Refusal

_OPEN = Annotated[OpenAuctionInput, strawberry.argument(description="竞价条件。The auction's terms.")]
_REGISTER = Annotated[RegisterBidderInput, strawberry.argument(description="报名内容。Who, and where.")]
_BID = Annotated[PlaceBidInput, strawberry.argument(description="出价内容。The bid.")]
_CLOSE = Annotated[CloseAuctionInput, strawberry.argument(description="落槌的竞价。Which auction.")]
_WITHDRAW = Annotated[WithdrawAuctionInput, strawberry.argument(description="撤拍的竞价。Which auction.")]


async def open_auction(info: Info, input: _OPEN) -> Any:  # noqa: A002 - the argument's name on the wire
    """Open an auction of an achievement that is under no other, and not traded."""
    check_actor(info.context.actor, Permit(AUCTIONEER))
    now = info.context.clock()
    check_terms(input, now)

    async def change(session: AsyncSession) -> str:
        name = f"{input.achievement_id[:6]}-P"
        auction_id = f"{name}-{await next_serial(session, SERIAL, name):06d}"
        subject = {"auction": auction_id, "startPriceFen": input.start_price_fen}
        await append_evidence(session, input.achievement_id, EvidenceKind.PUBLISHED, subject, now)
        await check_free(session, input.achievement_id, now)
        session.add(
            tables.Auction(
                id=auction_id,
                achievement_id=input.achievement_id,
                status=AuctionStatus.SCHEDULED if input.opens_at > now else AuctionStatus.OPEN,
                start_price_fen=input.start_price_fen,
                increment_fen=input.increment_fen,
                deposit_fen=input.deposit_fen,
                reserve_price_fen=input.reserve_price_fen,
                current_price_fen=None,
                opens_at=input.opens_at,
                closes_at=input.closes_at,
            )
        )
        return auction_id

    return await _auction(info, await change_once(info, "openAuction", input, change))


async def register_bidder(info: Info, input: _REGISTER) -> Any:  # noqa: A002 - the argument's name on the wire
    """Register who bids, with the deposit; the paddle comes out."""
    check_actor(info.context.actor, Permit(BID, organization=input.bidder_uscc))

    async def change(session: AsyncSession) -> str:
        auction = await lock_auction(session, input.auction_id)
        check_not_over(auction, info.context.clock())
        if input.deposit_fen != auction.deposit_fen:
            message = f"The deposit of the auction {auction.id} is {auction.deposit_fen} fen; pay just that."
            raise Refusal(ErrorCode.WRONG_DEPOSIT, message)
        if await session.get(tables.Organization, input.bidder_uscc) is None:
            message = f"There is no organisation {input.bidder_uscc!r}; give the code of one that is registered."
            raise Refusal(ErrorCode.ORGANIZATION_NOT_FOUND, message)
        record = await session.get(tables.ListingRecord, auction.achievement_id)
        if record is not None and record.owner_uscc == input.bidder_uscc:
            message = f"{record.id} is the bidder's own; another has to bid for it."
            raise Refusal(ErrorCode.OWN_ACHIEVEMENT, message)
        if await _registration(session, input.auction_id, input.bidder_uscc) is not None:
            message = f"{input.bidder_uscc} is registered for the auction {auction.id} already; bid."
            raise Refusal(ErrorCode.ALREADY_REGISTERED, message)
        paddle = await _next_paddle(session, auction.id)
        session.add(
            tables.AuctionRegistration(
                auction_id=auction.id,
                paddle_no=paddle,
                bidder_uscc=input.bidder_uscc,
                deposit_fen=input.deposit_fen,
                registered_at=info.context.clock(),
                released_at=None,
            )
        )
        return f"{auction.id}:{paddle}"

    auction_id, paddle = (await change_once(info, "registerBidder", input, change)).split(":")
    async with info.context.session() as session:
        return await session.get(tables.AuctionRegistration, (auction_id, int(paddle)))


async def place_bid(info: Info, input: _BID) -> Any:  # noqa: A002 - the argument's name on the wire
    """Place a bid that is high enough, in time, by somebody who is registered."""
    check_actor(info.context.actor, Permit(BID, organization=input.bidder_uscc))

    async def change(session: AsyncSession) -> str:
        auction, now = await lock_auction(session, input.auction_id), info.context.clock()
        check_not_over(auction, now)
        if now < auction.opens_at:
            message = f"The auction {auction.id} opens at {auction.opens_at.isoformat()}; bid then."
            raise Refusal(ErrorCode.AUCTION_NOT_OPEN, message)
        registration = await _registration(session, auction.id, input.bidder_uscc)
        if registration is None:
            message = f"{input.bidder_uscc} is not registered for the auction {auction.id}; pay the deposit first."
            raise Refusal(ErrorCode.NOT_REGISTERED, message)
        check_amount_bid(auction, input.amount_fen)
        number = await next_serial(session, SERIAL, auction.id)
        bid_id, paddle = f"{auction.id}-{number:02d}", registration.paddle_no
        session.add(
            tables.Bid(
                id=bid_id,
                auction_id=auction.id,
                paddle_no=paddle,
                amount_fen=input.amount_fen,
                at=now,
                bidder_uscc=input.bidder_uscc,
            )
        )
        take_bid(auction, input.amount_fen, now)
        subject = {"auction": auction.id, "bid": number, "paddleNo": paddle, "amountFen": input.amount_fen}
        await append_evidence(session, auction.achievement_id, EvidenceKind.BID_PLACED, subject, now)
        announce_auction(session, auction.id)
        return bid_id

    made = await change_once(info, "placeBid", input, change)
    return await info.context.loaders.one(tables.Bid, tables.Bid.id).load(made)


async def close_auction(info: Info, input: _CLOSE) -> Any:  # noqa: A002 - the argument's name on the wire
    """Let the hammer fall when the auction's time has come, and give back the deposits of those who did not win."""
    check_actor(info.context.actor, Permit(AUCTIONEER))

    async def change(session: AsyncSession) -> str:
        auction, now = await lock_auction(session, input.auction_id), info.context.clock()
        if auction.status in OVER:
            raise Refusal(ErrorCode.AUCTION_OVER, f"The auction {auction.id} is {auction.status} already.")
        if now < auction.closes_at:
            message = f"The auction {auction.id} takes bids until {auction.closes_at.isoformat()}; close it then."
            raise Refusal(ErrorCode.AUCTION_STILL_OPEN, message)
        fall(auction)
        await _end(session, info, auction)
        return auction.id

    return await _auction(info, await change_once(info, "closeAuction", input, change))


async def withdraw_auction(info: Info, input: _WITHDRAW) -> Any:  # noqa: A002 - the argument's name on the wire
    """Withdraw an auction in which nobody has bid."""
    check_actor(info.context.actor, Permit(AUCTIONEER))

    async def change(session: AsyncSession) -> str:
        auction = await lock_auction(session, input.auction_id)
        check_not_over(auction, info.context.clock())
        if auction.current_price_fen is not None:
            message = f"The auction {auction.id} has a bid; it runs to its end."
            raise Refusal(ErrorCode.AUCTION_HAS_BIDS, message)
        auction.status = AuctionStatus.WITHDRAWN
        await _end(session, info, auction)
        return auction.id

    return await _auction(info, await change_once(info, "withdrawAuction", input, change))


async def _auction(info: Info, auction_id: str) -> Any:
    return await info.context.loaders.one(tables.Auction, tables.Auction.id).load(auction_id)


async def _end(session: AsyncSession, info: Info, auction: tables.Auction) -> None:
    now = info.context.clock()
    await session.flush()
    await release_deposits(session, auction, now)
    subject = {"auction": auction.id, "status": auction.status.value}
    await append_evidence(session, auction.achievement_id, EvidenceKind.AUCTION_CLOSED, subject, now)
    if auction.status is AuctionStatus.SOLD:
        await agree_on_auction(session, auction, now)
    announce_auction(session, auction.id)


async def _registration(session: AsyncSession, auction_id: str, uscc: str) -> tables.AuctionRegistration | None:
    table = tables.AuctionRegistration
    same = (table.auction_id == auction_id) & (table.bidder_uscc == uscc)
    found: tables.AuctionRegistration | None = await session.scalar(select(table).where(same))
    return found


async def _next_paddle(session: AsyncSession, auction_id: str) -> int:
    """The paddle after the highest one given out, or held up in a bid from before bidders were registered."""
    highest = 0
    for table in (tables.AuctionRegistration, tables.Bid):
        found = await session.scalar(select(func.max(table.paddle_no)).where(table.auction_id == auction_id))
        highest = max(highest, found or 0)
    return highest + 1


@strawberry.type
class AuctionMutations:
    """What may be done with auctions; ``Mutation`` inherits it."""

    open_auction: Any = field(
        resolver=open_auction,
        graphql_type=Auction,
        authenticated=True,
        requires_scopes=scopes(AUCTIONEER),
        description="开办竞价。Open an auction.",
        directives=[changes("Auction", "TechnologyAchievement")],
    )
    register_bidder: Any = field(
        resolver=register_bidder,
        graphql_type=AuctionRegistration,
        authenticated=True,
        requires_scopes=scopes(BID),
        description="缴纳保证金并报名，领取号牌。Register with the deposit, and get a paddle.",
    )
    place_bid: Any = field(
        resolver=place_bid,
        graphql_type=Bid,
        authenticated=True,
        requires_scopes=scopes(BID),
        description="出价；结束前最后一段时间的出价顺延结束时间。Place a bid; a late one moves the end.",
        directives=[changes("Auction")],
    )
    close_auction: Any = field(
        resolver=close_auction,
        graphql_type=Auction,
        authenticated=True,
        requires_scopes=scopes(AUCTIONEER),
        description="到时落槌：达到保留价则成交，否则流拍。Let the hammer fall in time: sold at the reserve price, else unsold.",
        directives=[changes("Auction", "TechnologyAchievement")],
    )
    withdraw_auction: Any = field(
        resolver=withdraw_auction,
        graphql_type=Auction,
        authenticated=True,
        requires_scopes=scopes(AUCTIONEER),
        description="撤拍：无人出价时方可。Withdraw an auction in which nobody has bid.",
        directives=[changes("Auction", "TechnologyAchievement")],
    )
