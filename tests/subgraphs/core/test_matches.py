"""Matches: achievements that may meet a demand, and why."""

from pathlib import Path
from typing import Any

import pytest

from subgraphs.core.matching import CRITERIA, Asked, Candidate, rank
from subgraphs.kit.search_text import index_tokens
from tests.subgraphs.asking import Asker
from tests.subgraphs.rows import column, rows

FIELDS = "... on Demand { matches(first: 20) { score achievement { id } parts { criterion weight score reason } } }"
ASKED = Asked("竹材防霉工艺", "0202", "330328")


def candidate(identity: str = "330100-A-000001", **changes: Any) -> Candidate:
    given = {"id": identity, "tokens": index_tokens("香菇菌棒"), "field_code": "0901", "county_code": "330102", "maturity": 1}  # fmt: skip
    return Candidate(**(given | changes))


def sent(path: Path, county: str = "330328") -> dict[str, Any]:
    """A demand as a gateway sends it, which asks for what the first achievement without a deal is."""
    sql = "SELECT r.title, r.field_code FROM listing_record r LEFT JOIN deal d ON d.achievement_id = r.id WHERE d.id IS NULL AND r.kind = 'ACHIEVEMENT' ORDER BY r.id LIMIT 1"
    ((title, field),) = rows(path, sql)
    return {"__typename": "Demand", "id": "330300-D-999999", "title": title, "countyCode": county, "technicalField": {"code": field}}  # fmt: skip


def test_the_weights_add_up_to_one() -> None:
    """So a score lies between 0 and 1."""
    assert sum(weight for _, weight, _ in CRITERIA) == pytest.approx(1)


@pytest.mark.parametrize(
    ("better", "why"),
    [
        ({"tokens": index_tokens("竹材工艺")}, "2 of the title's 5 words occur."),
        ({"field_code": "0202"}, "The same technical field, 0202."),
        ({"field_code": "0207"}, "Both in the field 02."),
        ({"county_code": "330328"}, "In the same county, 330328."),
        ({"county_code": "330302"}, "In the same city, 330300."),
        ({"maturity": 9}, "Technology readiness level 9 of 9."),
    ],
)
def test_what_fits_better_stands_first_and_says_why(better: dict[str, Any], why: str) -> None:
    """Each of text, industry, region and maturity lifts an achievement above one that is otherwise alike."""
    found = rank(ASKED, [candidate("330100-A-000001"), candidate("330100-A-000002", **better)], 2)
    assert [match.achievement_id[-1] for match in found] == ["2", "1"]
    reasons = " ".join(part.reason for part in found[0].parts)
    assert why in reasons


def test_what_is_not_known_counts_nothing_and_is_said() -> None:
    """An achievement of which core has only the id is where its id says."""
    (found,) = rank(ASKED, [candidate(tokens="", field_code=None, county_code=None, maturity=None)], 1)
    assert found.score == pytest.approx(0.1 * 0.2)
    assert [part.score for part in found.parts] == [0, 0, 0.2, 0]


def test_equal_matches_stand_in_the_order_of_their_ids() -> None:
    """So an answer is the same whenever it is asked for."""
    found = rank(ASKED, [candidate(f"330100-A-00000{number}") for number in (3, 1, 2)], 2)
    assert [match.achievement_id[-1] for match in found] == ["1", "2"]


async def test_a_demand_finds_the_achievement_that_it_describes(core: Asker, database: Path) -> None:
    """Same title, same field: every word of the title occurs in the best ones, of which none has been traded."""
    (found,) = await core.entities(FIELDS, sent(database))
    best = found["matches"][0]
    assert [(part["criterion"], part["score"]) for part in best["parts"][:2]] == [("TEXT", 1), ("INDUSTRY", 1)]
    assert best["score"] == pytest.approx(sum(part["weight"] * part["score"] for part in best["parts"]), abs=1e-3)
    scores = [match["score"] for match in found["matches"]]
    assert (len(scores), scores) == (20, sorted(scores, reverse=True))
    ids = {match["achievement"]["id"] for match in found["matches"]}
    assert not ids & set(column(database, "SELECT achievement_id FROM deal"))


async def test_a_demand_costs_four_statements(core: Asker, database: Path) -> None:
    """Eight statements for two demands: for each, two that propose and two that read what is known."""
    await core.entities(FIELDS, sent(database), sent(database, county="330102"))
    assert len(core.statements) == 8


async def test_what_the_city_did_not_tell_is_asked_for_by_name(core: Asker) -> None:
    """A representation without what ``@requires`` names is refused."""
    query = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Demand { matches { score } } } }"
    assert await core.codes(query, r=[{"__typename": "Demand", "id": "330300-D-000001"}]) == ["INVALID_REPRESENTATION"]
