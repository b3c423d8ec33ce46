"""The whole market, made in the order in which its parts need each other: this page is the generator's table of contents."""

from collections.abc import Iterator
from dataclasses import dataclass

from subgraphs.demo.achievements import Achievement, make_achievements
from subgraphs.demo.answers import Answer, make_answers
from subgraphs.demo.approvals import Approval, FreeLicence, make_approvals, make_licences
from subgraphs.demo.auctions import Auction, make_auctions
from subgraphs.demo.brokers import Broker, make_brokers
from subgraphs.demo.contributions import Contribution, make_contributions
from subgraphs.demo.days import LAST_MOMENT, day_of, later, moment_between
from subgraphs.demo.deals import Deal, make_deals
from subgraphs.demo.demands import Demand, make_demands
from subgraphs.demo.draw import Draw
from subgraphs.demo.history import (
    Event,
    Record,
    Seal,
    approval_events,
    auction_events,
    deal_events,
    licence_events,
    make_chains,
    make_seals,
)
from subgraphs.demo.organizations import Register, make_organizations
from subgraphs.demo.programmes import MATCHED_STAGES, Entry, Listing, make_entries, make_listings
from subgraphs.kit.enums import AuctionStatus, ChallengeStage, EvidenceKind, ListingStatus

_UNDER_THE_HAMMER = (AuctionStatus.OPEN, AuctionStatus.EXTENDED, AuctionStatus.SCHEDULED)


@dataclass(frozen=True, slots=True)
class Market:
    """Everything that the five databases are filled from. ``status_of`` tells the status of each listing by its id."""

    register: Register
    brokers: list[Broker]
    achievements: list[Achievement]
    demands: list[Demand]
    answers: list[Answer]
    deals: list[Deal]
    auctions: list[Auction]
    approvals: list[Approval]
    licences: list[FreeLicence]
    listings: list[Listing]
    entries: list[Entry]
    contributions: list[Contribution]
    status_of: dict[str, ListingStatus]
    records: list[Record]
    seals: list[Seal]
    root_of: dict[str, str]


def make_market() -> Market:
    """Make the whole market. Nothing goes in: the same comes out every time."""
    register = make_organizations()
    brokers = make_brokers(register)
    achievements, demands = make_achievements(register), make_demands(register)
    deals = make_deals(achievements, demands, register, brokers)
    auctions = make_auctions(achievements, deals, register)
    approvals = make_approvals(achievements, deals)
    licences = make_licences(achievements, deals, register)
    answers = make_answers(demands, achievements, deals, register)
    entries = make_entries(demands)
    status_of = dict(_achievement_statuses(achievements, deals, auctions, licences))
    status_of |= _demand_statuses(demands, deals, entries, answers)
    records = make_chains(
        [
            *_publications(achievements, demands, status_of),
            *approval_events(approvals),
            *auction_events(auctions, {deal.achievement.id: deal for deal in deals}),
            *deal_events(deals, answers),
            *licence_events(licences),
        ]
    )
    seals, root_of = make_seals(records)
    return Market(
        register=register,
        brokers=brokers,
        achievements=achievements,
        demands=demands,
        answers=answers,
        deals=deals,
        auctions=auctions,
        approvals=approvals,
        licences=licences,
        listings=make_listings(demands),
        entries=entries,
        contributions=make_contributions(brokers, demands, deals),
        status_of=status_of,
        records=records,
        seals=seals,
        root_of=root_of,
    )


def _achievement_statuses(
    achievements: list[Achievement], deals: list[Deal], auctions: list[Auction], licences: list[FreeLicence]
) -> Iterator[tuple[str, ListingStatus]]:
    signed = {deal.achievement.id for deal in deals}
    open_now = {auction.achievement.id for auction in auctions if auction.status in _UNDER_THE_HAMMER}
    open_now |= {licence.achievement.id for licence in licences}
    for achievement in achievements:
        lot = Draw(f"status:{achievement.id}").below(100)
        if achievement.id in signed:
            yield achievement.id, ListingStatus.SIGNED
        elif lot >= 10 or achievement.id in open_now:
            yield achievement.id, ListingStatus.OPEN
        else:
            yield achievement.id, ListingStatus.WITHDRAWN if lot < 2 else ListingStatus.MATCHED


def _demand_statuses(
    demands: list[Demand], deals: list[Deal], entries: list[Entry], answers: list[Answer]
) -> dict[str, ListingStatus]:
    """By lot at first; what was answered may be matched; then what the challenge and the deals made of it."""
    answered = {answer.demand.id for answer in answers}
    statuses = {}
    for demand in demands:
        lot = Draw(f"status:{demand.id}").below(100)
        matched = lot < 16 and demand.id in answered
        statuses[demand.id] = ListingStatus.MATCHED if matched else ListingStatus.OPEN
        if lot >= 97 and demand.id not in answered:
            statuses[demand.id] = ListingStatus.WITHDRAWN
    for entry in entries:
        if entry.stage in MATCHED_STAGES:
            signed = entry.stage is ChallengeStage.SIGNED
            statuses[entry.demand.id] = ListingStatus.SIGNED if signed else ListingStatus.MATCHED
    return statuses | {deal.demand.id: ListingStatus.SIGNED for deal in deals if deal.demand}


def _publications(
    achievements: list[Achievement], demands: list[Demand], status_of: dict[str, ListingStatus]
) -> Iterator[Event]:
    """Each listing was published, and some have been withdrawn."""
    owners = [(a.id, a.title, a.published_at, a.owner) for a in achievements]
    publishers = [(d.id, d.title, d.published_at, d.publisher) for d in demands]
    for identity, title, published_at, organization in [*owners, *publishers]:
        subject = {"listing": identity, "title": title, "organization": organization.uscc}
        yield Event(identity, published_at, EvidenceKind.PUBLISHED, subject)
        if status_of[identity] is ListingStatus.WITHDRAWN:
            first, last = day_of(published_at), day_of(LAST_MOMENT)
            moment = moment_between(Draw(f"withdrawn:{identity}"), first, min(later(first, 120), last))
            yield Event(identity, max(moment, published_at), EvidenceKind.WITHDRAWN, {"listing": identity})
