"""The city's entities: what a gateway sends as representations, each found by its key, each in its place."""

from pathlib import Path
from typing import Any

import pytest

from tests.subgraphs.asking import Asker
from tests.subgraphs.rows import column, rows


def entity(name: str, **key: Any) -> dict[str, Any]:
    return {"__typename": name, **key}


async def test_listings_are_found_by_their_ids(city: Asker, database: Path) -> None:
    """By the kind's own name, with every column as SQL has it."""
    sql = "SELECT id, title, maturity_level, owner_uscc, field_code, county_code FROM achievement LIMIT 3"
    expected = rows(database, sql)
    fields = "... on TechnologyAchievement { id title maturityLevel ownerUscc technicalField { code } countyCode }"
    found = await city.entities(fields, *(entity("TechnologyAchievement", id=row[0]) for row in expected))
    assert [
        (f["id"], f["title"], f["maturityLevel"], f["ownerUscc"], f["technicalField"]["code"], f["countyCode"])
        for f in found
    ] == expected


async def test_a_reference_by_the_interface_gives_the_concrete_kind(city: Asker, database: Path) -> None:
    """A gateway that comes from an interface object knows no kind; the city says which it is."""
    ids = [*column(database, "SELECT id FROM demand LIMIT 2"), *column(database, "SELECT id FROM achievement LIMIT 2")]
    found = await city.entities("__typename ... on MarketListing { id }", *(entity("MarketListing", id=i) for i in ids))
    kinds = ["Demand", "Demand", "TechnologyAchievement", "TechnologyAchievement"]
    assert found == [{"__typename": kind, "id": i} for kind, i in zip(kinds, ids, strict=True)]


@pytest.mark.parametrize(
    "representation",
    [
        entity("TechnologyAchievement", id="330300-A-999999"),
        entity("Demand", id="330300-D-999999"),
        entity("MarketListing", id="nonsense"),
        entity("MarketListing", id="330300-A-999999"),
        entity("DemandAnswer", id="x"),
        entity("Region", code="110000"),
        entity("PhysicalMarket", id="x"),
        entity("TechnologyBroker", registrationNo="x"),
        entity("MarketStatistics", regionCode="110000", period="2022"),
    ],
)
async def test_what_there_is_not_is_null_without_an_error(city: Asker, representation: dict[str, Any]) -> None:
    """That there is no such entity is an answer."""
    assert await city.entities("__typename", representation) == [None]


async def test_one_wrong_representation_leaves_the_others_whole(city: Asker, database: Path) -> None:
    """A type that is no entity, a missing key and a missing type are each refused in their own place."""
    (identity,) = column(database, "SELECT id FROM demand LIMIT 1")
    representations = [
        entity("Nope", id="1"),
        entity("Demand"),
        {"id": "1"},
        entity("Money"),
        entity("Demand", id=identity),
    ]
    query = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Demand { id } } }"
    answer = await city.answer(query, r=representations)
    assert answer["data"]["_entities"] == [None, None, None, None, {"id": identity}]
    assert sorted((e["path"], e["extensions"]["code"]) for e in answer["errors"]) == [
        (["_entities", at], "INVALID_REPRESENTATION") for at in range(4)
    ]


async def test_an_organisations_listings_are_its_own_newest_first(city: Asker, database: Path) -> None:
    """By owner and by publisher; an organisation that published nothing has empty lists."""
    (owner,) = column(database, "SELECT owner_uscc FROM achievement GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")
    (publisher,) = column(database, "SELECT publisher_uscc FROM demand GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")
    fields = "... on Organization { achievements(first: 4) { id } demands(first: 2) { id } }"
    codes = (owner, publisher, "913300000000000000")
    found = await city.entities(fields, *(entity("Organization", uscc=code) for code in codes))
    for code, organization in zip(codes, found, strict=True):
        order = "ORDER BY published_at DESC, id LIMIT"
        achievements = column(database, f"SELECT id FROM achievement WHERE owner_uscc = ? {order} 4", code)
        demands = column(database, f"SELECT id FROM demand WHERE publisher_uscc = ? {order} 2", code)
        assert [listing["id"] for listing in organization["achievements"]] == achievements
        assert [listing["id"] for listing in organization["demands"]] == demands


