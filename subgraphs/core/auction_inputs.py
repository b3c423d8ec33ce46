"""What the mutations of auctions take."""

from datetime import datetime
from typing import Any

import strawberry
from strawberry.federation import field

from subgraphs.kit.errors import ErrorCode, Refusal
from subgraphs.kit.scalars import Long
from subgraphs.kit.texts import check_amount


def _key() -> Any:
    return field(description="幂等键：同键同文只办一次。A key of one's own: the same wish sent twice is done once.")


def _auction_id() -> Any:
    return field(description="竞价编号。The auction's number.")


@strawberry.input(description="待开办的竞价。An auction to be opened.")
class OpenAuctionInput:
    """开办."""

    achievement_id: strawberry.ID = field(description="标的成果编号。The id of the achievement under the hammer.")
    start_price_fen: Long = field(description="起拍价（分）。The price it starts at, in fen.")
    increment_fen: Long = field(description="加价幅度（分）。The least step between bids, in fen.")
    deposit_fen: Long = field(description="保证金（分）。The deposit, in fen.")
    opens_at: datetime = field(description="开始时间。When it opens.")
    closes_at: datetime = field(description="结束时间。When it closes, unless a late bid moves that.")
    idempotency_key: strawberry.ID = _key()
    reserve_price_fen: Long | None = field(
        default=None, description="保留价（分），不公开。The hidden price below which nothing is sold, in fen."
    )


@strawberry.input(description="竞买报名。A bidder to be registered.")
class RegisterBidderInput:
    """报名."""

    auction_id: strawberry.ID = _auction_id()
    bidder_uscc: strawberry.ID = field(description="竞买人信用代码。The code of who bids.")
    deposit_fen: Long = field(description="已缴保证金（分）。The deposit that was paid, in fen.")
    idempotency_key: strawberry.ID = _key()


@strawberry.input(description="出价。A bid to be placed.")
class PlaceBidInput:
    """出价."""

    auction_id: strawberry.ID = _auction_id()
    bidder_uscc: strawberry.ID = field(description="竞买人信用代码。The code of who bids.")
    amount_fen: Long = field(description="出价（分）。The amount bid, in fen.")
    idempotency_key: strawberry.ID = _key()


@strawberry.input(description="落槌。An auction to be closed.")
class CloseAuctionInput:
    """落槌."""

    auction_id: strawberry.ID = _auction_id()
    idempotency_key: strawberry.ID = _key()


@strawberry.input(description="撤拍。An auction to be withdrawn.")
class WithdrawAuctionInput:
    """撤拍."""

    auction_id: strawberry.ID = _auction_id()
    idempotency_key: strawberry.ID = _key()


def check_terms(given: OpenAuctionInput, now: datetime) -> None:
    """Raises ``Refusal`` INVALID_AMOUNT or INVALID_PERIOD for terms that no auction can have."""
    for name in ("start_price_fen", "increment_fen", "deposit_fen", "reserve_price_fen"):
        check_amount(name, getattr(given, name))
    if given.closes_at <= max(given.opens_at, now):
        message = f"closesAt {given.closes_at.isoformat()} is not after opensAt and now; give a later moment."
        raise Refusal(ErrorCode.INVALID_PERIOD, message)
