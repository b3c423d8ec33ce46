"""The query for the letter's figures gives the letter's figures."""

import json
from importlib.resources import files
from typing import Any

import pytest

from tests.subgraphs.asking import Asker

FIGURES: dict[str, Any] = {
    figure["id"]: figure for figure in json.loads(files("subgraphs.demo").joinpath("data/figures.json").read_text())
}
QUERY = """{ figures {
  cities counties mountainCounties physicalMarkets industrySubMarkets partnerProvinces deltaZones residentInstitutions
  serviceInstitutions serviceClasses brokers registeredUsers visits visitsPerDay marketMeans enterpriseIndicators
  enterpriseShare pricingModes tradedAchievements programmes demandLists organisationModes challengeCollected
  challengeMatched challengeSigned
  challengeIntendedAmount { amountFen } dealAmount { amountFen }
  dealAmountNegotiated: dealAmount(pricingMode: NEGOTIATED) { amountFen }
  dealAmountListed: dealAmount(pricingMode: LISTED) { amountFen }
  dealAmountAuction: dealAmount(pricingMode: AUCTION) { amountFen }
  jianbingListings: programmeListings(programme: JIANBING) lingyanListings: programmeListings(programme: LINGYAN)
  allianceUniversities: allianceMembers(kind: UNIVERSITY_OR_INSTITUTE)
  allianceEnterprises: allianceMembers(kind: TECH_ENTERPRISE)
  allianceIntermediaries: allianceMembers(kind: INTERMEDIARY_OR_VC)
  deals negotiated: deals(pricingMode: NEGOTIATED) members: allianceMembers
} }"""
OF_CITIES = {"achievements", "demands", "demandsAgain"}
"""What only cities can count; they extend the figures."""
BOUNDS = {
    "registeredUsers": (3_001, 3_099),
    "visits": (65_000, 69_999),
    "visitsPerDay": (1_001, 1_099),
    "enterpriseShare": (89, 91),
}
"""What the phrases 3000余, 近7万, 1000余 and 90%左右 allow."""


@pytest.fixture
async def figures(core: Asker) -> dict[str, Any]:
    found = (await core.ask(QUERY))["figures"]
    assert len(core.statements) == 1  # all figures of a request are one statement
    return {name: value["amountFen"] if isinstance(value, dict) else value for name, value in found.items()}


def test_every_exact_figure_is_the_letters(figures: dict[str, Any]) -> None:
    """All figures of the kinds exact and list, but those of the cities, equal the letter's numbers."""
    expected = {i: f["value"] for i, f in FIGURES.items() if f["kind"] in ("exact", "list") and i not in OF_CITIES}
    assert {identity: figures[identity] for identity in expected} == expected


def test_every_vague_figure_lies_inside_its_phrase(figures: dict[str, Any]) -> None:
    """余, 近 and 左右 leave room; the figures stay inside it."""
    assert {i for i, f in FIGURES.items() if f["kind"] == "approx"} == set(BOUNDS)
    assert all(least <= figures[identity] <= most for identity, (least, most) in BOUNDS.items())


def test_counts_with_and_without_their_filter(figures: dict[str, Any]) -> None:
    """1 304 deals, 870 of them negotiated; 146 members in all."""
    assert (figures["deals"], figures["negotiated"], figures["members"]) == (1304, 870, 91 + 34 + 21)


async def test_figures_are_those_of_the_province_alone(core: Asker) -> None:
    """There are none of a city."""
    found = await core.entities(
        "... on MarketFigures { regionCode cities }",
        {"__typename": "MarketFigures", "regionCode": "330000"},
        {"__typename": "MarketFigures", "regionCode": "330100"},
    )
    assert found == [{"regionCode": "330000", "cities": 11}, None]
