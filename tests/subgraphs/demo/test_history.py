"""What happened in the demo's market holds together: evidence verifies, auctions rise, deals match what they came from."""

import json
import sqlite3
from datetime import UTC, datetime
from itertools import groupby

import pytest

from subgraphs.demo.uscc import is_uscc
from subgraphs.healthcare.classification import regulatory_class
from subgraphs.kit.evidence import record_hash, seal_root


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_every_chain_of_evidence_verifies(databases: sqlite3.Connection) -> None:
    """From the rows alone each hash is recomputed, each chain begins at 0 without a hash before it and has no gap."""
    rows = databases.execute("SELECT * FROM core.evidence ORDER BY chain, height").fetchall()
    assert len(rows) > 16_676
    for _, chain in groupby(rows, key=lambda row: row["chain"]):
        previous, last = None, ""
        for height, row in enumerate(chain):
            assert (row["height"], row["previous_sha256"]) == (height, previous)
            assert row["recorded_at"] >= last
            previous, last = row["sha256"], row["recorded_at"]
            assert previous == record_hash(
                chain=row["chain"],
                height=height,
                kind=row["kind"],
                recorded_at=moment(row["recorded_at"]),
                subject=json.loads(row["subject"]),
                previous=row["previous_sha256"],
            )


def test_every_seal_verifies_and_only_the_last_day_is_open(databases: sqlite3.Connection) -> None:
    """Each day's root is recomputed from its records and the root before; what is not sealed is of the data date."""
    previous = None
    sql = "SELECT sha256 FROM core.evidence WHERE sealed_in_root = ? ORDER BY recorded_at, chain, height"
    for seal in databases.execute("SELECT * FROM core.evidence_seal ORDER BY sealed_on").fetchall():
        hashes = [row["sha256"] for row in databases.execute(sql, (seal["root"],))]
        assert (seal["previous_root"], seal["record_count"]) == (previous, len(hashes))
        assert seal["root"] == seal_root(hashes, previous)
        previous = seal["root"]
    unsealed = "SELECT min(recorded_at) FROM core.evidence WHERE sealed_in_root IS NULL"
    assert databases.execute(unsealed).fetchone()[0] >= "2022-06-26 16:00:00"


