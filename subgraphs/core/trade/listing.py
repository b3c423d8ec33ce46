"""What every trade begins with: the achievement, held fast, and whether it may be sold, by whom and to whom."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.core import tables
from subgraphs.core.live import OVER
from subgraphs.kit.enums import AgreementStatus, ApprovalStatus, AuctionStatus, ListedOfferStatus, ListingKind
from subgraphs.kit.errors import ErrorCode, Refusal

CLEARED = frozenset({ApprovalStatus.APPROVED, ApprovalStatus.RELEASED})
"""The statuses of an approval case in which a contract may be signed."""


async def lock_achievement(session: AsyncSession, achievement_id: str) -> tables.ListingRecord:
    """What core knows of an achievement, of which nobody else trades until this transaction ends.

    Raises ``Refusal`` ACHIEVEMENT_NOT_FOUND.
    """
    table = tables.ListingRecord
    await session.execute(update(table).where(table.id == achievement_id).values(kind=table.kind))
    record = await session.get(table, achievement_id)
    if record is None or record.kind is not ListingKind.ACHIEVEMENT:
        message = f"Core knows no achievement {achievement_id!r}; give the id of another."
        raise Refusal(ErrorCode.ACHIEVEMENT_NOT_FOUND, message)
    return record


async def check_free(session: AsyncSession, achievement_id: str, now: datetime, *, besides: str = "") -> None:
    """Raises ``Refusal`` ACHIEVEMENT_NOT_FREE where it was traded, or is being: an achievement has one contract at most.

    ``besides`` is the number of the auction or offer that asks.
    """
    deal, auction, offer, agreement = tables.Deal, tables.Auction, tables.ListedOffer, tables.Agreement
    running = auction.status.in_(set(AuctionStatus) - OVER)
    on_offer = (offer.status == ListedOfferStatus.OPEN) & (offer.closes_at > now)
    found = select(deal.id).where(deal.achievement_id == achievement_id).limit(1)
    others = (
        select(auction.id).where(auction.achievement_id == achievement_id, auction.id != besides, running).limit(1),
        select(offer.id).where(offer.achievement_id == achievement_id, offer.id != besides, on_offer).limit(1),
        select(agreement.id)
        .where(agreement.achievement_id == achievement_id, agreement.status == AgreementStatus.PENDING)
        .limit(1),
    )
    for statement in (found, *others):
        if (other := await session.scalar(statement)) is not None:
            message = f"The achievement {achievement_id} is in {other}; trade another one."
            raise Refusal(ErrorCode.ACHIEVEMENT_NOT_FREE, message)


def check_parties(record: tables.ListingRecord, seller_uscc: str, buyer_uscc: str) -> None:
    """Raises ``Refusal`` NOT_THE_OWNER where the seller does not own the achievement, OWN_ACHIEVEMENT where the buyer does."""
    if record.owner_uscc != seller_uscc:
        message = f"The achievement {record.id} is not the seller's; its owner alone can sell it."
        raise Refusal(ErrorCode.NOT_THE_OWNER, message)
    if buyer_uscc == seller_uscc:
        raise Refusal(ErrorCode.OWN_ACHIEVEMENT, f"The achievement {record.id} is the buyer's own; another has to buy.")


async def check_organization(session: AsyncSession, uscc: str) -> None:
    """Raises ``Refusal`` ORGANIZATION_NOT_FOUND for a code that nobody has."""
    if await session.get(tables.Organization, uscc) is None:
        message = f"There is no organisation {uscc!r}; give the code of one that is registered."
        raise Refusal(ErrorCode.ORGANIZATION_NOT_FOUND, message)


async def check_broker(session: AsyncSession, broker_no: str | None) -> None:
    """Raises ``Refusal`` BROKER_NOT_FOUND for a number that nobody has."""
    if broker_no is not None and await session.get(tables.Broker, broker_no) is None:
        message = f"There is no broker {broker_no!r}; give a number of registration, or none."
        raise Refusal(ErrorCode.BROKER_NOT_FOUND, message)


async def check_demand(session: AsyncSession, demand_id: str | None) -> None:
    """Raises ``Refusal`` DEMAND_NOT_FOUND for a demand that core has not heard of."""
    if demand_id is None:
        return
    record = await session.get(tables.ListingRecord, demand_id)
    if record is None or record.kind is not ListingKind.DEMAND:
        raise Refusal(ErrorCode.DEMAND_NOT_FOUND, f"Core knows no demand {demand_id!r}; give the id of another.")


async def check_cleared(session: AsyncSession, record: tables.ListingRecord) -> None:
    """Raises ``Refusal`` NOT_APPROVED for a service invention without an approval, and for any whose approval is not through.

    安心屋: an institution decides on what was invented in its service before it is signed away.
    """
    status = await _approval(session, record)
    if _is_through(status, record):
        return
    has = "has no approval case" if status is None else f"has an approval case that is {status}"
    message = f"The achievement {record.id} {has}; its institution has to approve before anybody signs."
    raise Refusal(ErrorCode.NOT_APPROVED, message)


async def is_cleared(session: AsyncSession, record: tables.ListingRecord) -> bool:
    """Whether a contract over an achievement may be signed, as :func:`check_cleared` has it."""
    return _is_through(await _approval(session, record), record)


async def _approval(session: AsyncSession, record: tables.ListingRecord) -> ApprovalStatus | None:
    table = tables.ApprovalCase
    found: ApprovalStatus | None = await session.scalar(select(table.status).where(table.achievement_id == record.id))
    return found


def _is_through(status: ApprovalStatus | None, record: tables.ListingRecord) -> bool:
    return status in CLEARED or (status is None and not record.service_invention)
