"""What the mutations of trades take."""

from datetime import datetime
from typing import Any

import strawberry
from strawberry.federation import field

from subgraphs.kit.enums import ConversionMode
from subgraphs.kit.scalars import Long


def _key() -> Any:
    return field(description="幂等键：同键同文只办一次。A key of one's own: the same wish sent twice is done once.")


def _acting() -> Any:
    return field(description="以哪个主体的名义。The code of the organisation that acts.")


def _negotiation() -> Any:
    return field(description="洽谈编号。The negotiation's number.")


def _agreement() -> Any:
    return field(description="合同编号。The agreement's number.")


@strawberry.input(description="买方首次报价，开始洽谈。A buyer's first offer.")
class OpenNegotiationInput:
    """开谈."""

    achievement_id: strawberry.ID = field(description="标的成果编号。The id of the achievement.")
    buyer_uscc: strawberry.ID = field(description="买方信用代码。The code of who buys.")
    amount_fen: Long = field(description="报价（分）。The price offered, in fen.")
    conversion_mode: ConversionMode = field(description="转化方式。How the achievement is to be put to use.")
    idempotency_key: strawberry.ID = _key()
    demand_id: strawberry.ID | None = field(default=None, description="对应的需求。The demand that it would meet.")
    broker_no: strawberry.ID | None = field(default=None, description="撮合的经纪人。Who brokers it.")
    note: str | None = field(default=None, description="附言。What is said with it.")


@strawberry.input(description="还价。A counter-offer.")
class CounterOfferInput:
    """还价."""

    negotiation_id: strawberry.ID = _negotiation()
    organization_uscc: strawberry.ID = _acting()
    amount_fen: Long = field(description="报价（分）。The price offered, in fen.")
    idempotency_key: strawberry.ID = _key()
    note: str | None = field(default=None, description="附言。What is said with it.")


@strawberry.input(description="接受现行报价。The offer that stands is accepted.")
class AcceptOfferInput:
    """接受报价."""

    negotiation_id: strawberry.ID = _negotiation()
    organization_uscc: strawberry.ID = _acting()
    idempotency_key: strawberry.ID = _key()


@strawberry.input(description="终止洽谈。A negotiation comes to nothing.")
class EndNegotiationInput:
    """终止洽谈."""

    negotiation_id: strawberry.ID = _negotiation()
    organization_uscc: strawberry.ID = _acting()
    idempotency_key: strawberry.ID = _key()


@strawberry.input(description="挂牌。An achievement to be offered at a price.")
class ListOfferInput:
    """挂牌."""

    achievement_id: strawberry.ID = field(description="标的成果编号。The id of the achievement.")
    seller_uscc: strawberry.ID = field(description="卖方信用代码。The code of who sells.")
    price_fen: Long = field(description="挂牌价（分）。The price, in fen.")
    conversion_mode: ConversionMode = field(description="转化方式。How the achievement is to be put to use.")
    opens_at: datetime = field(description="开始时间。When it opens.")
    closes_at: datetime = field(description="结束时间。When it closes.")
    idempotency_key: strawberry.ID = _key()


@strawberry.input(description="摘牌。A listed offer is taken.")
class TakeListedOfferInput:
    """摘牌."""

    offer_id: strawberry.ID = field(description="挂牌编号。The offer's number.")
    buyer_uscc: strawberry.ID = field(description="买方信用代码。The code of who buys.")
    idempotency_key: strawberry.ID = _key()
    broker_no: strawberry.ID | None = field(default=None, description="撮合的经纪人。Who brokers it.")


@strawberry.input(description="撤牌。A listed offer is withdrawn.")
class WithdrawListedOfferInput:
    """撤牌."""

    offer_id: strawberry.ID = field(description="挂牌编号。The offer's number.")
    idempotency_key: strawberry.ID = _key()


@strawberry.input(description="签署合同。One side signs.")
class SignAgreementInput:
    """签署."""

    agreement_id: strawberry.ID = _agreement()
    organization_uscc: strawberry.ID = _acting()
    document_sha256: str = field(description="合同文本的 SHA-256。The SHA-256 of the document that is signed.")
    idempotency_key: strawberry.ID = _key()


@strawberry.input(description="逾期失效。An agreement that was not signed in time.")
class LapseAgreementInput:
    """失效."""

    agreement_id: strawberry.ID = _agreement()
    idempotency_key: strawberry.ID = _key()


@strawberry.input(description="确认收款。A payment that the seller has received.")
class RecordPaymentInput:
    """收款."""

    deal_id: strawberry.ID = field(description="交易编号。The deal's number.")
    amount_fen: Long = field(description="金额（分）。How much, in fen.")
    idempotency_key: strawberry.ID = _key()
