"""The ten front-end queries through the whole of it: gateway, five subgraphs, five databases. The answers are those of plain SQL."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.transport.graphiql import Example, read_examples
from tests.cli.test_demo import Demo, demo
from tests.end_to_end import expected
from tests.end_to_end.databases import Row, beside, opened
from tests.end_to_end.expected import Market
from tests.subgraphs.conftest import market_databases
from tests.subgraphs.databases import MarketDatabases

__all__ = ["market_databases"]

ROOT = Path(__file__).parents[2]
EXAMPLES = tuple(each for each in read_examples(ROOT / "config" / "examples") if "\nsubscription " not in each.query)
FIGURES = json.loads((ROOT / "subgraphs" / "demo" / "data" / "figures.json").read_text())
FIGURES_QUERY = """{ figures {
  cities counties physicalMarkets partnerProvinces industrySubMarkets achievements demands residentInstitutions registeredUsers visits
  visitsPerDay marketMeans enterpriseIndicators enterpriseShare pricingModes tradedAchievements serviceClasses serviceInstitutions
  brokers deltaZones mountainCounties demandLists programmes organisationModes challengeCollected challengeMatched challengeSigned
  demandsAgain: demands
  dealAmount { amountFen }
  dealAmountNegotiated: dealAmount(pricingMode: NEGOTIATED) { amountFen }
  dealAmountListed: dealAmount(pricingMode: LISTED) { amountFen }
  dealAmountAuction: dealAmount(pricingMode: AUCTION) { amountFen }
  jianbingListings: programmeListings(programme: JIANBING)
  lingyanListings: programmeListings(programme: LINGYAN)
  challengeIntendedAmount { amountFen }
  allianceUniversities: allianceMembers(kind: UNIVERSITY_OR_INSTITUTE)
  allianceEnterprises: allianceMembers(kind: TECH_ENTERPRISE)
  allianceIntermediaries: allianceMembers(kind: INTERMEDIARY_OR_VC)
} }"""
"""All of the letter's figures that are counts of something, each under its id."""

NEARLY = {
    "registeredUsers": (3000, 3100),
    "visits": (69_000, 70_000),
    "visitsPerDay": (1000, 1100),
    "enterpriseShare": (88, 92),
}
"""What the letter's "more than", "nearly" and "about" allow."""

EXPECTED: dict[str, Callable[[Market, dict[str, Any]], Row]] = {
    "01_province_home": lambda market, given: expected.province_home(market, given["period"]),
    "02_achievement_detail": lambda market, given: expected.achievement_detail(market, given["id"]),
    "03_mountain_counties": lambda market, _: expected.mountain_counties(market),
    "04_carbon_market": lambda market, given: expected.carbon_market(market, given["sector"]),
    "05_tea": lambda market, _: expected.tea(market),
    "06_medical": lambda market, _: expected.medical(market),
    "07_auction_hall": lambda market, _: expected.auction_hall(market),
    "08_broker_desk": lambda market, given: expected.broker_desk(market, given["no"]),
    "09_university": lambda market, given: expected.university_page(market, given["uscc"]),
    "10_programme_list": lambda market, given: expected.jianbing_list(market, given["year"]),
}


@pytest.fixture(scope="module")
def market_folder(market_databases: MarketDatabases) -> Path:
    return market_databases.path("core").parent


@pytest.fixture(scope="module")
def running(market_databases: MarketDatabases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with demo(beside(market_databases, tmp_path_factory.mktemp("demo"))) as started:
        yield started


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_a_query_answers_what_the_databases_hold(running: Demo, market_folder: Path, example: Example) -> None:
    """No errors, and every value is the one that SQL finds. (Twice, for the second time the operation is compiled.)"""
    with opened(market_folder) as databases:
        wanted = EXPECTED[example.name](Market(databases), json.loads(example.variables or "{}"))
    for _ in range(2):
        answer = running.ask(example)
        assert "errors" not in answer
        if example.name == "08_broker_desk":
            answer["data"]["broker"].pop("contributionPoints")  # Drawn from one of two ledgers, for each request.
        assert answer["data"] == wanted


def test_the_figures_are_those_of_the_letter(running: Demo) -> None:
    """Each exact figure and each list to the unit, each rounded one within what its phrase allows."""
    answer = running.ask(Example("figures", {}, {}, FIGURES_QUERY, ""))
    assert "errors" not in answer
    found = {
        name: value["amountFen"] if isinstance(value, dict) else value
        for name, value in answer["data"]["figures"].items()
    }
    wanted = {figure["id"]: figure["value"] for figure in FIGURES if figure["kind"] in ("exact", "list")}
    assert {name: found[name] for name in wanted} == wanted
    for name, (low, high) in NEARLY.items():
        assert low <= found[name] <= high, name