async def test_statistics_are_counted_at_every_level(city: Asker, database: Path) -> None:
    """County, city and province, in a year, a quarter, a month of the province's own time, and altogether."""
    periods = {"ALL": ("0000-01-01", "9999-01-01"), "2022": ("2021-12-31 16", "2022-12-31 16"), "2022-Q2": ("2022-03-31 16", "2022-06-30 16"), "2021-12": ("2021-11-30 16", "2021-12-31 16")}  # fmt: skip
    places = {"331127": "county_code = '331127'", "331100": "city_code = '331100'", "330000": "true"}
    asked = [(code, period) for code in places for period in periods]
    fields = "... on MarketStatistics { achievementCount demandCount openDemandCount }"
    found = await city.entities(fields, *(entity("MarketStatistics", regionCode=c, period=p) for c, p in asked))
    for (code, period), counts in zip(asked, found, strict=True):
        where = f"{places[code]} AND published_at >= ? AND published_at < ?"
        achievements = column(database, f"SELECT count(*) FROM achievement WHERE {where}", *periods[period])
        demands = rows(
            database, f"SELECT count(*), coalesce(sum(status = 'OPEN'), 0) FROM demand WHERE {where}", *periods[period]
        )
        assert (counts["achievementCount"], (counts["demandCount"], counts["openDemandCount"])) == (
            achievements[0],
            demands[0],
        )
    assert len({tuple(counts.values()) for counts in found}) > 8


async def test_a_period_that_is_none_is_refused(city: Asker) -> None:
    """The error names the period and how to write one."""
    query = 'query { _entities(representations: [{__typename: "MarketStatistics", regionCode: "330000", period: "2022-13"}]) { __typename } }'
    assert await city.codes(query) == ["INVALID_PERIOD"]


async def test_the_letters_two_figures_of_the_cities(city: Asker) -> None:
    """14 177 achievements and 2 499 demands, counted."""
    found = await city.entities(
        "... on MarketFigures { achievements demands }", entity("MarketFigures", regionCode="330000")
    )
    assert found == [{"achievements": 14177, "demands": 2499}]


async def test_markets_and_brokers_have_what_counties_report(city: Asker, database: Path) -> None:
    """Turnover and services of a physical market, points and counties of a broker."""
    market = rows(database, "SELECT id, annual_turnover_fen FROM physical_market LIMIT 1")[0]
    broker = rows(database, "SELECT registration_no, contribution_points FROM broker LIMIT 1")[0]
    served = column(database, "SELECT county_code FROM broker_county WHERE registration_no = ? ORDER BY 1", broker[0])
    fields = "... on PhysicalMarket { annualTurnover { amountFen currency } services } ... on TechnologyBroker { contributionPoints servesCounties { code name } }"
    found = await city.entities(
        fields, entity("PhysicalMarket", id=market[0]), entity("TechnologyBroker", registrationNo=broker[0])
    )
    assert found[0]["annualTurnover"] == {"amountFen": market[1], "currency": "CNY"}
    assert found[0]["services"]
    assert found[1]["contributionPoints"] == broker[1]
    assert [county["code"] for county in found[1]["servesCounties"]] == served


async def test_root_fields_find_one_listing(city: Asker, database: Path) -> None:
    """By id; null for an id that is not there."""
    (demand,) = column(database, "SELECT id FROM demand WHERE contact_name IS NOT NULL LIMIT 1")
    (achievement,) = column(database, "SELECT id FROM achievement LIMIT 1")
    query = "query ($a: ID!, $d: ID!) { achievement(id: $a) { id } demand(id: $d) { id contact { name phone } deadline source } none: demand(id: $a) { id } }"
    found = await city.ask(query, a=achievement, d=demand)
    assert (found["achievement"]["id"], found["demand"]["id"], found["none"]) == (achievement, demand, None)
    assert found["demand"]["contact"]["phone"]


async def test_fifty_entities_take_as_many_statements_as_one(city: Asker, database: Path) -> None:
    """Everything of a listing's page is loaded in batches, however many listings there are."""
    ids = column(database, "SELECT DISTINCT demand_id FROM demand_answer WHERE achievement_id IS NOT NULL LIMIT 50")
    fields = "... on Demand { title county { name demands(status: OPEN, first: 3) { totalCount edges { node { id } } } } answers(first: 3) { organizationUscc achievementId } }"
    await city.entities(fields, entity("Demand", id=ids[0]))
    for_one = len(city.statements)
    city.statements.clear()
    found = await city.entities(fields, *(entity("Demand", id=identity) for identity in ids))
    assert len(found) == 50
    assert len(city.statements) == for_one
