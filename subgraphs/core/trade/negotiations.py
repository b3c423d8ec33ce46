"""协议定价: offers go to and fro until one side accepts the other's, or one of them ends it.

    OPEN --the side whose turn it is counters--> OPEN, the other side's turn
    OPEN --the side whose turn it is accepts--> AGREED, and there is an agreement to sign
    OPEN --either side ends it--> ENDED

An offer stands for 14 days. What is too old cannot be accepted, but countered.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.core import tables
from subgraphs.core.evidence_log import append_evidence
from subgraphs.kit.enums import EvidenceKind, NegotiationStatus, Party
from subgraphs.kit.errors import ErrorCode, Refusal

OFFER_STANDS: Final = timedelta(days=14)
LONGEST_NOTE: Final = 1_000


async def lock_negotiation(session: AsyncSession, negotiation_id: str) -> tables.Negotiation:
    """A negotiation that goes on, which nobody else changes until this transaction ends.

    Raises ``Refusal`` NEGOTIATION_NOT_FOUND, NEGOTIATION_OVER.
    """
    table = tables.Negotiation
    await session.execute(update(table).where(table.id == negotiation_id).values(amount_fen=table.amount_fen))
    negotiation = await session.get(table, negotiation_id)
    if negotiation is None:
        message = f"There is no negotiation {negotiation_id!r}; give the number of one."
        raise Refusal(ErrorCode.NEGOTIATION_NOT_FOUND, message)
    if negotiation.status is not NegotiationStatus.OPEN:
        raise Refusal(ErrorCode.NEGOTIATION_OVER, f"The negotiation {negotiation.id} is {negotiation.status} already.")
    return negotiation


def party_of(negotiation: tables.Negotiation, organization: str) -> Party:
    """Which side an organisation is on. Raises ``Refusal`` NOT_A_PARTY."""
    if organization == negotiation.seller_uscc:
        return Party.SELLER
    if organization == negotiation.buyer_uscc:
        return Party.BUYER
    message = f"{organization} is neither seller nor buyer in {negotiation.id}; these two talk."
    raise Refusal(ErrorCode.NOT_A_PARTY, message)


def check_turn(negotiation: tables.Negotiation, party: Party) -> None:
    """Raises ``Refusal`` NOT_YOUR_TURN for the side whose own offer stands."""
    if party is not negotiation.turn:
        message = f"The offer of {negotiation.amount_fen} fen is your own; it is the {negotiation.turn}'s turn."
        raise Refusal(ErrorCode.NOT_YOUR_TURN, message)


def check_stands(negotiation: tables.Negotiation, now: datetime) -> None:
    """Raises ``Refusal`` OFFER_EXPIRED for an offer that is too old to be accepted."""
    if now >= negotiation.expires_at:
        message = f"The offer stood until {negotiation.expires_at.isoformat()}; make one of your own."
        raise Refusal(ErrorCode.OFFER_EXPIRED, message)


async def make_offer(
    session: AsyncSession,
    negotiation: tables.Negotiation,
    party: Party,
    amount_fen: int,
    note: str | None,
    now: datetime,
) -> None:
    """Put an offer on the table; it is the other side's turn then."""
    table = tables.NegotiationOffer
    counted = await session.scalar(select(func.count()).where(table.negotiation_id == negotiation.id))
    number = (counted or 0) + 1
    session.add(
        table(negotiation_id=negotiation.id, number=number, party=party, amount_fen=amount_fen, note=note, at=now)
    )
    negotiation.amount_fen = amount_fen
    negotiation.turn = Party.BUYER if party is Party.SELLER else Party.SELLER
    negotiation.expires_at = now + OFFER_STANDS
    subject = {"negotiation": negotiation.id, "offer": number, "by": party.value, "amountFen": amount_fen}
    await append_evidence(session, negotiation.achievement_id, EvidenceKind.OFFERED, subject, now)
