"""上链存证: every listing's history as a chain of evidence, and every day's evidence under a seal."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from subgraphs.demo.answers import Answer
from subgraphs.demo.approvals import Approval, FreeLicence
from subgraphs.demo.auctions import Auction
from subgraphs.demo.days import DATA_DATE, at_office, day_of, later
from subgraphs.demo.deals import Deal
from subgraphs.kit.enums import ApprovalStatus, AuctionStatus, EvidenceKind
from subgraphs.kit.evidence import record_hash, seal_root

_PASSED: Final = (ApprovalStatus.APPROVED, ApprovalStatus.RELEASED)
_CLOSED: Final = (AuctionStatus.SOLD, AuctionStatus.UNSOLD)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a listing."""

    chain: str
    at: datetime
    kind: EvidenceKind
    subject: dict[str, Any]
    deal_id: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """An event in its chain."""

    event: Event
    height: int
    sha256: str
    previous: str | None


@dataclass(frozen=True, slots=True)
class Seal:
    """A day's records under one root."""

    root: str
    day: date
    previous: str | None
    count: int


def make_chains(events: Iterable[Event]) -> list[Record]:
    """Chain the events of each listing in the order in which they happened."""
    chains: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        chains[event.chain].append(event)
    records = []
    for chain, happened in sorted(chains.items()):
        previous: str | None = None
        for height, event in enumerate(sorted(happened, key=lambda event: (event.at, event.kind))):
            digest = record_hash(
                chain=chain,
                height=height,
                kind=event.kind,
                recorded_at=event.at,
                subject=event.subject,
                previous=previous,
            )
            records.append(Record(event, height, digest, previous))
            previous = digest
    return records


def make_seals(records: list[Record]) -> tuple[list[Seal], dict[str, str]]:
    """Seal every day before the data date; also tells each sealed record's root by the record's hash."""
    days: dict[date, list[Record]] = defaultdict(list)
    for record in records:
        days[day_of(record.event.at)].append(record)
    seals: list[Seal] = []
    root_of: dict[str, str] = {}
    for day in sorted(day for day in days if day < DATA_DATE):
        sealed = sorted(days[day], key=lambda record: (record.event.at, record.event.chain, record.height))
        previous = seals[-1].root if seals else None
        root = seal_root([record.sha256 for record in sealed], previous)
        seals.append(Seal(root, day, previous, len(sealed)))
        root_of |= {record.sha256: root for record in sealed}
    return seals, root_of


def auction_events(auctions: list[Auction], deal_of: dict[str, Deal]) -> Iterator[Event]:
    """Bids and the hammer."""
    for auction in auctions:
        deal = deal_of.get(auction.achievement.id)
        deal_id = deal.id if deal else None
        for number, bid in enumerate(auction.bids, 1):
            subject = {"auction": auction.id, "bid": number, "paddleNo": bid.paddle_no, "amountFen": bid.amount_fen}
            yield Event(auction.achievement.id, bid.at, EvidenceKind.BID_PLACED, subject, deal_id)
        if auction.status in _CLOSED:
            subject = {"auction": auction.id, "status": auction.status.value}
            yield Event(auction.achievement.id, auction.closes_at, EvidenceKind.AUCTION_CLOSED, subject, deal_id)


def deal_events(deals: list[Deal], answers: list[Answer]) -> Iterator[Event]:
    """Contracts, in the chain of the achievement and, where there was a demand, of the demand with its answers."""
    for answer in answers:
        subject: dict[str, Any] = {"answer": answer.id, "organization": answer.organization.uscc}
        yield Event(answer.demand.id, answer.at, EvidenceKind.OFFERED, subject)
    for deal in deals:
        subject = {"deal": deal.id, "contractNo": deal.contract_no, "amountFen": deal.amount_fen}
        yield Event(deal.achievement.id, deal.signed_at, EvidenceKind.CONTRACT_SIGNED, subject, deal.id)
        if deal.demand:
            accepted = {"achievement": deal.achievement.id, "organization": deal.achievement.owner.uscc}
            yield Event(deal.demand.id, deal.signed_at, EvidenceKind.ACCEPTED, accepted, deal.id)


def approval_events(approvals: list[Approval]) -> Iterator[Event]:
    """Approvals that have passed, on the morning after the days of publicity."""
    for approval in approvals:
        if approval.status in _PASSED and approval.publicity_to:
            subject = {"approval": approval.id, "institution": approval.achievement.owner.uscc}
            at = at_office(later(approval.publicity_to, 1), 60)
            yield Event(approval.achievement.id, at, EvidenceKind.APPROVAL_PASSED, subject)


def licence_events(licences: list[FreeLicence]) -> Iterator[Event]:
    """Free licences, and their conversion into deals."""
    for licence in licences:
        identity, subject = licence.achievement.id, {"licence": licence.id, "licensee": licence.licensee.uscc}
        yield Event(identity, at_office(licence.free_from, 90), EvidenceKind.LICENCE_GRANTED, subject)
        if deal := licence.deal:
            yield Event(identity, deal.signed_at, EvidenceKind.LICENCE_CONVERTED, {**subject, "deal": deal.id}, deal.id)
