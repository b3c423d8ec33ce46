"""Demands distilled into items of programmes' lists."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.subgraphs.asking import Asker
from tests.subgraphs.rows import column

PROMOTE = """mutation ($input: PromoteDemandsInput!) { promoteDemands(input: $input) {
  programme year number title organisationMode list sourceDemands { id programmeListing { number } }
} }"""
FRESH = ["330300-D-009998", "330300-D-009999"]


def item(**changes: Any) -> dict[str, Any]:
    given = {
        "programme": "JIANBING", "year": 2022, "title": "竹材防霉关键技术", "organisationMode": "OPEN_CALL_FOR_LEADERS",
        "list": "DOMESTIC_SUBSTITUTION", "demandIds": FRESH, "idempotencyKey": "k1",
    }  # fmt: skip
    return given | changes


async def test_demands_become_the_next_item_of_a_list(own_core: Asker) -> None:
    """After the 132 of the letter; the demands know where they went."""
    made = (await own_core.ask(PROMOTE, input=item()))["promoteDemands"]
    assert made == {
        "programme": "JIANBING", "year": 2022, "number": 133, "title": "竹材防霉关键技术",
        "organisationMode": "OPEN_CALL_FOR_LEADERS", "list": "DOMESTIC_SUBSTITUTION",
        "sourceDemands": [{"id": identity, "programmeListing": {"number": 133}} for identity in FRESH],
    }  # fmt: skip
    figures = await own_core.ask("{ figures { programmeListings(programme: JIANBING) } }")
    assert figures["figures"]["programmeListings"] == 133


async def test_a_new_programme_or_year_begins_at_one(own_core: Asker) -> None:
    """Each has its own numbers."""
    made = (await own_core.ask(PROMOTE, input=item(programme="LINGHANG")))["promoteDemands"]
    assert made["number"] == 1


async def test_the_same_wish_twice_makes_one_item(own_core: Asker) -> None:
    """One key, one item; also where the calls meet."""
    answers = await asyncio.gather(*(own_core.ask(PROMOTE, input=item()) for _ in range(5)))
    assert answers == [answers[0]] * 5
    assert await own_core.codes(PROMOTE, input=item(title="另一个")) == ["IDEMPOTENCY_KEY_REUSED"]


async def test_a_demand_feeds_one_item_at_most(own_core: Asker, database: Path) -> None:
    """Whether it was listed in the demo or just now; the number that was taken is free again."""
    (listed,) = column(database, "SELECT demand_id FROM programme_listing_source LIMIT 1")
    assert await own_core.codes(PROMOTE, input=item(demandIds=[listed])) == ["DEMAND_ALREADY_LISTED"]
    made = await asyncio.gather(*(own_core.answer(PROMOTE, input=item(idempotencyKey=f"k{n}")) for n in range(4)))
    assert sorted("errors" in answer for answer in made) == [False, True, True, True]
    assert next(answer["data"]["promoteDemands"]["number"] for answer in made if "errors" not in answer) == 133


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"demandIds": []}, "INVALID_DEMANDS"),
        ({"demandIds": [FRESH[0], FRESH[0]]}, "INVALID_DEMANDS"),
        ({"demandIds": [f"330300-D-{n:06d}" for n in range(21)]}, "INVALID_DEMANDS"),
        ({"demandIds": ["330300-A-000001"]}, "DEMAND_NOT_FOUND"),
        ({"title": " "}, "INVALID_TEXT"),
        ({"year": 1066}, "INVALID_YEAR"),
    ],
)
async def test_what_cannot_be_listed_is_refused_by_name(own_core: Asker, changes: dict[str, Any], code: str) -> None:
    """And no number is used up."""
    assert await own_core.codes(PROMOTE, input=item(**changes)) == [code]
    assert (await own_core.ask(PROMOTE, input=item()))["promoteDemands"]["number"] == 133
