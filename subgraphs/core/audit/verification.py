"""Whether chains of evidence are whole: each record hashed and linked anew, each seal made anew; the first fault is named.

What was cut off at the end of a chain is missed by the chain's head, by its seal's count, and, for a deal, by what the deal itself says.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.core import tables
from subgraphs.core.audit.sealing import day_of, in_seal_order
from subgraphs.kit.enums import EvidenceFaultKind, EvidenceKind
from subgraphs.kit.evidence import ChainRecord, chain_faults, seal_root

Records = Sequence[tables.Evidence]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, in which chain at which height; without a chain it is a seal of many."""

    kind: EvidenceFaultKind
    message: str
    chain: str | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of verifying some chains."""

    chains: list[str]
    record_count: int
    sealed_count: int
    fault: Fault | None


@dataclass(slots=True)
class Found:
    """What the database holds of some chains: their records, all seals, the records under the seals concerned, and how many each holds."""

    chains: dict[str, list[tables.Evidence]]
    seals: list[tables.EvidenceSeal]
    under: dict[str, list[tables.Evidence]] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    heads: Mapping[str, tables.EvidenceHead] = field(default_factory=dict)
    """How far each chain is known to have come."""


async def read_chains(session: AsyncSession, chains: Sequence[str]) -> Found:
    """Read what verifying takes."""
    table, seal = tables.Evidence, tables.EvidenceSeal
    records = await session.scalars(select(table).where(table.chain.in_(chains)).order_by(table.chain, table.height))
    by_chain: dict[str, list[tables.Evidence]] = {chain: [] for chain in sorted(chains)}
    for record in records:
        by_chain[record.chain].append(record)
    head = tables.EvidenceHead
    heads = await session.scalars(select(head).where(head.chain.in_(chains)))
    seals = list(await session.scalars(select(seal).order_by(seal.sealed_on)))
    roots = {record.sealed_in_root for found in by_chain.values() for record in found} - {None}
    found = Found(by_chain, seals, heads={each.chain: each for each in heads})
    for root in roots:
        under = await session.scalars(select(table).where(table.sealed_in_root == root))
        found.under[root or ""] = in_seal_order(list(under))
    counted = select(table.sealed_in_root, func.count()).group_by(table.sealed_in_root)
    found.counts = {root: count for root, count in await session.execute(counted) if root is not None}
    return found


def verify(found: Found, deal_faults: Iterator[Fault]) -> Verification:
    """Look for the first fault: in the chains, in their seals, then in what the deal says."""
    records = [record for chain in found.chains.values() for record in chain]
    faults = (
        *(_chain_faults(chain, records, found.heads.get(chain)) for chain, records in found.chains.items()),
        _seal_faults(found),
        deal_faults,
    )
    first = next((fault for each in faults for fault in each), None)
    sealed = sum(record.sealed_in_root is not None for record in records)
    return Verification(list(found.chains), len(records), sealed, first)


def _chain_faults(chain: str, records: Records, head: tables.EvidenceHead | None) -> Iterator[Fault]:
    for kind, height, message in chain_faults(map(_as_found, records)):
        yield Fault(EvidenceFaultKind(kind.value), message, chain, height)
    yield from _end_faults(chain, records, head)


def _end_faults(chain: str, records: Records, head: tables.EvidenceHead | None) -> Iterator[Fault]:
    """Whether a chain ends where it is known to have come."""
    last = records[-1] if records else None
    if head is not None and (last is None or last.height < head.height):
        height = 0 if last is None else last.height + 1
        message = f"{chain} has no record at height {height}; it goes up to {head.height}."
        yield Fault(EvidenceFaultKind.RECORD_MISSING, message, chain, height)
    elif last is not None and (head is None or (last.height, last.sha256) != (head.height, head.sha256)):
        message = f"The record at height {last.height} of {chain} is not the one that the chain is known to end with."
        yield Fault(EvidenceFaultKind.LINK_BROKEN, message, chain, last.height)


def _as_found(record: tables.Evidence) -> ChainRecord:
    return ChainRecord(
        chain=record.chain,
        height=record.height,
        kind=record.kind,
        recorded_at=record.recorded_at,
        subject=record.subject,
        sha256=record.sha256,
        previous=record.previous_sha256,
    )


def _seal_faults(found: Found) -> Iterator[Fault]:
    by_root = {seal.root: seal for seal in found.seals}
    days = {seal.sealed_on for seal in found.seals}
    for chain, records in found.chains.items():
        yield from _unsealed(chain, records, by_root, days)
    yield from _links(found.seals)
    for root, records in found.under.items():
        seal = by_root[root]
        made = seal_root([record.sha256 for record in records], seal.previous_root)
        if made != root or len(records) != seal.record_count:
            yield _broken(seal, len(records))
    yield from _cut_off(found)


def _unsealed(
    chain: str, records: Records, by_root: Mapping[str, tables.EvidenceSeal], days: set[date]
) -> Iterator[Fault]:
    for record in records:
        root, day = record.sealed_in_root, day_of(record.recorded_at)
        if root is None and day in days:
            message = f"The record at height {record.height} of {chain} is under no seal, though its day is sealed."
            yield Fault(EvidenceFaultKind.RECORD_UNSEALED, message, chain, record.height)
        elif root is not None and (root not in by_root or by_root[root].sealed_on < day):
            message = f"The record at height {record.height} of {chain} names {root}, which is no seal since its day."
            yield Fault(EvidenceFaultKind.SEAL_MISSING, message, chain, record.height)
            return


def _links(seals: Sequence[tables.EvidenceSeal]) -> Iterator[Fault]:
    previous = None
    for seal in seals:
        if seal.previous_root != previous:
            message = f"The seal of {seal.sealed_on} does not hold the root of the one before it."
            yield Fault(EvidenceFaultKind.SEAL_BROKEN, message)
        previous = seal.root


def _cut_off(found: Found) -> Iterator[Fault]:
    """A record that was cut off at a chain's end is missing under a seal of a later day."""
    since = min((day_of(records[-1].recorded_at) for records in found.chains.values() if records), default=date.min)
    for seal in found.seals:
        if seal.sealed_on >= since and found.counts.get(seal.root, 0) != seal.record_count:
            yield _broken(seal, found.counts.get(seal.root, 0))


