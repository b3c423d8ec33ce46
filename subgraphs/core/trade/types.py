"""What trades are made of, as clients see it: negotiations, listed offers, agreements, payments."""

from datetime import datetime
from typing import Any

import strawberry
from strawberry.federation import field

from subgraphs.core import tables
from subgraphs.core.brokers import TechnologyBroker
from subgraphs.core.listings import TechnologyAchievement
from subgraphs.core.organizations import Organization
from subgraphs.kit.context import Info
from subgraphs.kit.directives import cached
from subgraphs.kit.enums import (
    AgreementStatus,
    ConversionMode,
    ListedOfferStatus,
    NegotiationStatus,
    Party,
    PricingMode,
)
from subgraphs.kit.rows import Row, lazy, many, one, row_type
from subgraphs.kit.values import money

Deal = lazy("subgraphs.core.deals", "Deal")
Auction = lazy("subgraphs.core.auctions", "Auction")


def achievement(root: Row) -> TechnologyAchievement:
    """The achievement that is traded."""
    return TechnologyAchievement(id=root.achievement_id)


def _achievement() -> Any:
    return field(
        resolver=achievement,
        graphql_type=TechnologyAchievement,
        provides=["title"],
        description="标的成果。The achievement that is traded.",
    )


def _party(by: str, description: str) -> Any:
    return one(tables.Organization.uscc, by=by, of=Organization, optional=False, description=description)


def _broker() -> Any:
    return one(
        tables.Broker.registration_no, by="broker_no", of=TechnologyBroker, description="撮合的经纪人。Who brokers it."
    )


@strawberry.type(description="报价。An offer in a negotiation.", directives=[cached(0)])
@row_type(tables.NegotiationOffer)
class NegotiationOffer:
    """报价."""

    number: int = field(description="第几次报价，从 1 起。Which offer it is, from 1.")
    party: Party = field(description="报价方。Who made it.")
    amount: Any = money("amount_fen", "报价金额。The price offered.")
    note: str | None = field(description="附言。What was said with it.")
    at: datetime = field(description="报价时间。When it was made.")


@strawberry.type(description="协议定价的洽谈。A negotiation.", directives=[cached(0)])
@row_type(tables.Negotiation)
class Negotiation:
    """洽谈."""

    id: strawberry.ID = field(description="编号。Its number.")
    achievement: Any = _achievement()
    seller: Any = _party("seller_uscc", "卖方。Who sells.")
    buyer: Any = _party("buyer_uscc", "买方。Who buys.")
    broker: Any = _broker()
    conversion_mode: ConversionMode = field(description="转化方式。How the achievement is to be put to use.")
    status: NegotiationStatus = field(description="状态。Its status.")
    turn: Party = field(description="轮到哪一方。Whose turn it is.")
    amount: Any = money("amount_fen", "现行报价。The offer that stands.")
    expires_at: datetime = field(description="现行报价有效期至。Until when it stands.")
    offers: Any = many(
        tables.NegotiationOffer.negotiation_id,
        by="id",
        order=(tables.NegotiationOffer.number,),
        of=NegotiationOffer,
        description="历次报价。All offers, in their order.",
    )
    agreement: Any = one(
        tables.Agreement.id,
        by="agreement_id",
        of=lazy("subgraphs.core.trade.types", "Agreement"),
        description="谈成的合同。What came of it.",
    )


def offer_status(root: Row, info: Info) -> ListedOfferStatus:
    """An offer whose time is over has expired, whether or not anybody has said so."""
    if root.status is ListedOfferStatus.OPEN and info.context.clock() >= root.closes_at:
        return ListedOfferStatus.EXPIRED
    status: ListedOfferStatus = root.status
    return status


@strawberry.type(description="挂牌交易。An achievement offered at a listed price.", directives=[cached(0)])
@row_type(tables.ListedOffer)
class ListedOffer:
    """挂牌."""

    id: strawberry.ID = field(description="编号。Its number.")
    achievement: Any = _achievement()
    seller: Any = _party("seller_uscc", "卖方。Who sells.")
    price: Any = money("price_fen", "挂牌价。The listed price.")
    conversion_mode: ConversionMode = field(description="转化方式。How the achievement is to be put to use.")
    opens_at: datetime = field(description="开始时间。When it opens.")
    closes_at: datetime = field(description="结束时间。When it closes.")
    status: Any = field(resolver=offer_status, graphql_type=ListedOfferStatus, description="状态。Its status.")


@strawberry.type(description="待签合同。What was agreed, to be signed by both sides.", directives=[cached(0)])
@row_type(tables.Agreement)
class Agreement:
    """待签合同."""

    id: strawberry.ID = field(description="编号。Its number.")
    achievement: Any = _achievement()
    seller: Any = _party("seller_uscc", "卖方。Who sells.")
    buyer: Any = _party("buyer_uscc", "买方。Who buys.")
    broker: Any = _broker()
    pricing_mode: PricingMode = field(description="定价方式。How the price was found.")
    conversion_mode: ConversionMode = field(description="转化方式。How the achievement is to be put to use.")
    amount: Any = money("amount_fen", "金额。The price.")
    status: AgreementStatus = field(description="状态。Its status.")
    made_at: datetime = field(description="谈成时间。When it was agreed.")
    sign_by: datetime = field(description="签署期限。By when both have to sign.")
    document_sha256: str | None = field(
        description="合同文本的 SHA-256；尚无人签署时为空。The SHA-256 of the document; null before anybody has signed."
    )
    seller_signed_at: datetime | None = field(description="卖方签署时间。When the seller signed.")
    buyer_signed_at: datetime | None = field(description="买方签署时间。When the buyer signed.")
    auction: Any = one(tables.Auction.id, by="auction_id", of=Auction, description="经由的竞价。The auction it is of.")
    deal: Any = one(tables.Deal.id, by="deal_id", of=Deal, description="签成的交易。The deal that it became.")


@strawberry.type(description="付款。A payment for a deal.", directives=[cached(0)])
@row_type(tables.Payment)
class Payment:
    """付款."""

    number: int = field(description="第几笔，从 1 起。Which payment it is, from 1.")
    amount: Any = money("amount_fen", "金额。How much was paid.")
    at: datetime = field(description="收款时间。When it was received.")