CONTRADICTIONS = {
    "nothing happened after the data date": """
        SELECT id FROM city.achievement WHERE published_at > '2022-06-27 10:00' UNION ALL
        SELECT id FROM city.demand WHERE published_at > '2022-06-27 10:00' UNION ALL
        SELECT id FROM city.demand_answer WHERE at > '2022-06-27 10:00' UNION ALL
        SELECT id FROM core.deal WHERE signed_at > '2022-06-27 10:00' UNION ALL
        SELECT id FROM core.bid WHERE at > '2022-06-27 10:00' UNION ALL
        SELECT id FROM core.contribution WHERE at > '2022-06-27 10:00' UNION ALL
        SELECT chain FROM core.evidence WHERE recorded_at > '2022-06-27 10:00'""",
    "deals lie between 2021 and the data date": "SELECT id FROM core.deal WHERE signed_at < '2021-01-01'",
    "a deal is signed after its achievement is published": """
        SELECT d.id FROM core.deal d JOIN city.achievement a ON a.id = d.achievement_id WHERE d.signed_at <= a.published_at""",
    "the seller is the achievement's owner": """
        SELECT d.id FROM core.deal d JOIN city.achievement a ON a.id = d.achievement_id
        WHERE d.seller_uscc <> a.owner_uscc OR d.buyer_uscc = d.seller_uscc OR d.region_code <> a.city_code""",
    "traded achievements and only they are signed": """
        SELECT a.id FROM city.achievement a LEFT JOIN core.deal d ON d.achievement_id = a.id
        WHERE (a.status = 'SIGNED') <> (d.id IS NOT NULL)""",
    "a demand that a deal met is signed, its buyer published it, and the seller answered it": """
        SELECT d.id FROM core.deal d JOIN city.demand n ON n.id = d.demand_id
        WHERE n.status <> 'SIGNED' OR n.publisher_uscc <> d.buyer_uscc OR NOT EXISTS (
            SELECT 1 FROM city.demand_answer w WHERE w.demand_id = n.id AND w.achievement_id = d.achievement_id)""",
    "auctions and nothing else lead to auction deals, at the hammer's price": """
        SELECT d.id FROM core.deal d LEFT JOIN core.auction a ON a.id = d.auction_id
        WHERE (d.pricing_mode = 'AUCTION') <> (a.id IS NOT NULL)
        OR a.current_price_fen <> d.amount_fen OR a.status <> 'SOLD' OR a.closes_at > d.signed_at""",
    "the current price is the highest bid": """
        SELECT a.id FROM core.auction a WHERE a.current_price_fen IS NOT (
            SELECT max(amount_fen) FROM core.bid b WHERE b.auction_id = a.id)""",
    "bids rise by whole increments, in time, while the auction is open, and nobody outbids himself": """
        SELECT id FROM (
            SELECT b.id, b.amount_fen, b.at, b.bidder_uscc, a.increment_fen, a.start_price_fen, a.opens_at, a.closes_at,
            lag(b.amount_fen) OVER w AS lower, lag(b.at) OVER w AS before, lag(b.bidder_uscc) OVER w AS other
            FROM core.bid b JOIN core.auction a ON a.id = b.auction_id WINDOW w AS (PARTITION BY a.id ORDER BY b.id))
        WHERE amount_fen <= lower OR (amount_fen - lower) % increment_fen <> 0 OR at < before OR bidder_uscc = other
        OR at < opens_at OR at > closes_at OR amount_fen < start_price_fen""",
    "open auctions are open on the data date": """
        SELECT id FROM core.auction
        WHERE status = 'OPEN' AND NOT (opens_at <= '2022-06-27 00:00' AND closes_at > '2022-06-27 10:00')""",
    "no deadline has passed": "SELECT id FROM city.demand WHERE deadline <= '2022-06-27'",
    "a right of use lasts ten years at least": "SELECT id FROM core.approval_case WHERE usage_right_years < 10",
    "an approval is of the owner's own service invention": """
        SELECT p.id FROM core.approval_case p JOIN city.achievement a ON a.id = p.achievement_id
        WHERE NOT a.service_invention OR a.owner_uscc <> p.institution_uscc""",
    "a traded service invention was released": """
        SELECT d.id FROM core.deal d JOIN city.achievement a ON a.id = d.achievement_id
        LEFT JOIN core.approval_case p ON p.achievement_id = a.id
        WHERE a.service_invention AND p.status IS NOT 'RELEASED'""",
    "free licences are for small enterprises of the mountain counties, of achievements offered so": """
        SELECT l.id FROM core.free_licence l JOIN city.achievement a ON a.id = l.achievement_id
        JOIN core.organization o ON o.uscc = l.licensee_uscc
        WHERE o.scale NOT IN ('MICRO', 'SMALL') OR o.region_code <> l.county_code OR NOT a.supports_free_licence
        OR l.county_code NOT IN (SELECT region_code FROM core.mountain_county WHERE valid_from < '2022-06-27')""",
    "a converted licence became the deal of its licensee and achievement": """
        SELECT l.id FROM core.free_licence l JOIN core.deal d ON d.id = l.converted_into
        WHERE d.buyer_uscc <> l.licensee_uscc OR d.achievement_id <> l.achievement_id OR d.signed_at < l.free_from""",
    "core's titles are the cities'": """
        SELECT r.id FROM core.listing_record r LEFT JOIN (
            SELECT id, title FROM city.achievement UNION ALL SELECT id, title FROM city.demand) t ON t.id = r.id
        WHERE t.title IS NOT r.title""",
    "only signed challenge entries have an amount, and their demands are signed": """
        SELECT e.number FROM core.challenge_entry e JOIN city.demand d ON d.id = e.demand_id
        WHERE (e.stage = 'SIGNED') <> (e.intended_amount_fen IS NOT NULL) OR (e.stage = 'SIGNED' AND d.status <> 'SIGNED')""",
    "both ledgers of points agree": """
        SELECT b.registration_no FROM city.broker b WHERE b.contribution_points <> (
            SELECT coalesce(sum(points), 0) FROM core.contribution c WHERE c.registration_no = b.registration_no)""",
    "owners, publishers and those who answer are on core's register": """
        SELECT uscc FROM (
            SELECT owner_uscc AS uscc FROM city.achievement UNION SELECT publisher_uscc FROM city.demand
            UNION SELECT organization_uscc FROM city.demand_answer UNION SELECT uscc FROM healthcare.hospital)
        WHERE uscc NOT IN (SELECT uscc FROM core.organization)""",
    "the industries' profiles are of listings that exist": """
        SELECT id FROM (
            SELECT achievement_id AS id FROM agriculture.achievement_profile UNION ALL SELECT demand_id FROM agriculture.demand_profile
            UNION ALL SELECT listing_id FROM carbon.carbon_profile UNION ALL SELECT achievement_id FROM healthcare.medical_profile
            UNION ALL SELECT demand_id FROM healthcare.demand_profile)
        WHERE id NOT IN (SELECT id FROM core.listing_record)""",
    "a carbon profile's sector is that of the listing's field": """
        SELECT p.listing_id FROM carbon.carbon_profile p
        JOIN (SELECT id, field_code FROM city.achievement UNION ALL SELECT id, field_code FROM city.demand) l
            ON l.id = p.listing_id
        LEFT JOIN carbon.field_sector s ON s.field_code = l.field_code
        WHERE s.sector_code IS NOT p.sector_code""",
}


@pytest.mark.parametrize("fact", CONTRADICTIONS)
def test_the_history_has_no_contradiction(databases: sqlite3.Connection, fact: str) -> None:
    """Each fact's SQL looks for rows that contradict it."""
    assert [tuple(row) for row in databases.execute(CONTRADICTIONS[fact])] == []


def test_regulatory_classes_follow_the_rule(databases: sqlite3.Connection) -> None:
    """The class by which achievements are found is the one the rule gives for field and maturity, and each class occurs."""
    sql = """SELECT p.regulatory_class, a.field_code, a.maturity_level FROM healthcare.medical_profile p
        JOIN city.achievement a ON a.id = p.achievement_id"""
    rows = [tuple(row) for row in databases.execute(sql)]
    assert {row[0] for row in rows} == {"DEVICE_I", "DEVICE_II", "DEVICE_III", "DRUG", "IN_VITRO_DIAGNOSTIC", "NONE"}
    assert [row for row in rows if row[0] != regulatory_class(row[1], row[2])] == []


def test_every_organisation_code_is_right_and_nobodys(databases: sqlite3.Connection) -> None:
    """Check characters by the standard, and the prefix that no authority gives out; names are unique."""
    rows = databases.execute("SELECT uscc, name FROM core.organization").fetchall()
    assert [row["uscc"] for row in rows if not is_uscc(row["uscc"]) or row["uscc"][8:10] != "DM"] == []
    assert len({row["name"] for row in rows}) == len(rows)


def test_telephone_numbers_are_nobodys(databases: sqlite3.Connection) -> None:
    """They begin with an area code that does not exist."""
    sql = "SELECT phone FROM core.broker UNION SELECT contact_phone FROM city.demand"
    assert [row[0] for row in databases.execute(sql) if not row[0].startswith("000-")] == []