def _broken(seal: tables.EvidenceSeal, count: int) -> Fault:
    message = f"The seal of {seal.sealed_on} over {seal.record_count} records does not fit the {count} that are there."
    return Fault(EvidenceFaultKind.SEAL_BROKEN, message)


def deal_faults(deal: tables.Deal, payments: Sequence[tables.Payment], records: Records) -> Iterator[Fault]:
    """What a deal says that its evidence does not."""
    chain = deal.achievement_id
    own = [record for record in records if record.deal_id == deal.id]
    contract = {"deal": deal.id, "contractNo": deal.contract_no, "amountFen": deal.amount_fen}
    signed = next((record for record in own if record.kind is EvidenceKind.CONTRACT_SIGNED), None)
    if signed is None:
        yield Fault(EvidenceFaultKind.RECORD_MISSING, f"{chain} has no record that {deal.id} was signed.", chain)
    elif signed.subject != contract:
        message = f"What {deal.id} says is not what was recorded at height {signed.height} of {chain}."
        yield Fault(EvidenceFaultKind.CONTENT_CHANGED, message, chain, signed.height)
    paid = [record.subject for record in own if record.kind is EvidenceKind.PAYMENT_RECEIVED]
    shown = [{"deal": deal.id, "payment": one.number, "amountFen": one.amount_fen} for one in payments]
    if paid != shown:
        message = f"The payments for {deal.id} are not those that were recorded in {chain}."
        yield Fault(EvidenceFaultKind.CONTENT_CHANGED, message, chain)
