"""合同签署: what was agreed, until both sides have signed it, or too late.

    PENDING --one side signs, then the other, the same document--> SIGNED, and there is a deal
    PENDING --the time to sign has passed--> LAPSED

Of an auction the winner's deposit is held until then. Signed, it is given back; lapsed, it is forfeited where the winner is who did not
sign, and given back where the seller is, or where nobody could sign because the achievement's institution has not approved.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.core import tables
from subgraphs.core.evidence_log import append_evidence
from subgraphs.core.live import announce_deal
from subgraphs.core.once import SERIAL
from subgraphs.core.trade.listing import check_cleared, is_cleared, lock_achievement
from subgraphs.kit.database_writes import next_serial
from subgraphs.kit.enums import AgreementStatus, ConversionMode, EvidenceKind, PricingMode
from subgraphs.kit.errors import ErrorCode, Refusal
from subgraphs.kit.periods import CHINA

TIME_TO_SIGN: Final = timedelta(days=30)
SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What both sides have agreed on, and how they came to it."""

    achievement_id: str
    seller_uscc: str
    buyer_uscc: str
    amount_fen: int
    pricing_mode: PricingMode
    conversion_mode: ConversionMode
    demand_id: str | None = None
    broker_no: str | None = None
    auction_id: str | None = None
    licence_id: str | None = None


async def agree(session: AsyncSession, terms: Terms, now: datetime) -> tables.Agreement:
    """Put down what was agreed; both sides have 30 days to sign it."""
    name = f"{terms.achievement_id[:6]}-C"
    agreement = tables.Agreement(
        id=f"{name}-{await next_serial(session, SERIAL, name):06d}",
        achievement_id=terms.achievement_id,
        seller_uscc=terms.seller_uscc,
        buyer_uscc=terms.buyer_uscc,
        amount_fen=terms.amount_fen,
        pricing_mode=terms.pricing_mode,
        conversion_mode=terms.conversion_mode,
        demand_id=terms.demand_id,
        broker_no=terms.broker_no,
        auction_id=terms.auction_id,
        licence_id=terms.licence_id,
        status=AgreementStatus.PENDING,
        made_at=now,
        sign_by=now + TIME_TO_SIGN,
    )
    session.add(agreement)
    subject = {"agreement": agreement.id, "amountFen": terms.amount_fen, "buyer": terms.buyer_uscc}
    await append_evidence(session, terms.achievement_id, EvidenceKind.ACCEPTED, subject, now)
    return agreement


async def lock_agreement(session: AsyncSession, agreement_id: str) -> tables.Agreement:
    """An agreement that is to be signed, which nobody else changes until this transaction ends.

    Raises ``Refusal`` AGREEMENT_NOT_FOUND, AGREEMENT_OVER.
    """
    table = tables.Agreement
    await session.execute(update(table).where(table.id == agreement_id).values(amount_fen=table.amount_fen))
    agreement = await session.get(table, agreement_id)
    if agreement is None:
        raise Refusal(ErrorCode.AGREEMENT_NOT_FOUND, f"There is no agreement {agreement_id!r}; give the number of one.")
    if agreement.status is not AgreementStatus.PENDING:
        raise Refusal(ErrorCode.AGREEMENT_OVER, f"The agreement {agreement.id} is {agreement.status} already.")
    return agreement


async def sign(
    session: AsyncSession, agreement: tables.Agreement, organization: str, document: str, now: datetime
) -> None:
    """Sign for one side; the second signature makes the deal.

    Raises ``Refusal`` INVALID_DOCUMENT, NOT_A_PARTY, ALREADY_SIGNED, DOCUMENT_DIFFERS, TOO_LATE_TO_SIGN, NOT_APPROVED.
    """
    _check_signature(agreement, organization, document, now)
    record = await lock_achievement(session, agreement.achievement_id)
    await check_cleared(session, record)
    agreement.document_sha256 = document
    if organization == agreement.seller_uscc:
        agreement.seller_signed_at = now
    else:
        agreement.buyer_signed_at = now
    subject = {"agreement": agreement.id, "by": organization, "document": document}
    await append_evidence(session, record.id, EvidenceKind.SIGNATURE_GIVEN, subject, now)
    if agreement.seller_signed_at is not None and agreement.buyer_signed_at is not None:
        await _make_deal(session, agreement, now)


def _check_signature(agreement: tables.Agreement, organization: str, document: str, now: datetime) -> None:
    if not SHA256.fullmatch(document):
        message = "documentSha256 is no SHA-256 of a document; give 64 hexadecimal digits in lower case."
        raise Refusal(ErrorCode.INVALID_DOCUMENT, message)
    if organization not in (agreement.seller_uscc, agreement.buyer_uscc):
        message = f"{organization} is neither seller nor buyer in {agreement.id}; one of these has to sign."
        raise Refusal(ErrorCode.NOT_A_PARTY, message)
    is_seller = organization == agreement.seller_uscc
    if (agreement.seller_signed_at if is_seller else agreement.buyer_signed_at) is not None:
        message = f"{organization} has signed {agreement.id} already; it waits for the other side."
        raise Refusal(ErrorCode.ALREADY_SIGNED, message)
    if agreement.document_sha256 not in (None, document):
        message = f"The other side has signed {agreement.document_sha256}; sign the same document."
        raise Refusal(ErrorCode.DOCUMENT_DIFFERS, message)
    if now >= agreement.sign_by:
        message = f"{agreement.id} could be signed until {agreement.sign_by.isoformat()}; agree anew."
        raise Refusal(ErrorCode.TOO_LATE_TO_SIGN, message)


