"""The medical market: profiles, regulatory classes and trial hospitals."""

from pathlib import Path
from typing import Any

import pytest

from tests.subgraphs.asking import Asker
from tests.subgraphs.rows import column, rows

PROFILE = "medical { indication trialPhase registrationNo trialBases { uscc departments trialAchievements(first: 3) { id } } clinicalData { subjects endpoint adverseEvents } }"
NEWEST = "ORDER BY published_at DESC, achievement_id LIMIT"


def achievement(identity: str, **given: Any) -> dict[str, Any]:
    return {"__typename": "TechnologyAchievement", "id": identity, **given}


async def test_achievements_come_newest_first_by_class_or_all(healthcare: Asker, database: Path) -> None:
    """The order and the filter are SQL's."""
    found = await healthcare.ask(
        "{ iii: medicalAchievements(regulatoryClass: DEVICE_III, first: 9) { id } all: medicalAchievements { id } }"
    )
    iii = column(
        database, f"SELECT achievement_id FROM medical_profile WHERE regulatory_class = 'DEVICE_III' {NEWEST} 9"
    )
    assert [each["id"] for each in found["iii"]] == iii
    assert [each["id"] for each in found["all"]] == column(
        database, f"SELECT achievement_id FROM medical_profile {NEWEST} 20"
    )


async def test_a_profile_has_its_trial(healthcare: Asker, database: Path) -> None:
    """Hospitals, departments, and the clinical data; without a profile there is nothing, without an error."""
    sql = "SELECT achievement_id, indication, trial_phase, trial_subjects, trial_endpoint, trial_adverse_events FROM medical_profile WHERE trial_phase = 3 LIMIT 1"
    identity, indication, phase, subjects, endpoint, adverse = rows(database, sql)[0]
    found = await healthcare.entities(
        f"... on TechnologyAchievement {{ {PROFILE} }}", achievement(identity), achievement("x")
    )
    profile = found[0]["medical"]
    assert (profile["indication"], profile["trialPhase"]) == (indication, phase)
    assert profile["clinicalData"] == {"subjects": subjects, "endpoint": endpoint, "adverseEvents": adverse}
    bases = column(database, "SELECT hospital_uscc FROM trial_base WHERE achievement_id = ? ORDER BY 1", identity)
    assert [base["uscc"] for base in profile["trialBases"]] == bases
    for base in profile["trialBases"]:
        tried = column(
            database, "SELECT achievement_id FROM trial_base WHERE hospital_uscc = ? ORDER BY 1 LIMIT 3", base["uscc"]
        )
        assert [each["id"] for each in base["trialAchievements"]] == tried
    assert found[1] == {"medical": None}


async def test_without_a_trial_there_is_no_clinical_data(healthcare: Asker, database: Path) -> None:
    """Before the first trial the data is null and no hospital tries it."""
    (identity,) = column(database, "SELECT achievement_id FROM medical_profile WHERE trial_subjects IS NULL LIMIT 1")
    found = await healthcare.entities(f"... on TechnologyAchievement {{ {PROFILE} }}", achievement(identity))
    assert (found[0]["medical"]["clinicalData"], found[0]["medical"]["trialBases"]) == (None, [])


@pytest.mark.parametrize(
    ("field", "level", "expected"),
    [("0301", 7, "DEVICE_III"), ("0302", 4, "DEVICE_II"), ("0303", 9, "DEVICE_I"), ("0304", 5, "DRUG"), ("0305", 6, "IN_VITRO_DIAGNOSTIC"), ("0301", 3, "NONE"), ("0202", 9, "NONE")],
)  # fmt: skip
async def test_the_class_follows_from_field_and_level(healthcare: Asker, field: str, level: int, expected: str) -> None:
    """Both come from the city with the representation; nothing is classed before the prototype or outside medicine."""
    sent = achievement("x", maturityLevel=level, technicalField={"code": field})
    assert await healthcare.entities("... on TechnologyAchievement { regulatoryClass }", sent) == [
        {"regulatoryClass": expected}
    ]
    assert healthcare.statements == []


@pytest.mark.parametrize("given", ["", ", maturityLevel: 5", ', technicalField: {code: "0301"}'])
async def test_a_class_without_what_it_requires_is_refused(healthcare: Asker, given: str) -> None:
    """What @requires names must come with the key, all of it."""
    query = f'query {{ _entities(representations: [{{__typename: "TechnologyAchievement", id: "x"{given}}}]) {{ ... on TechnologyAchievement {{ regulatoryClass }} }} }}'
    assert await healthcare.codes(query) == ["INVALID_REPRESENTATION"]


async def test_demands_hospitals_and_highlights(healthcare: Asker, database: Path) -> None:
    """A demand's department, a hospital's departments, the sub-market's highlights in their order; null for no hospital."""
    demand, department, clinical = rows(database, "SELECT demand_id, department, clinical FROM demand_profile LIMIT 1")[
        0
    ]
    (hospital,) = column(database, "SELECT uscc FROM hospital LIMIT 1")
    found = await healthcare.entities(
        "... on Demand { medical { department clinical } } ... on Hospital { departments } ... on IndustrySubMarket { clinicalHighlights { id } }",
        {"__typename": "Demand", "id": demand},
        {"__typename": "Hospital", "uscc": hospital},
        {"__typename": "Hospital", "uscc": "x"},
        {"__typename": "IndustrySubMarket", "id": "SM-HEALTHCARE"},
    )
    assert found[0]["medical"] == {"department": department, "clinical": bool(clinical)}
    assert len(found[1]["departments"]) >= 7
    assert found[2] is None
    highlights = column(database, "SELECT achievement_id FROM highlight ORDER BY position LIMIT 5")
    assert [each["id"] for each in found[3]["clinicalHighlights"]] == highlights


async def test_fifty_entities_take_as_many_statements_as_one(healthcare: Asker, database: Path) -> None:
    """Profiles, hospitals and their trials are loaded in batches."""
    ids = column(database, "SELECT DISTINCT achievement_id FROM trial_base LIMIT 50")
    fields = f"... on TechnologyAchievement {{ {PROFILE} }}"
    await healthcare.entities(fields, achievement(ids[0]))
    for_one = len(healthcare.statements)
    healthcare.statements.clear()
    assert len(await healthcare.entities(fields, *map(achievement, ids))) == 50
    assert len(healthcare.statements) == for_one == 3
