"""The mutations of negotiations: open one with an offer, counter, accept, end."""

from typing import Annotated, Any

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.federation import field

from subgraphs.core import tables
from subgraphs.core.evidence_log import append_evidence
from subgraphs.core.once import SERIAL, change_once
from subgraphs.core.trade.agreements import Terms, agree
from subgraphs.core.trade.inputs import (
    AcceptOfferInput,
    CounterOfferInput,
    EndNegotiationInput,
    OpenNegotiationInput,
)
from subgraphs.core.trade.listing import (
    check_broker,
    check_demand,
    check_free,
    check_organization,
    check_parties,
    lock_achievement,
)
from subgraphs.core.trade.negotiations import (
    LONGEST_NOTE,
    OFFER_STANDS,
    check_stands,
    check_turn,
    lock_negotiation,
    make_offer,
    party_of,
)
from subgraphs.core.trade.types import Negotiation
from subgraphs.kit.actor import BROKER, TRADE, Permit, check_actor, scopes
from subgraphs.kit.context import Info
from subgraphs.kit.database_writes import next_serial
from subgraphs.kit.directives import changes
from subgraphs.kit.enums import EvidenceKind, NegotiationStatus, Party, PricingMode
from subgraphs.kit.texts import check_amount, check_text

_OPEN = Annotated[OpenNegotiationInput, strawberry.argument(description="首次报价。The first offer.")]
_COUNTER = Annotated[CounterOfferInput, strawberry.argument(description="还价内容。The counter-offer.")]
_ACCEPT = Annotated[AcceptOfferInput, strawberry.argument(description="接受哪次洽谈的报价。Where it is accepted.")]
_END = Annotated[EndNegotiationInput, strawberry.argument(description="终止哪次洽谈。Which one is ended.")]


async def open_negotiation(info: Info, input: _OPEN) -> Any:  # noqa: A002 - the argument's name on the wire
    """Offer the owner of an achievement a price for it; a broker may do it for the buyer."""
    brokers = () if input.broker_no is None else (Permit(BROKER, broker=input.broker_no),)
    check_actor(info.context.actor, Permit(TRADE, organization=input.buyer_uscc), *brokers)
    _check_offer(input.amount_fen, input.note)

    async def change(session: AsyncSession) -> str:
        now = info.context.clock()
        record = await lock_achievement(session, input.achievement_id)
        seller = record.owner_uscc or ""
        check_parties(record, seller, input.buyer_uscc)
        await check_organization(session, input.buyer_uscc)
        await check_broker(session, input.broker_no)
        await check_demand(session, input.demand_id)
        await check_free(session, record.id, now)
        name = f"{record.id[:6]}-N"
        negotiation = tables.Negotiation(
            id=f"{name}-{await next_serial(session, SERIAL, name):06d}",
            achievement_id=record.id,
            demand_id=input.demand_id,
            seller_uscc=seller,
            buyer_uscc=input.buyer_uscc,
            broker_no=input.broker_no,
            conversion_mode=input.conversion_mode,
            status=NegotiationStatus.OPEN,
            turn=Party.SELLER,
            amount_fen=input.amount_fen,
            expires_at=now + OFFER_STANDS,
            agreement_id=None,
        )
        session.add(negotiation)
        await session.flush()  # its offers name it
        await make_offer(session, negotiation, Party.BUYER, input.amount_fen, input.note, now)
        return negotiation.id

    return await _negotiation(info, await change_once(info, "openNegotiation", input, change))


async def counter_offer(info: Info, input: _COUNTER) -> Any:  # noqa: A002 - the argument's name on the wire
    """Answer the offer that stands with another one."""
    check_actor(info.context.actor, Permit(TRADE, organization=input.organization_uscc))
    _check_offer(input.amount_fen, input.note)

    async def change(session: AsyncSession) -> str:
        negotiation = await lock_negotiation(session, input.negotiation_id)
        party = party_of(negotiation, input.organization_uscc)
        check_turn(negotiation, party)
        await make_offer(session, negotiation, party, input.amount_fen, input.note, info.context.clock())
        return negotiation.id

    return await _negotiation(info, await change_once(info, "counterOffer", input, change))


async def accept_offer(info: Info, input: _ACCEPT) -> Any:  # noqa: A002 - the argument's name on the wire
    """Accept the offer that stands: there is an agreement then, which both sides have to sign."""
    check_actor(info.context.actor, Permit(TRADE, organization=input.organization_uscc))

    async def change(session: AsyncSession) -> str:
        negotiation, now = await lock_negotiation(session, input.negotiation_id), info.context.clock()
        check_turn(negotiation, party_of(negotiation, input.organization_uscc))
        check_stands(negotiation, now)
        record = await lock_achievement(session, negotiation.achievement_id)
        check_parties(record, negotiation.seller_uscc, negotiation.buyer_uscc)
        await check_free(session, record.id, now)
        terms = Terms(
            achievement_id=negotiation.achievement_id,
            seller_uscc=negotiation.seller_uscc,
            buyer_uscc=negotiation.buyer_uscc,
            amount_fen=negotiation.amount_fen,
            pricing_mode=PricingMode.NEGOTIATED,
            conversion_mode=negotiation.conversion_mode,
            demand_id=negotiation.demand_id,
            broker_no=negotiation.broker_no,
        )
        agreement = await agree(session, terms, now)
        negotiation.status, negotiation.agreement_id = NegotiationStatus.AGREED, agreement.id
        return negotiation.id

    return await _negotiation(info, await change_once(info, "acceptOffer", input, change))


async def end_negotiation(info: Info, input: _END) -> Any:  # noqa: A002 - the argument's name on the wire
    """End a negotiation that came to nothing; either side may, at any time."""
    check_actor(info.context.actor, Permit(TRADE, organization=input.organization_uscc))

    async def change(session: AsyncSession) -> str:
        negotiation, now = await lock_negotiation(session, input.negotiation_id), info.context.clock()
        party = party_of(negotiation, input.organization_uscc)
        negotiation.status = NegotiationStatus.ENDED
        subject = {"negotiation": negotiation.id, "by": party.value}
        await append_evidence(session, negotiation.achievement_id, EvidenceKind.WITHDRAWN, subject, now)
        return negotiation.id

    return await _negotiation(info, await change_once(info, "endNegotiation", input, change))


def _check_offer(amount_fen: int, note: str | None) -> None:
    check_amount("amountFen", amount_fen)
    if note is not None:
        check_text("note", note, LONGEST_NOTE)


async def _negotiation(info: Info, negotiation_id: str) -> Any:
    return await info.context.loaders.one(tables.Negotiation, tables.Negotiation.id).load(negotiation_id)


def _mutation(resolver: Any, description: str, *more: str) -> Any:
    return field(
        resolver=resolver,
        graphql_type=Negotiation,
        authenticated=True,
        requires_scopes=scopes(TRADE, *more),
        description=description,
        directives=[changes("TechnologyAchievement")],
    )


@strawberry.type
class NegotiationMutations:
    """What may be done in negotiations; ``Mutation`` inherits it."""

    open_negotiation: Any = _mutation(
        open_negotiation, "向成果所有者首次报价。Offer the owner of an achievement a price.", BROKER
    )
    counter_offer: Any = _mutation(counter_offer, "还价。Answer an offer with another one.")
    accept_offer: Any = _mutation(
        accept_offer, "接受现行报价，形成待签合同。Accept the offer that stands; an agreement to sign comes of it."
    )
    end_negotiation: Any = _mutation(end_negotiation, "终止洽谈。End a negotiation that came to nothing.")
