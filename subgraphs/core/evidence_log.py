"""Append to a listing's chain of evidence, in the transaction of what it is evidence of."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.core import tables
from subgraphs.kit.enums import EvidenceKind
from subgraphs.kit.errors import ErrorCode, Refusal
from subgraphs.kit.evidence import record_hash


async def append_evidence(
    session: AsyncSession,
    chain: str,
    kind: EvidenceKind,
    subject: Mapping[str, Any],
    at: datetime,
    *,
    deal_id: str | None = None,
) -> None:
    """Append a record to the chain of a listing, which nobody else appends to until this transaction ends.

    With ``deal_id`` it is evidence of a deal, too.

    Raises ``Refusal`` ACHIEVEMENT_NOT_FOUND where core knows no such listing.
    """
    listing, table = tables.ListingRecord, tables.Evidence
    locked = update(listing).where(listing.id == chain).values(kind=listing.kind).returning(listing.id)
    if (await session.execute(locked)).one_or_none() is None:
        raise Refusal(ErrorCode.ACHIEVEMENT_NOT_FOUND, f"Core knows no listing {chain!r}; give the id of another.")
    head = await session.get(tables.EvidenceHead, chain, populate_existing=True)
    height, previous = (0, None) if head is None else (head.height + 1, head.sha256)
    digest = record_hash(chain=chain, height=height, kind=kind, recorded_at=at, subject=subject, previous=previous)
    session.add(
        table(
            chain=chain,
            height=height,
            kind=kind,
            subject=dict(subject),
            sha256=digest,
            previous_sha256=previous,
            recorded_at=at,
            sealed_in_root=None,
            deal_id=deal_id,
        )
    )
    if head is None:
        session.add(tables.EvidenceHead(chain=chain, height=height, sha256=digest))
    else:
        head.height, head.sha256 = height, digest
    await session.flush()
