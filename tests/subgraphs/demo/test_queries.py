"""The ten front-end queries have something to show: their variables name things that exist and are worth a page."""

import json
import sqlite3
from importlib.resources import files
from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse

QUERIES = files("subgraphs.demo") / "queries"
VARIABLES: dict[str, dict[str, Any]] = json.loads((QUERIES / "variables.json").read_text())

NEWEST_OF = "(SELECT id FROM city.achievement WHERE owner_uscc = :uscc ORDER BY published_at DESC, id LIMIT 20)"
LATEST_OF = "(SELECT * FROM core.contribution WHERE registration_no = :no ORDER BY at DESC, id LIMIT 10)"
NEWEST_TEA = """(SELECT p.achievement_id AS id FROM agriculture.achievement_profile p
    JOIN agriculture.achievement_crop USING (achievement_id) WHERE crop = 'TEA' ORDER BY published_at DESC, 1 LIMIT 10)"""
NEWEST_CLASS_III = """(SELECT achievement_id AS id FROM healthcare.medical_profile WHERE regulatory_class = 'DEVICE_III'
    ORDER BY published_at DESC, 1 LIMIT 10)"""
OPEN_AUCTIONS = "(SELECT * FROM core.auction WHERE status = 'OPEN' ORDER BY closes_at, id LIMIT 20)"
LISTED_DEMANDS = """(SELECT demand_id AS id FROM core.programme_listing_source
    WHERE programme = 'JIANBING' AND year = :year AND number <= 50)"""

SHOWN = {
    "q02_achievement_detail": (
        "SELECT 1 FROM core.alliance_member WHERE member_uscc = (SELECT owner_uscc FROM city.achievement WHERE id = :id)",
        "SELECT 1 FROM core.auction WHERE achievement_id = :id AND current_price_fen IS NOT NULL",
        "SELECT 1 FROM core.deal WHERE achievement_id = :id AND broker_no IS NOT NULL",
        "SELECT 1 FROM core.evidence WHERE chain = :id AND height >= 4",
        "SELECT 1 FROM agriculture.achievement_base WHERE achievement_id = :id",
        "SELECT 1 FROM carbon.carbon_profile WHERE listing_id = :id",
        "SELECT 1 FROM healthcare.trial_base WHERE achievement_id = :id",
        "SELECT 1 FROM city.achievement WHERE id = :id AND asking_price_fen IS NOT NULL AND patent_nos LIKE '%ZL%ZL%'",
        "SELECT 1 FROM core.mountain_county WHERE region_code = (SELECT county_code FROM city.achievement WHERE id = :id)",
    ),
    "q04_carbon_market": (
        "SELECT 1 FROM carbon.carbon_profile WHERE sector_code = :sector AND listing_id LIKE '%-A-%'",
        "SELECT 1 FROM carbon.carbon_profile WHERE sector_code = :sector AND listing_id LIKE '%-D-%'",
    ),
    "q05_tea": (
        f"SELECT 1 FROM {NEWEST_TEA} n JOIN core.deal d ON d.achievement_id = n.id",
        f"SELECT 1 FROM {NEWEST_TEA} JOIN carbon.carbon_profile ON listing_id = id",
        f"""SELECT 1 FROM {NEWEST_TEA} n JOIN agriculture.achievement_base b ON b.achievement_id = n.id
            JOIN agriculture.demonstration_base d ON d.id = b.base_id
            JOIN city.demand c ON c.county_code = d.region_code AND c.status = 'OPEN'
            JOIN agriculture.demand_profile p ON p.demand_id = c.id""",
    ),
    "q06_medical": (
        f"SELECT 1 FROM {NEWEST_CLASS_III} n JOIN core.auction a ON a.achievement_id = n.id",
        f"SELECT 1 FROM {NEWEST_CLASS_III} n JOIN healthcare.trial_base t ON t.achievement_id = n.id",
        """SELECT 1 FROM core.broker JOIN core.organization ON uscc = institution_uscc
            WHERE service_class = 'INSPECTION_AND_TESTING'""",
    ),
    "q07_auction_hall": (
        f"SELECT 1 FROM {OPEN_AUCTIONS} a JOIN core.bid b ON b.auction_id = a.id",
        f"SELECT 1 FROM {OPEN_AUCTIONS} JOIN carbon.carbon_profile ON listing_id = achievement_id",
        f"SELECT 1 FROM {OPEN_AUCTIONS} a JOIN healthcare.medical_profile m USING (achievement_id)",
    ),
    "q08_broker_desk": (
        f"SELECT 1 FROM {LATEST_OF} c JOIN healthcare.demand_profile USING (demand_id)",
        f"SELECT 1 FROM {LATEST_OF} c JOIN core.deal d ON d.id = c.deal_id JOIN city.demand ON publisher_uscc = d.buyer_uscc",
        f"SELECT 1 FROM {LATEST_OF} c WHERE deal_id IS NULL AND demand_id IS NULL",
        "SELECT 1 FROM city.broker_county JOIN core.mountain_county ON region_code = county_code WHERE registration_no = :no",
        "SELECT 1 FROM core.broker WHERE registration_no = :no AND institution_uscc IS NOT NULL",
    ),
    "q09_university": (
        "SELECT 1 FROM core.alliance_member WHERE member_uscc = :uscc",
        f"SELECT 1 FROM {NEWEST_OF} n JOIN core.deal d ON d.achievement_id = n.id",
        f"SELECT 1 FROM {NEWEST_OF} n JOIN core.free_licence l ON l.achievement_id = n.id AND converted_into IS NOT NULL",
        f"SELECT 1 FROM {NEWEST_OF} n JOIN carbon.carbon_profile p ON p.listing_id = n.id",
        f"SELECT 1 FROM {NEWEST_OF} n JOIN agriculture.achievement_profile p ON p.achievement_id = n.id",
        f"SELECT 1 FROM {NEWEST_OF} n JOIN healthcare.medical_profile p ON p.achievement_id = n.id",
    ),
    "q10_programme_list": (
        f"SELECT 1 FROM {LISTED_DEMANDS} n JOIN city.demand_answer a ON a.demand_id = n.id AND achievement_id IS NOT NULL",
        f"SELECT 1 FROM {LISTED_DEMANDS} n JOIN carbon.carbon_profile p ON p.listing_id = n.id",
        f"SELECT 1 FROM {LISTED_DEMANDS} n JOIN agriculture.demand_profile p ON p.demand_id = n.id",
        f"SELECT 1 FROM {LISTED_DEMANDS} n JOIN healthcare.demand_profile p ON p.demand_id = n.id",
        f"SELECT 1 FROM {LISTED_DEMANDS} n JOIN core.challenge_entry e ON e.demand_id = n.id",
        f"SELECT 1 FROM {LISTED_DEMANDS} n JOIN city.demand d ON d.id = n.id AND source = 'INDUSTRY_DEPARTMENT'",
    ),
}  # fmt: skip
"""For each query, rows that must be there for its page to show every part."""


