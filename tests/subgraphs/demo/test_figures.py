"""The letter's figures, counted by SQL in the seeded databases, and the splits over cities that are assumed."""

import json
import sqlite3
from importlib.resources import files
from typing import Any

import pytest

FIGURES = {
    figure["id"]: figure for figure in json.loads(files("subgraphs.demo").joinpath("data/figures.json").read_text())
}

SQL = {
    "cities": "SELECT count(*) FROM core.region WHERE level = 'CITY'",
    "counties": "SELECT count(*) FROM core.region WHERE level = 'COUNTY'",
    "physicalMarkets": "SELECT count(*) FROM core.physical_market",
    "partnerProvinces": "SELECT count(*) FROM core.partner_province",
    "industrySubMarkets": "SELECT count(*) FROM core.sub_market WHERE kind = 'INDUSTRY'",
    "achievements": "SELECT count(*) FROM city.achievement",
    "demands": "SELECT count(*) FROM city.demand",
    "residentInstitutions": "SELECT count(*) FROM core.organization WHERE resident",
    "registeredUsers": "SELECT count(*) FROM core.registered_user",
    "visits": "SELECT sum(visits) FROM core.daily_visits",
    "visitsPerDay": "SELECT avg(visits) FROM core.daily_visits",
    "marketMeans": "SELECT count(*) FROM core.market_means_offered",
    "enterpriseIndicators": "SELECT count(*) FROM core.enterprise_indicator",
    "enterpriseShare": "SELECT avg(100.0 * of_enterprises / of_all) FROM core.enterprise_indicator",
    "pricingModes": "SELECT count(DISTINCT pricing_mode) FROM core.deal",
    "tradedAchievements": "SELECT count(DISTINCT achievement_id) FROM core.deal",
    "dealAmount": "SELECT sum(amount_fen) FROM core.deal",
    "dealAmountNegotiated": "SELECT sum(amount_fen) FROM core.deal WHERE pricing_mode = 'NEGOTIATED'",
    "dealAmountListed": "SELECT sum(amount_fen) FROM core.deal WHERE pricing_mode = 'LISTED'",
    "dealAmountAuction": "SELECT sum(amount_fen) FROM core.deal WHERE pricing_mode = 'AUCTION'",
    "serviceClasses": "SELECT count(DISTINCT service_class) FROM core.organization",
    "serviceInstitutions": "SELECT count(*) FROM core.organization WHERE kind = 'SERVICE_INSTITUTION' AND resident",
    "brokers": "SELECT count(*) FROM core.broker",
    "demandsAgain": "SELECT count(*) FROM city.demand WHERE source IN ('ENTERPRISE', 'INDUSTRY_DEPARTMENT')",
    "jianbingListings": "SELECT count(*) FROM core.programme_listing WHERE programme = 'JIANBING'",
    "lingyanListings": "SELECT count(*) FROM core.programme_listing WHERE programme = 'LINGYAN'",
    "challengeCollected": "SELECT count(DISTINCT demand_id) FROM core.challenge_entry",
    "challengeMatched": "SELECT count(*) FROM core.challenge_entry WHERE stage IN ('MATCHED', 'FINAL', 'SIGNED')",
    "challengeSigned": "SELECT count(*) FROM core.challenge_entry WHERE stage = 'SIGNED'",
    "challengeIntendedAmount": "SELECT sum(intended_amount_fen) FROM core.challenge_entry",
    "allianceUniversities": "SELECT count(*) FROM core.alliance_member WHERE kind = 'UNIVERSITY_OR_INSTITUTE'",
    "allianceEnterprises": "SELECT count(*) FROM core.alliance_member WHERE kind = 'TECH_ENTERPRISE'",
    "allianceIntermediaries": "SELECT count(*) FROM core.alliance_member WHERE kind = 'INTERMEDIARY_OR_VC'",
    "deltaZones": "SELECT count(*) FROM core.delta_zone",
    "mountainCounties": "SELECT count(*) FROM core.mountain_county"
    " WHERE '2022-06-27' BETWEEN valid_from AND coalesce(valid_to, '9999-12-31')",
    "demandLists": "SELECT count(DISTINCT list) FROM core.programme_listing",
    "organisationModes": "SELECT count(DISTINCT organisation_mode) FROM core.programme_listing",
}
"""How each figure is counted. ``programmes`` names four of which two have rows: it is the count of an enum, see its test."""

BOUNDS = {
    "registeredUsers": (3_001, 3_099),
    "visits": (65_000, 69_999),
    "visitsPerDay": (1_001, 1_099),
    "enterpriseShare": (89, 91),
}
"""What the phrases 3000余, 近7万, 1000余 and 90%左右 allow."""

