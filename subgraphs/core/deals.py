"""浙江拍: deals, each a registered technology contract."""

from datetime import datetime
from typing import Any

import strawberry
from strawberry.federation import field

from subgraphs.core import tables
from subgraphs.core.brokers import TechnologyBroker
from subgraphs.core.listings import Demand, TechnologyAchievement
from subgraphs.core.organizations import Organization
from subgraphs.kit.directives import cached
from subgraphs.kit.enums import ConversionMode, PricingMode
from subgraphs.kit.rows import Row, lazy, many, one, row_type
from subgraphs.kit.values import money

Auction = lazy("subgraphs.core.auctions", "Auction")
Payment = lazy("subgraphs.core.trade.types", "Payment")
EvidenceRecord = lazy("subgraphs.core.evidence", "EvidenceRecord")


def achievement(root: Row) -> TechnologyAchievement:
    """The achievement that was traded."""
    return TechnologyAchievement(id=root.achievement_id)


def demand(root: Row) -> Demand | None:
    """The demand that the deal met."""
    return Demand(id=root.demand_id) if root.demand_id else None


def _party(by: str, description: str) -> Any:
    return one(tables.Organization.uscc, by=by, of=Organization, optional=False, description=description)


@strawberry.federation.type(
    keys=["id", "contractNo"], description="交易。A deal, which is one technology contract.", directives=[cached(300)]
)
@row_type(tables.Deal, keys={"id": tables.Deal.id, "contractNo": tables.Deal.contract_no})
class Deal:
    """交易."""

    id: strawberry.ID = field(description="编号。Its number.")
    contract_no: strawberry.ID = field(
        description="技术合同登记号。The number of the technology contract's registration."
    )
    pricing_mode: PricingMode = field(description="定价方式。How the price was found.")
    conversion_mode: ConversionMode = field(description="转化方式。How the achievement is put to use.")
    amount: Any = money("amount_fen", "成交金额。The price.", requires_scopes=[["deal:read"], ["audit:read"]])
    signed_at: datetime = field(description="签约时间。When it was signed.")
    seller: Any = _party("seller_uscc", "卖方。Who sells.")
    buyer: Any = _party("buyer_uscc", "买方。Who buys.")
    broker: Any = one(
        tables.Broker.registration_no,
        by="broker_no",
        of=TechnologyBroker,
        description="撮合的经纪人。Who brokered it.",
    )
    achievement: Any = field(
        resolver=achievement,
        graphql_type=TechnologyAchievement,
        provides=["title"],
        description="成交的成果。The achievement traded.",
    )
    demand: Any = field(resolver=demand, graphql_type=Demand | None, description="对应的需求。The demand that it met.")
    auction: Any = one(
        tables.Auction.id, by="auction_id", of=Auction, description="经由的竞价。The auction that led to it."
    )
    evidence: Any = many(
        tables.Evidence.deal_id,
        by="id",
        order=(tables.Evidence.chain, tables.Evidence.height),
        of=EvidenceRecord,
        description="上链存证。The evidence of it.",
    )
    payments: Any = many(
        tables.Payment.deal_id,
        by="id",
        order=(tables.Payment.number,),
        of=Payment,
        requires_scopes=[["deal:read"], ["audit:read"]],
        description="已收款项，按先后。What was received for it, in its order.",
    )
    risk_note: str | None = field(inaccessible=True, description="风险备注。A note on its risk.")
