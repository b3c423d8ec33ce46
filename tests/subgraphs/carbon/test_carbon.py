"""The carbon market: one profile for a listing of any kind."""

from pathlib import Path
from typing import Any

from tests.subgraphs.asking import Asker
from tests.subgraphs.rows import column, rows

NEWEST = "ORDER BY published_at DESC, listing_id LIMIT"


def listing(identity: str, field: str) -> dict[str, Any]:
    return {"__typename": "MarketListing", "id": identity, "technicalField": {"code": field}}


async def test_listings_of_both_kinds_come_newest_first(carbon: Asker, database: Path) -> None:
    """By sector or all; the ids alone tell their kinds."""
    found = await carbon.ask(
        '{ ccus: carbonListings(sectorCode: "CCUS", first: 30) { id } all: carbonListings { id } none: carbonListings(sectorCode: "X") { id } }'
    )
    ccus = column(database, f"SELECT listing_id FROM carbon_profile WHERE sector_code = 'CCUS' {NEWEST} 30")
    assert [each["id"] for each in found["ccus"]] == ccus
    assert {identity[7] for identity in ccus} == {"A", "D"}
    assert [each["id"] for each in found["all"]] == column(
        database, f"SELECT listing_id FROM carbon_profile {NEWEST} 20"
    )
    assert found["none"] == []


async def test_sectors_have_their_listings(carbon: Asker, database: Path) -> None:
    """All sectors by their codes, each with its newest listings, in two statements."""
    found = (await carbon.ask("{ carbonSectors { code name listings(first: 3) { id } } }"))["carbonSectors"]
    assert [(s["code"], s["name"]) for s in found] == rows(
        database, "SELECT code, name FROM carbon_sector ORDER BY code"
    )
    for sector in found:
        expected = column(
            database, f"SELECT listing_id FROM carbon_profile WHERE sector_code = ? {NEWEST} 3", sector["code"]
        )
        assert [each["id"] for each in sector["listings"]] == expected
    assert len(carbon.statements) == 2


async def test_a_profile_needs_a_field_that_belongs_to_a_sector(carbon: Asker, database: Path) -> None:
    """The field comes from the city with the representation; outside the sectors there is no profile, nor without a row."""
    sql = "SELECT listing_id, p.sector_code, field_code, reduction_tonnes_per_year, methodology, verified_by FROM carbon_profile p JOIN field_sector f ON f.sector_code = p.sector_code WHERE verified_by IS NOT NULL LIMIT 1"
    identity, sector, field, tonnes, method, verifier = rows(database, sql)[0]
    fields = "... on MarketListing { carbon { sector { code name } reductionTonnesPerYear methodology verifiedBy } }"
    found = await carbon.entities(fields, listing(identity, field), listing(identity, "9999"), listing("x", field))
    profile = found[0]["carbon"]
    assert (
        profile["sector"]["code"],
        profile["reductionTonnesPerYear"],
        profile["methodology"],
        profile["verifiedBy"],
    ) == (sector, tonnes, method, verifier)
    assert found[1:] == [{"carbon": None}, {"carbon": None}]


async def test_a_profile_without_the_field_is_refused(carbon: Asker) -> None:
    """What @requires names must come with the key."""
    query = 'query { _entities(representations: [{__typename: "MarketListing", id: "x"}]) { ... on MarketListing { carbon { methodology } } } }'
    assert await carbon.codes(query) == ["INVALID_REPRESENTATION"]


async def test_fifty_entities_take_as_many_statements_as_one(carbon: Asker, database: Path) -> None:
    """Profiles and sectors are loaded in batches."""
    sql = "SELECT listing_id, min(field_code) FROM carbon_profile p JOIN field_sector f ON f.sector_code = p.sector_code GROUP BY 1 LIMIT 50"
    some = [listing(identity, field) for identity, field in rows(database, sql)]
    fields = "... on MarketListing { carbon { sector { name } } }"
    await carbon.entities(fields, some[0])
    for_one = len(carbon.statements)
    carbon.statements.clear()
    found = await carbon.entities(fields, *some)
    assert all(each["carbon"]["sector"]["name"] for each in found)
    assert len(found) == 50
    assert len(carbon.statements) == for_one == 3