CITIES = ("330100", "330200", "330300", "330400", "330500", "330600", "330700", "330800", "330900", "331000", "331100")
SPLITS = {
    "SELECT city_code, count(*) FROM city.achievement GROUP BY 1": (
        4820, 2127, 1276, 1134, 709, 1134, 992, 425, 284, 851, 425,
    ),
    "SELECT city_code, count(*) FROM city.demand GROUP BY 1": (849, 375, 225, 200, 125, 200, 175, 75, 50, 150, 75),
    "SELECT region_code, count(*) FROM core.deal GROUP BY 1": (444, 196, 118, 104, 65, 104, 91, 39, 26, 78, 39),
    "SELECT substr(id, 1, 4) || '00', count(*) FROM core.physical_market GROUP BY 1": (8, 6, 8, 5, 3, 4, 6, 4, 3, 6, 6),
    "SELECT substr(region_code, 1, 4) || '00', count(*) FROM core.organization WHERE kind = 'SERVICE_INSTITUTION' GROUP BY 1": (
        108, 47, 28, 25, 16, 25, 22, 10, 6, 19, 10,
    ),
    "SELECT substr(registration_no, 1, 6), count(*) FROM core.broker GROUP BY 1": (
        119, 53, 32, 28, 18, 28, 24, 10, 7, 21, 10,
    ),
}  # fmt: skip
"""The table of assumed splits, city by city."""

OTHER_SPLITS = {
    "SELECT service_class, count(*) FROM core.organization WHERE service_class IS NOT NULL GROUP BY 1": {
        "TECHNOLOGY_TRANSFER": 86, "TECH_FINANCE": 42, "INTELLECTUAL_PROPERTY": 48, "INSPECTION_AND_TESTING": 38,
        "FISCAL_TAX_AND_LEGAL": 30, "RESEARCH_AND_DEVELOPMENT": 26, "INCUBATION": 18, "CONSULTING": 16, "COMPREHENSIVE": 12,
    },
    "SELECT level, count(*) FROM core.broker GROUP BY 1": {"JUNIOR": 210, "INTERMEDIATE": 105, "SENIOR": 35},
    "SELECT pricing_mode, count(*) FROM core.deal GROUP BY 1": {"NEGOTIATED": 870, "LISTED": 130, "AUCTION": 304},
}  # fmt: skip


def one(databases: sqlite3.Connection, sql: str) -> Any:
    return databases.execute(sql).fetchone()[0]


def test_every_figure_that_counts_rows_is_counted_here() -> None:
    """The letter's figures of the kinds exact, list and approx all have their SQL; only the four programmes have an enum."""
    countable = {identity for identity, figure in FIGURES.items() if figure["kind"] in ("exact", "list", "approx")}
    assert countable == {*SQL, "programmes"}


@pytest.mark.parametrize("identity", [i for i in SQL if FIGURES[i]["kind"] in ("exact", "list")])
def test_an_exact_figure_is_reproduced(databases: sqlite3.Connection, identity: str) -> None:
    """The rows give the letter's number, no more and no less."""
    assert one(databases, SQL[identity]) == FIGURES[identity]["value"]


@pytest.mark.parametrize("identity", BOUNDS)
def test_a_vague_figure_lies_inside_its_phrase(databases: sqlite3.Connection, identity: str) -> None:
    """余, 近 and 左右 leave room; the rows stay inside it."""
    least, most = BOUNDS[identity]
    assert FIGURES[identity]["kind"] == "approx"
    assert least <= one(databases, SQL[identity]) <= most


def test_the_four_programmes_have_names_and_two_have_lists(databases: sqlite3.Connection) -> None:
    """尖峰 and 领航 are named in the letter without any number."""
    named = {row[0] for row in databases.execute("SELECT DISTINCT programme FROM core.programme_listing")}
    assert named == {"JIANBING", "LINGYAN"}


@pytest.mark.parametrize("sql", SPLITS)
def test_the_cities_share_as_assumed(databases: sqlite3.Connection, sql: str) -> None:
    """Every count by city is the one in the table of splits."""
    assert dict(map(tuple, databases.execute(sql))) == dict(zip(CITIES, SPLITS[sql], strict=True))


@pytest.mark.parametrize("sql", OTHER_SPLITS)
def test_classes_levels_and_modes_share_as_assumed(databases: sqlite3.Connection, sql: str) -> None:
    """The letter gives the wholes, the parts are assumed and add up."""
    assert dict(map(tuple, databases.execute(sql))) == OTHER_SPLITS[sql]


def test_every_county_has_listings_and_prices_are_positive(databases: sqlite3.Connection) -> None:
    """No county is empty, no deal and no bid is for nothing."""
    assert one(databases, "SELECT count(DISTINCT county_code) FROM city.achievement") == 90
    assert one(databases, "SELECT count(DISTINCT county_code) FROM city.demand") == 90
    assert one(databases, "SELECT min(amount_fen) FROM core.deal") > 0
    assert one(databases, "SELECT min(start_price_fen) FROM core.auction") > 0
