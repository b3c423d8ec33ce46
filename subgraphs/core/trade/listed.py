"""挂牌交易: the mutations of listed offers. Whoever takes one first, within its time, has it.

OPEN --somebody takes it--> TAKEN, and there is an agreement to sign
OPEN --its seller withdraws it--> WITHDRAWN
OPEN --its time is over--> EXPIRED
"""

from typing import Annotated, Any

import strawberry
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.federation import field

from subgraphs.core import tables
from subgraphs.core.evidence_log import append_evidence
from subgraphs.core.once import SERIAL, change_once
from subgraphs.core.trade.agreements import Terms, agree
from subgraphs.core.trade.inputs import ListOfferInput, TakeListedOfferInput, WithdrawListedOfferInput
from subgraphs.core.trade.listing import (
    check_broker,
    check_free,
    check_organization,
    check_parties,
    lock_achievement,
)
from subgraphs.core.trade.types import Agreement, ListedOffer
from subgraphs.kit.actor import BROKER, TRADE, Permit, check_actor, scopes
from subgraphs.kit.context import Info
from subgraphs.kit.database_writes import next_serial
from subgraphs.kit.directives import changes
from subgraphs.kit.enums import EvidenceKind, ListedOfferStatus, PricingMode
from subgraphs.kit.errors import ErrorCode, Refusal
from subgraphs.kit.texts import check_amount

_LIST = Annotated[ListOfferInput, strawberry.argument(description="挂牌内容。What is offered.")]
_TAKE = Annotated[TakeListedOfferInput, strawberry.argument(description="摘牌内容。What is taken, and by whom.")]
_WITHDRAW = Annotated[WithdrawListedOfferInput, strawberry.argument(description="撤哪个牌。What is withdrawn.")]


async def list_offer(info: Info, input: _LIST) -> Any:  # noqa: A002 - the argument's name on the wire
    """Offer an achievement of one's own at a price, for a time."""
    check_actor(info.context.actor, Permit(TRADE, organization=input.seller_uscc))
    check_amount("priceFen", input.price_fen)
    if input.closes_at <= max(input.opens_at, info.context.clock()):
        message = f"closesAt {input.closes_at.isoformat()} is not after opensAt and now; give a later moment."
        raise Refusal(ErrorCode.INVALID_PERIOD, message)

    async def change(session: AsyncSession) -> str:
        now = info.context.clock()
        record = await lock_achievement(session, input.achievement_id)
        check_parties(record, input.seller_uscc, buyer_uscc="")
        await check_free(session, record.id, now)
        name = f"{record.id[:6]}-L"
        offer = tables.ListedOffer(
            id=f"{name}-{await next_serial(session, SERIAL, name):06d}",
            achievement_id=record.id,
            seller_uscc=input.seller_uscc,
            price_fen=input.price_fen,
            conversion_mode=input.conversion_mode,
            opens_at=input.opens_at,
            closes_at=input.closes_at,
            status=ListedOfferStatus.OPEN,
        )
        session.add(offer)
        subject = {"offer": offer.id, "amountFen": input.price_fen}
        await append_evidence(session, record.id, EvidenceKind.OFFERED, subject, now)
        return offer.id

    return await _offer(info, await change_once(info, "listOffer", input, change))


async def take_listed_offer(info: Info, input: _TAKE) -> Any:  # noqa: A002 - the argument's name on the wire
    """Take an offer at its price; the agreement to sign comes out."""
    brokers = () if input.broker_no is None else (Permit(BROKER, broker=input.broker_no),)
    check_actor(info.context.actor, Permit(TRADE, organization=input.buyer_uscc), *brokers)

    async def change(session: AsyncSession) -> str:
        offer, now = await _lock_offer(session, input.offer_id), info.context.clock()
        if not offer.opens_at <= now < offer.closes_at:
            period = f"{offer.opens_at.isoformat()} to {offer.closes_at.isoformat()}"
            raise Refusal(ErrorCode.OFFER_NOT_OPEN, f"The offer {offer.id} is open from {period}; take it then.")
        record = await lock_achievement(session, offer.achievement_id)
        check_parties(record, offer.seller_uscc, input.buyer_uscc)
        await check_organization(session, input.buyer_uscc)
        await check_broker(session, input.broker_no)
        await check_free(session, record.id, now, besides=offer.id)
        offer.status = ListedOfferStatus.TAKEN
        terms = Terms(
            achievement_id=record.id,
            seller_uscc=offer.seller_uscc,
            buyer_uscc=input.buyer_uscc,
            amount_fen=offer.price_fen,
            pricing_mode=PricingMode.LISTED,
            conversion_mode=offer.conversion_mode,
            broker_no=input.broker_no,
        )
        return (await agree(session, terms, now)).id

    made = await change_once(info, "takeListedOffer", input, change)
    return await info.context.loaders.one(tables.Agreement, tables.Agreement.id).load(made)


async def withdraw_listed_offer(info: Info, input: _WITHDRAW) -> Any:  # noqa: A002 - the argument's name on the wire
    """Withdraw an offer that nobody has taken."""
    async with info.context.session() as session:
        found = await session.get(tables.ListedOffer, input.offer_id)
    check_actor(info.context.actor, Permit(TRADE, organization=found.seller_uscc if found else ""))

    async def change(session: AsyncSession) -> str:
        offer = await _lock_offer(session, input.offer_id)
        offer.status = ListedOfferStatus.WITHDRAWN
        subject = {"offer": offer.id}
        await append_evidence(session, offer.achievement_id, EvidenceKind.WITHDRAWN, subject, info.context.clock())
        return offer.id

    return await _offer(info, await change_once(info, "withdrawListedOffer", input, change))


async def _lock_offer(session: AsyncSession, offer_id: str) -> tables.ListedOffer:
    table = tables.ListedOffer
    await session.execute(update(table).where(table.id == offer_id).values(price_fen=table.price_fen))
    offer = await session.get(table, offer_id)
    if offer is None:
        raise Refusal(ErrorCode.OFFER_NOT_FOUND, f"There is no listed offer {offer_id!r}; give the number of one.")
    if offer.status is not ListedOfferStatus.OPEN:
        raise Refusal(ErrorCode.OFFER_OVER, f"The offer {offer.id} is {offer.status} already.")
    return offer


async def _offer(info: Info, offer_id: str) -> Any:
    return await info.context.loaders.one(tables.ListedOffer, tables.ListedOffer.id).load(offer_id)


@strawberry.type
class ListedOfferMutations:
    """What may be done with listed offers; ``Mutation`` inherits it."""

    list_offer: Any = field(
        resolver=list_offer,
        graphql_type=ListedOffer,
        authenticated=True,
        requires_scopes=scopes(TRADE),
        description="挂牌。Offer an achievement of one's own at a price, for a time.",
        directives=[changes("TechnologyAchievement")],
    )
    take_listed_offer: Any = field(
        resolver=take_listed_offer,
        graphql_type=Agreement,
        authenticated=True,
        requires_scopes=scopes(TRADE, BROKER),
        description="摘牌：先到先得，形成待签合同。Take a listed offer, first come, first served; an agreement to sign comes of it.",
        directives=[changes("TechnologyAchievement")],
    )
    withdraw_listed_offer: Any = field(
        resolver=withdraw_listed_offer,
        graphql_type=ListedOffer,
        authenticated=True,
        requires_scopes=scopes(TRADE),
        description="撤牌。Withdraw an offer that nobody has taken.",
        directives=[changes("TechnologyAchievement")],
    )