def test_every_query_parses_and_has_its_variables() -> None:
    """Ten queries, and for each the values of just the variables it declares."""
    queries = {path.name.removesuffix(".graphql"): path for path in QUERIES.iterdir() if path.name.endswith(".graphql")}
    assert sorted(queries) == sorted(VARIABLES)
    assert len(queries) == 10
    for name, path in queries.items():
        (operation,) = parse(path.read_text()).definitions
        assert isinstance(operation, OperationDefinitionNode)
        declared = {definition.variable.name.value for definition in operation.variable_definitions or ()}
        assert declared == set(VARIABLES[name]), name


@pytest.mark.parametrize(("query", "sql"), [(query, sql) for query, parts in SHOWN.items() for sql in parts])
def test_every_part_of_a_page_has_something_to_show(databases: sqlite3.Connection, query: str, sql: str) -> None:
    """There is at least one row for each part of the page."""
    assert databases.execute(sql, VARIABLES[query]).fetchone() is not None


def test_every_mountain_county_has_open_demands(databases: sqlite3.Connection) -> None:
    """Each of the 26 counties' pages lists demands; most have a physical market and some demand about farming."""
    counties = "(SELECT region_code FROM core.mountain_county WHERE valid_from < '2022-06-27')"
    sql = f"SELECT count(DISTINCT county_code) FROM city.demand WHERE status = 'OPEN' AND county_code IN {counties}"
    assert databases.execute(sql).fetchone()[0] == 26
    sql = f"SELECT count(*) FROM core.physical_market WHERE region_code IN {counties}"
    assert databases.execute(sql).fetchone()[0] >= 20
