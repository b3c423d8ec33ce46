"""The mutations that make contracts of agreements: sign, let lapse; and that record what is paid for them."""

from typing import Annotated, Any

import strawberry
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.federation import field

from subgraphs.core import tables
from subgraphs.core.deals import Deal
from subgraphs.core.evidence_log import append_evidence
from subgraphs.core.live import announce_deal
from subgraphs.core.once import change_once
from subgraphs.core.trade.agreements import lapse, lock_agreement, sign
from subgraphs.core.trade.inputs import LapseAgreementInput, RecordPaymentInput, SignAgreementInput
from subgraphs.core.trade.types import Agreement
from subgraphs.kit.actor import AUCTIONEER, TRADE, Permit, check_actor, scopes
from subgraphs.kit.context import Info
from subgraphs.kit.directives import changes
from subgraphs.kit.enums import EvidenceKind
from subgraphs.kit.errors import ErrorCode, Refusal
from subgraphs.kit.texts import check_amount

_SIGN = Annotated[SignAgreementInput, strawberry.argument(description="签署内容。Who signs what.")]
_LAPSE = Annotated[LapseAgreementInput, strawberry.argument(description="失效的合同。Which agreement.")]
_PAY = Annotated[RecordPaymentInput, strawberry.argument(description="收款内容。What was received.")]


async def sign_agreement(info: Info, input: _SIGN) -> Any:  # noqa: A002 - the argument's name on the wire
    """Sign for one side; the second signature makes the deal."""
    check_actor(info.context.actor, Permit(TRADE, organization=input.organization_uscc))

    async def change(session: AsyncSession) -> str:
        agreement = await lock_agreement(session, input.agreement_id)
        now = info.context.clock()
        await sign(session, agreement, input.organization_uscc, input.document_sha256, now)
        return agreement.id

    return await _agreement(info, await change_once(info, "signAgreement", input, change))


async def lapse_agreement(info: Info, input: _LAPSE) -> Any:  # noqa: A002 - the argument's name on the wire
    """End an agreement that was not signed in time; either side may, and who holds auctions."""
    async with info.context.session() as session:
        found = await session.get(tables.Agreement, input.agreement_id)
    sides = (found.seller_uscc, found.buyer_uscc) if found else ("",)
    check_actor(info.context.actor, Permit(AUCTIONEER), *(Permit(TRADE, organization=side) for side in sides))

    async def change(session: AsyncSession) -> str:
        agreement = await lock_agreement(session, input.agreement_id)
        await lapse(session, agreement, info.context.clock())
        return agreement.id

    return await _agreement(info, await change_once(info, "lapseAgreement", input, change))


async def record_payment(info: Info, input: _PAY) -> Any:  # noqa: A002 - the argument's name on the wire
    """Confirm a payment for a deal, as its seller; all of them are no more than its amount."""
    check_amount("amountFen", input.amount_fen)
    async with info.context.session() as session:
        found = await session.get(tables.Deal, input.deal_id)
    check_actor(info.context.actor, Permit(TRADE, organization=found.seller_uscc if found else ""))

    async def change(session: AsyncSession) -> str:
        table, payment, now = tables.Deal, tables.Payment, info.context.clock()
        await session.execute(update(table).where(table.id == input.deal_id).values(amount_fen=table.amount_fen))
        deal = await session.get(table, input.deal_id)
        if deal is None:
            raise Refusal(ErrorCode.DEAL_NOT_FOUND, f"There is no deal {input.deal_id!r}; give the number of one.")
        paid = select(func.count(), func.coalesce(func.sum(payment.amount_fen), 0)).where(payment.deal_id == deal.id)
        count, before = (await session.execute(paid)).one()
        if before + input.amount_fen > deal.amount_fen:
            message = f"{deal.id} costs {deal.amount_fen} fen and {before} are paid; {input.amount_fen} are too many."
            raise Refusal(ErrorCode.PAID_TOO_MUCH, message)
        session.add(payment(deal_id=deal.id, number=count + 1, amount_fen=input.amount_fen, at=now))
        subject = {"deal": deal.id, "payment": count + 1, "amountFen": input.amount_fen}
        kind = EvidenceKind.PAYMENT_RECEIVED
        await append_evidence(session, deal.achievement_id, kind, subject, now, deal_id=deal.id)
        announce_deal(session, deal.id)
        return deal.id

    made = await change_once(info, "recordPayment", input, change)
    return await info.context.loaders.one(tables.Deal, tables.Deal.id).load(made)


async def _agreement(info: Info, agreement_id: str) -> Any:
    return await info.context.loaders.one(tables.Agreement, tables.Agreement.id).load(agreement_id)


_CHANGED = ("TechnologyAchievement", "Deal", "Auction", "MarketFigures", "MarketStatistics")


@strawberry.type
class SigningMutations:
    """What may be done with agreements and deals; ``Mutation`` inherits it."""

    sign_agreement: Any = field(
        resolver=sign_agreement,
        graphql_type=Agreement,
        authenticated=True,
        requires_scopes=scopes(TRADE),
        description="签署合同；双方都签即成交易。Sign for one side; the second signature makes the deal.",
        directives=[changes(*_CHANGED)],
    )
    lapse_agreement: Any = field(
        resolver=lapse_agreement,
        graphql_type=Agreement,
        authenticated=True,
        requires_scopes=scopes(TRADE, AUCTIONEER),
        description="逾期失效，并了结保证金。End an agreement that was not signed in time, and settle the deposit.",
        directives=[changes("TechnologyAchievement")],
    )
    record_payment: Any = field(
        resolver=record_payment,
        graphql_type=Deal,
        authenticated=True,
        requires_scopes=scopes(TRADE),
        description="卖方确认收款。Confirm a payment for a deal, as its seller.",
        directives=[changes("Deal")],
    )