async def _make_deal(session: AsyncSession, agreement: tables.Agreement, now: datetime) -> None:
    region = agreement.achievement_id[:6]
    number = f"{await next_serial(session, SERIAL, f'{region}-T'):06d}"
    deal = tables.Deal(
        id=f"{region}-T-{number}",
        contract_no=f"{now.astimezone(CHINA).year}{region}{number}",
        region_code=region,
        pricing_mode=agreement.pricing_mode,
        conversion_mode=agreement.conversion_mode,
        amount_fen=agreement.amount_fen,
        signed_at=now,
        seller_uscc=agreement.seller_uscc,
        buyer_uscc=agreement.buyer_uscc,
        broker_no=agreement.broker_no,
        achievement_id=agreement.achievement_id,
        demand_id=agreement.demand_id,
        auction_id=agreement.auction_id,
        risk_note=None,
    )
    session.add(deal)
    await session.flush()
    agreement.status, agreement.deal_id = AgreementStatus.SIGNED, deal.id
    subject = {"deal": deal.id, "contractNo": deal.contract_no, "amountFen": deal.amount_fen}
    await append_evidence(
        session, agreement.achievement_id, EvidenceKind.CONTRACT_SIGNED, subject, now, deal_id=deal.id
    )
    await _end_deposit(session, agreement, released_at=now)
    await _convert_licence(session, agreement, deal, now)
    announce_deal(session, deal.id)


async def _convert_licence(
    session: AsyncSession, agreement: tables.Agreement, deal: tables.Deal, now: datetime
) -> None:
    if agreement.licence_id is None:
        return
    table = tables.FreeLicence
    await session.execute(update(table).where(table.id == agreement.licence_id).values(converted_into=deal.id))
    subject = {"licence": agreement.licence_id, "deal": deal.id}
    kind = EvidenceKind.LICENCE_CONVERTED
    await append_evidence(session, deal.achievement_id, kind, subject, now, deal_id=deal.id)


async def lapse(session: AsyncSession, agreement: tables.Agreement, now: datetime) -> None:
    """End an agreement that was not signed in time. Raises ``Refusal`` STILL_TIME_TO_SIGN."""
    if now < agreement.sign_by:
        message = f"{agreement.id} can be signed until {agreement.sign_by.isoformat()}; wait until then."
        raise Refusal(ErrorCode.STILL_TIME_TO_SIGN, message)
    agreement.status = AgreementStatus.LAPSED
    could_sign = await is_cleared(session, await lock_achievement(session, agreement.achievement_id))
    is_unsigned = agreement.buyer_signed_at is None
    subject = {"agreement": agreement.id, "unsignedBy": "BUYER" if is_unsigned else "SELLER", "couldSign": could_sign}
    await append_evidence(session, agreement.achievement_id, EvidenceKind.AGREEMENT_LAPSED, subject, now)
    is_buyers_fault = is_unsigned and could_sign
    await _end_deposit(session, agreement, **{"forfeited_at" if is_buyers_fault else "released_at": now})


async def _end_deposit(session: AsyncSession, agreement: tables.Agreement, **ends: datetime) -> None:
    """Hold the winner's deposit no longer."""
    if agreement.auction_id is None:
        return
    table = tables.AuctionRegistration
    held = (table.auction_id == agreement.auction_id) & table.released_at.is_(None) & table.forfeited_at.is_(None)
    await session.execute(update(table).where(held).values(**ends))


async def agree_on_auction(session: AsyncSession, auction: tables.Auction, now: datetime) -> None:
    """What the hammer has decided is agreed: the highest bidder buys from the owner at the hammer's price.

    Where nobody knows who bid, or who owns the achievement, there is nothing to sign.
    """
    bid = tables.Bid
    highest = select(bid).where(bid.auction_id == auction.id).order_by(bid.amount_fen.desc()).limit(1)
    best = await session.scalar(highest)
    record = await session.get(tables.ListingRecord, auction.achievement_id)
    if best is None or best.bidder_uscc is None or record is None or record.owner_uscc is None:
        return
    terms = Terms(
        achievement_id=auction.achievement_id,
        seller_uscc=record.owner_uscc,
        buyer_uscc=best.bidder_uscc,
        amount_fen=best.amount_fen,
        pricing_mode=PricingMode.AUCTION,
        conversion_mode=ConversionMode.ASSIGNMENT,
        auction_id=auction.id,
    )
    await agree(session, terms, now)
