"""The agricultural market: what it knows of listings, regions and its own highlights."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.subgraphs.asking import Asker
from tests.subgraphs.rows import column, rows

PROFILE = "agriculture { crops varietyApprovalNo seasons demonstrationBases { id name areaMu region { code } } }"
NEWEST = "ORDER BY published_at DESC, achievement_id LIMIT"


def achievement(identity: str, **given: Any) -> dict[str, Any]:
    return {"__typename": "TechnologyAchievement", "id": identity, **given}


async def test_achievements_come_newest_first_by_crop_or_all(agriculture: Asker, database: Path) -> None:
    """The order and the filter are SQL's."""
    found = await agriculture.ask(
        "{ tea: agriculturalAchievements(crop: TEA, first: 7) { id } all: agriculturalAchievements(first: 500) { id } }"
    )
    of_tea = "SELECT achievement_id FROM achievement_profile WHERE achievement_id IN (SELECT achievement_id FROM achievement_crop WHERE crop = 'TEA')"
    assert [listing["id"] for listing in found["tea"]] == column(database, f"{of_tea} {NEWEST} 7")
    everything = column(database, f"SELECT achievement_id FROM achievement_profile {NEWEST} 500")
    assert [listing["id"] for listing in found["all"]] == everything


async def test_a_profile_has_its_crops_seasons_and_bases(agriculture: Asker, database: Path) -> None:
    """Each is what the rows say; an achievement without a profile has none, without an error."""
    (identity,) = column(database, "SELECT achievement_id FROM achievement_base LIMIT 1")
    found = await agriculture.entities(
        f"... on TechnologyAchievement {{ {PROFILE} }}", achievement(identity), achievement("x")
    )
    profile = found[0]["agriculture"]
    expected = rows(
        database, "SELECT variety_approval_no, seasons FROM achievement_profile WHERE achievement_id = ?", identity
    )[0]
    bases = column(database, "SELECT base_id FROM achievement_base WHERE achievement_id = ? ORDER BY 1", identity)
    crops = column(database, "SELECT crop FROM achievement_crop WHERE achievement_id = ?", identity)
    assert (profile["varietyApprovalNo"], sorted(profile["seasons"])) == (expected[0], sorted(json.loads(expected[1])))
    assert (sorted(profile["crops"]), [base["id"] for base in profile["demonstrationBases"]]) == (sorted(crops), bases)
    assert found[1]["agriculture"] is None


@pytest.mark.parametrize(
    ("level", "stage"),
    [(1, "LABORATORY"), (3, "LABORATORY"), (4, "SMALL_PLOT"), (5, "SMALL_PLOT"), (6, "DEMONSTRATION"), (7, "DEMONSTRATION"), (8, "WIDE_EXTENSION"), (9, "WIDE_EXTENSION")],
)  # fmt: skip
async def test_the_stage_follows_from_the_level_that_is_sent(
    agriculture: Asker, database: Path, level: int, stage: str
) -> None:
    """The city's maturity level comes with the representation; outside agriculture there is no stage."""
    (identity,) = column(database, "SELECT achievement_id FROM achievement_profile LIMIT 1")
    fields = "... on TechnologyAchievement { extensionStage }"
    found = await agriculture.entities(
        fields, achievement(identity, maturityLevel=level), achievement("x", maturityLevel=level)
    )
    assert found == [{"extensionStage": stage}, {"extensionStage": None}]


async def test_a_stage_without_its_level_is_refused(agriculture: Asker) -> None:
    """What @requires names must come with the key; the refusal names it."""
    query = 'query { _entities(representations: [{__typename: "TechnologyAchievement", id: "x"}]) { ... on TechnologyAchievement { extensionStage } } }'
    assert await agriculture.codes(query) == ["INVALID_REPRESENTATION"]


async def test_a_demands_profile(agriculture: Asker, database: Path) -> None:
    """Area, farmers and crops as rows have them."""
    identity, area, farmers = rows(database, "SELECT demand_id, area_mu, farmers FROM demand_profile LIMIT 1")[0]
    fields = "... on Demand { agriculture { crops areaMu farmers } }"
    found = await agriculture.entities(
        fields, {"__typename": "Demand", "id": identity}, {"__typename": "Demand", "id": "x"}
    )
    assert (found[0]["agriculture"]["areaMu"], found[0]["agriculture"]["farmers"]) == (area, farmers)
    assert sorted(found[0]["agriculture"]["crops"]) == sorted(
        column(database, "SELECT crop FROM demand_crop WHERE demand_id = ?", identity)
    )
    assert found[1] == {"agriculture": None}


async def test_a_region_has_its_bases_and_the_sub_market_its_highlights(agriculture: Asker, database: Path) -> None:
    """Bases by region, highlights in their order, five unless said otherwise; another industry's market has none."""
    found = await agriculture.entities(
        "... on Region { demonstrationBases { id } } ... on IndustrySubMarket { extensionHighlights { id } } ... on DemonstrationBase { name }",
        {"__typename": "Region", "code": "331127"},
        {"__typename": "IndustrySubMarket", "id": "SM-AGRICULTURE"},
        {"__typename": "IndustrySubMarket", "id": "SM-CARBON"},
        {"__typename": "DemonstrationBase", "id": "x"},
    )
    bases = column(database, "SELECT id FROM demonstration_base WHERE region_code = '331127' ORDER BY id")
    highlights = column(database, "SELECT achievement_id FROM highlight ORDER BY position LIMIT 5")
    assert [base["id"] for base in found[0]["demonstrationBases"]] == bases
    assert [listing["id"] for listing in found[1]["extensionHighlights"]] == highlights
    assert found[2:] == [{"extensionHighlights": []}, None]


async def test_fifty_entities_take_as_many_statements_as_one(agriculture: Asker, database: Path) -> None:
    """Profiles, crops and bases are loaded in batches."""
    ids = column(database, "SELECT DISTINCT achievement_id FROM achievement_base LIMIT 50")
    fields = f"... on TechnologyAchievement {{ extensionStage {PROFILE} }}"
    await agriculture.entities(fields, achievement(ids[0], maturityLevel=5))
    for_one = len(agriculture.statements)
    agriculture.statements.clear()
    assert len(await agriculture.entities(fields, *(achievement(i, maturityLevel=5) for i in ids))) == 50
    assert len(agriculture.statements) == for_one == 3
