"""Core's rows of trading: deals, auctions, bids, approvals, licences, evidence, and the numbers next in turn."""

from collections import Counter

from subgraphs.core import tables
from subgraphs.demo.achievements import Achievement
from subgraphs.demo.deals import Deal
from subgraphs.demo.demands import Demand
from subgraphs.demo.market import Market
from subgraphs.demo.programmes import CHALLENGE_YEAR, PROGRAMME_YEAR
from subgraphs.demo.rows.kinds import Row, Rows
from subgraphs.kit.enums import AuctionStatus, ListingKind


def trading_rows(market: Market) -> Rows:
    """Rows of every table about listings and what became of them."""
    return {
        tables.ListingRecord: [
            *map(_achievement_row, market.achievements),
            *map(_demand_row, market.demands),
        ],
        **_auction_rows(market),
        **_deal_rows(market),
        **_approval_rows(market),
        **_evidence_rows(market),
        tables.Serial: _serials(market),
    }


def _achievement_row(achievement: Achievement) -> Row:
    return {
        **_listing_row(ListingKind.ACHIEVEMENT, achievement),
        "owner_uscc": achievement.owner.uscc,
        "maturity_level": achievement.maturity,
        "service_invention": achievement.service_invention,
    }


def _demand_row(demand: Demand) -> Row:
    return {
        **_listing_row(ListingKind.DEMAND, demand),
        "owner_uscc": demand.publisher.uscc,
        "maturity_level": None,
        "service_invention": None,
    }


def _listing_row(kind: ListingKind, listing: Achievement | Demand) -> Row:
    return {
        "id": listing.id,
        "kind": kind,
        "title": listing.title,
        "county_code": listing.county.code,
        "field_code": listing.leaf.code,
        "news_number": None,
    }


def _deal_rows(market: Market) -> Rows:
    sold = {a.achievement.id: a.id for a in market.auctions if a.status is AuctionStatus.SOLD}
    return {tables.Deal: [_deal_row(deal, sold.get(deal.achievement.id)) for deal in market.deals]}


def _deal_row(deal: Deal, auction_id: str | None) -> Row:
    return {
        "id": deal.id,
        "contract_no": deal.contract_no,
        "region_code": deal.achievement.city,
        "pricing_mode": deal.mode,
        "conversion_mode": deal.conversion,
        "amount_fen": deal.amount_fen,
        "signed_at": deal.signed_at,
        "seller_uscc": deal.achievement.owner.uscc,
        "buyer_uscc": deal.buyer.uscc,
        "broker_no": deal.broker.registration_no if deal.broker else None,
        "achievement_id": deal.achievement.id,
        "demand_id": deal.demand.id if deal.demand else None,
        "auction_id": auction_id,
        "risk_note": deal.risk_note,
    }


def _auction_rows(market: Market) -> Rows:
    return {
        tables.Auction: [
            {
                "id": a.id,
                "achievement_id": a.achievement.id,
                "status": a.status,
                "start_price_fen": a.start_fen,
                "increment_fen": a.increment_fen,
                "deposit_fen": a.deposit_fen,
                "reserve_price_fen": a.reserve_fen,
                "current_price_fen": a.bids[-1].amount_fen if a.bids else None,
                "opens_at": a.opens_at,
                "closes_at": a.closes_at,
            }
            for a in market.auctions
        ],
        tables.Bid: [
            {
                "id": f"{a.id}-{number:02d}",
                "auction_id": a.id,
                "paddle_no": bid.paddle_no,
                "amount_fen": bid.amount_fen,
                "at": bid.at,
                "bidder_uscc": bid.bidder.uscc,
            }
            for a in market.auctions
            for number, bid in enumerate(a.bids, 1)
        ],
    }


def _approval_rows(market: Market) -> Rows:
    return {
        tables.ApprovalCase: [
            {
                "id": a.id,
                "institution_uscc": a.achievement.owner.uscc,
                "achievement_id": a.achievement.id,
                "status": a.status,
                "inventor_share": a.inventor_share,
                "usage_right_years": a.usage_right_years,
                "publicity_from": a.publicity_from,
                "publicity_to": a.publicity_to,
                "objections": a.objections,
                "single_listed": a.single_listed,
            }
            for a in market.approvals
        ],
        tables.FreeLicence: [
            {
                "id": licence.id,
                "achievement_id": licence.achievement.id,
                "licensee_uscc": licence.licensee.uscc,
                "county_code": licence.licensee.place.code,
                "free_from": licence.free_from,
                "free_to": licence.free_to,
                "converted_into": licence.deal.id if licence.deal else None,
                "price_fen": None,
                "ended_on": None,
            }
            for licence in market.licences
        ],
    }


def _evidence_rows(market: Market) -> Rows:
    return {
        tables.EvidenceSeal: [
            {"root": seal.root, "sealed_on": seal.day, "previous_root": seal.previous, "record_count": seal.count}
            for seal in market.seals
        ],
        tables.EvidenceHead: [
            {"chain": record.event.chain, "height": record.height, "sha256": record.sha256}
            for record in {record.event.chain: record for record in market.records}.values()
        ],
        tables.Evidence: [
            {
                "chain": record.event.chain,
                "height": record.height,
                "kind": record.event.kind,
                "subject": record.event.subject,
                "sha256": record.sha256,
                "previous_sha256": record.previous,
                "recorded_at": record.event.at,
                "sealed_in_root": market.root_of.get(record.sha256),
                "deal_id": record.event.deal_id,
            }
            for record in market.records
        ],
    }


def _serials(market: Market) -> list[Row]:
    """The last number of each city's deals, auctions, approvals and licences, of each auction's bids, and of lists."""
    last = Counter(deal.id[:8] for deal in market.deals)
    last.update(auction.id[:8] for auction in market.auctions)
    last.update(approval.id[:8] for approval in market.approvals)
    last.update(licence.id[:8] for licence in market.licences)
    last.update({auction.id: len(auction.bids) for auction in market.auctions})
    last.update(f"{item.programme}:{PROGRAMME_YEAR}" for item in market.listings)
    last.update({f"challenge:{CHALLENGE_YEAR}": len(market.entries)})
    return [{"name": name, "last": number} for name, number in last.items()]
