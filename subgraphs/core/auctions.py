"""竞价拍卖 and the bids."""

from datetime import datetime
from typing import Any

import strawberry
from strawberry.federation import field

from subgraphs.core import tables
from subgraphs.core.deals import Deal
from subgraphs.core.listings import TechnologyAchievement
from subgraphs.core.organizations import Organization
from subgraphs.kit.directives import cached, sliced
from subgraphs.kit.enums import AuctionStatus
from subgraphs.kit.rows import Row, first, one, row_type
from subgraphs.kit.values import money


@strawberry.federation.type(keys=["id"], description="出价。A bid.")
@row_type(tables.Bid, keys={"id": tables.Bid.id})
class Bid:
    """出价."""

    id: strawberry.ID = field(description="编号。Its number.")
    paddle_no: int = field(description="号牌。The bidder's paddle number.")
    amount: Any = money("amount_fen", "出价金额。The amount bid.")
    at: datetime = field(description="出价时间。When it was placed.")
    bidder: Any = one(
        tables.Organization.uscc,
        by="bidder_uscc",
        of=Organization,
        requires_scopes=[["auction:operate"]],
        description="竞买人。Who bids.",
    )


def achievement(root: Row) -> TechnologyAchievement:
    """The achievement under the hammer."""
    return TechnologyAchievement(id=root.achievement_id)


@strawberry.federation.type(keys=["id"], description="竞价拍卖。An auction.", directives=[cached(0)])
@row_type(tables.Auction, keys={"id": tables.Auction.id})
class Auction:
    """竞价拍卖."""

    id: strawberry.ID = field(description="编号。Its number.")
    achievement: Any = field(
        resolver=achievement,
        graphql_type=TechnologyAchievement,
        provides=["title"],
        description="标的成果。The achievement under the hammer.",
    )
    status: AuctionStatus = field(description="状态。Its status.")
    start_price: Any = money("start_price_fen", "起拍价。The price it starts at.")
    increment: Any = money("increment_fen", "加价幅度。The least step between bids.")
    deposit: Any = money("deposit_fen", "保证金。The deposit.")
    reserve_price: Any = money(
        "reserve_price_fen", "保留价。The price below which nothing is sold.", optional=True, inaccessible=True
    )
    current_price: Any = money("current_price_fen", "当前价。The highest bid so far.", optional=True)
    opens_at: datetime = field(description="开始时间。When it opens.")
    closes_at: datetime = field(description="结束时间。When it closes.")
    bids: Any = first(
        tables.Bid.auction_id,
        by="id",
        order=(tables.Bid.amount_fen.desc(),),
        of=Bid,
        authenticated=True,
        directives=[sliced("first")],
        description="出价记录，最高的在前。The bids, highest first.",
    )
    deal: Any = one(tables.Deal.auction_id, by="id", of=Deal, description="成交后的交易。The deal that it led to.")


@strawberry.type(description="竞买报名。A bidder's registration, with the deposit.", directives=[cached(0)])
@row_type(tables.AuctionRegistration)
class AuctionRegistration:
    """竞买报名."""

    auction: Any = one(tables.Auction.id, by="auction_id", of=Auction, optional=False, description="竞价。The auction.")
    paddle_no: int = field(description="号牌。The paddle's number.")
    deposit: Any = money("deposit_fen", "保证金。The deposit.")
    registered_at: datetime = field(description="报名时间。When it was made.")
    released_at: datetime | None = field(
        description="保证金退还时间；未退为空。When the deposit was given back; null while it is held."
    )
    forfeited_at: datetime | None = field(
        description="保证金罚没时间；未罚没为空。When the deposit was forfeited, for the winner did not sign; else null."
    )
