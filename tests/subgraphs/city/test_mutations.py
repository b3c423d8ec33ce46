"""The city's mutations: what they write, what they refuse and by which name, and that each happens once."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.subgraphs.asking import Asker, open_market
from tests.subgraphs.databases import MarketDatabases
from tests.subgraphs.rows import column, rows

USCC = "91330113DM6YRNH131"
PUBLISH_DEMAND = """
mutation ($input: PublishDemandInput!) { publishDemand(input: $input) {
  id title summary status publishedAt cityCode countyCode county { name } technicalField { code } publisherUscc source
  budget { amountFen } deadline contact { name phone } answers { id }
} }"""
PUBLISH_ACHIEVEMENT = """
mutation ($input: PublishAchievementInput!) { publishAchievement(input: $input) {
  id title status publishedAt cityCode countyCode ownerUscc maturityLevel serviceInvention patentNos askingPrice { amountFen }
  supportsFreeLicence
} }"""
ANSWER = """
mutation ($input: AnswerDemandInput!) { answerDemand(input: $input) {
  id organizationUscc solution at achievementId
} }"""


def demand(**changes: Any) -> dict[str, Any]:
    given = {"countyCode": "330328", "title": "竹材防霉技术", "summary": "寻求环保防霉工艺", "fieldCode": "0202", "publisherUscc": USCC, "idempotencyKey": "k1"}  # fmt: skip
    return given | changes


def achievement(**changes: Any) -> dict[str, Any]:
    given = {"countyCode": "331127", "title": "香菇菌棒", "summary": "工厂化制棒", "fieldCode": "0204", "ownerUscc": USCC, "maturityLevel": 7, "serviceInvention": True, "idempotencyKey": "k1"}  # fmt: skip
    return given | changes


def answer(**changes: Any) -> dict[str, Any]:
    given = {"demandId": "330300-D-000225", "organizationUscc": USCC, "solution": "低温压榨", "idempotencyKey": "k1"}
    return given | changes


async def test_a_published_demand_is_answered_and_found(own_city: Asker) -> None:
    """It gets its city's next number, the moment and the status OPEN, and stands first in its county."""
    given = demand(
        budgetFen=49_500_000_000,
        deadline="2022-12-31",
        source="INDUSTRY_DEPARTMENT",
        contact={"name": "联系人", "phone": "000-1"},
    )
    made = (await own_city.ask(PUBLISH_DEMAND, input=given))["publishDemand"]
    assert made == {
        "id": "330300-D-000226", "title": "竹材防霉技术", "summary": "寻求环保防霉工艺", "status": "OPEN",
        "publishedAt": "2022-06-27T15:00:00+00:00", "cityCode": "330300", "countyCode": "330328", "county": {"name": "文成县"},
        "technicalField": {"code": "0202"}, "publisherUscc": USCC, "source": "INDUSTRY_DEPARTMENT",
        "budget": {"amountFen": 49_500_000_000}, "deadline": "2022-12-31", "contact": {"name": "联系人", "phone": "000-1"},
        "answers": [],
    }  # fmt: skip
    newest = await own_city.ask('{ demands(countyCode: "330328", first: 1) { edges { node { id } } } }')
    assert newest["demands"]["edges"] == [{"node": {"id": "330300-D-000226"}}]


async def test_a_published_achievement_is_answered_and_found(own_city: Asker) -> None:
    """It gets its city's next number among achievements."""
    given = achievement(patentNos=["ZL202210000000.1"], askingPriceFen=1)
    made = (await own_city.ask(PUBLISH_ACHIEVEMENT, input=given))["publishAchievement"]
    assert made == {
        "id": "331100-A-000426", "title": "香菇菌棒", "status": "OPEN", "publishedAt": "2022-06-27T15:00:00+00:00",
        "cityCode": "331100", "countyCode": "331127", "ownerUscc": USCC, "maturityLevel": 7, "serviceInvention": True,
        "patentNos": ["ZL202210000000.1"], "askingPrice": {"amountFen": 1}, "supportsFreeLicence": False,
    }  # fmt: skip
    assert (await own_city.ask('{ achievement(id: "331100-A-000426") { title } }'))["achievement"][
        "title"
    ] == "香菇菌棒"


async def test_an_answer_stands_first_among_its_demands_answers(own_city: Asker) -> None:
    """It gets the demand's next number and names the achievement that it builds on."""
    given = answer(achievementId="330300-A-000001")
    made = (await own_city.ask(ANSWER, input=given))["answerDemand"]
    assert made == {
        "id": "330300-D-000225-01", "organizationUscc": USCC, "solution": "低温压榨",
        "at": "2022-06-27T15:00:00+00:00", "achievementId": "330300-A-000001",
    }  # fmt: skip
    found = await own_city.ask('{ demand(id: "330300-D-000225") { answers(first: 1) { id } } }')
    assert found["demand"]["answers"] == [{"id": "330300-D-000225-01"}]


@pytest.mark.parametrize(
    ("query", "first", "other"),
    [
        (PUBLISH_DEMAND, demand(), demand(title="另一个")),
        (PUBLISH_ACHIEVEMENT, achievement(), achievement(maturityLevel=6)),
        (ANSWER, answer(), answer(solution="另一个")),
    ],
)
async def test_the_same_wish_twice_happens_once(own_city: Asker, query: str, first: Any, other: Any) -> None:
    """The same key and input answer the same again; with another input the key is refused, and nothing is made."""
    once = await own_city.ask(query, input=first)
    assert await own_city.ask(query, input=first) == once
    assert await own_city.codes(query, input=other) == ["IDEMPOTENCY_KEY_REUSED"]
    assert await own_city.ask(query, input=first) == once
    assert await own_city.ask(query, input=other | {"idempotencyKey": "k2"}) != once


async def test_one_key_may_serve_two_mutations(own_city: Asker) -> None:
    """A key belongs to its mutation, so a client need not know who else made it."""
    await own_city.ask(PUBLISH_DEMAND, input=demand())
    await own_city.ask(PUBLISH_ACHIEVEMENT, input=achievement())


async def test_wishes_sent_at_once_happen_once(own_city: Asker) -> None:
    """Ten calls of one key at the same moment make one demand, and all ten hear of it."""
    answers = await asyncio.gather(*(own_city.ask(PUBLISH_DEMAND, input=demand()) for _ in range(10)))
    assert {answer["publishDemand"]["id"] for answer in answers} == {"330300-D-000226"}


async def test_numbers_given_out_at_once_differ(own_city: Asker) -> None:
    """Ten demands published at the same moment in one city have ten numbers without a gap."""
    wishes = (demand(idempotencyKey=f"k{number}") for number in range(10))
    answers = await asyncio.gather(*(own_city.ask(PUBLISH_DEMAND, input=wish) for wish in wishes))
    assert sorted(answer["publishDemand"]["id"] for answer in answers) == [f"330300-D-{n:06d}" for n in range(226, 236)]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"countyCode": "330300"}, "UNKNOWN_COUNTY"),
        ({"countyCode": "110101"}, "UNKNOWN_COUNTY"),
        ({"title": "  "}, "INVALID_TEXT"),
        ({"title": "长" * 257}, "INVALID_TEXT"),
        ({"summary": ""}, "INVALID_TEXT"),
        ({"fieldCode": "tea"}, "INVALID_FIELD_CODE"),
        ({"publisherUscc": "123"}, "INVALID_USCC"),
        ({"budgetFen": 0}, "INVALID_AMOUNT"),
        ({"deadline": "2022-06-26"}, "DEADLINE_PASSED"),
        ({"contact": {"name": "", "phone": "1"}}, "INVALID_TEXT"),
        ({"idempotencyKey": ""}, "INVALID_IDEMPOTENCY_KEY"),
        ({"idempotencyKey": "k" * 129}, "INVALID_IDEMPOTENCY_KEY"),
    ],
)
async def test_a_demand_that_cannot_be_published_is_refused_by_name(own_city: Asker, changes: Any, code: str) -> None:
    """Each refusal has its own code, and the key remains free for the wish put right."""
    assert await own_city.codes(PUBLISH_DEMAND, input=demand(**changes)) == [code]
    made = await own_city.ask(PUBLISH_DEMAND, input=demand())
    assert made["publishDemand"]["id"] == "330300-D-000226"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"countyCode": "331100"}, "UNKNOWN_COUNTY"),
        ({"maturityLevel": 0}, "INVALID_MATURITY_LEVEL"),
        ({"maturityLevel": 10}, "INVALID_MATURITY_LEVEL"),
        ({"askingPriceFen": -5}, "INVALID_AMOUNT"),
        ({"ownerUscc": "91330113DM6YRNH13I"}, "INVALID_USCC"),
        ({"patentNos": [""]}, "INVALID_TEXT"),
    ],
)
async def test_an_achievement_that_cannot_be_published_is_refused_by_name(
    own_city: Asker, changes: Any, code: str
) -> None:
    """Each refusal has its own code."""
    assert await own_city.codes(PUBLISH_ACHIEVEMENT, input=achievement(**changes)) == [code]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"demandId": "330300-D-999999"}, "DEMAND_NOT_FOUND"),
        ({"solution": " "}, "INVALID_TEXT"),
        ({"organizationUscc": "x"}, "INVALID_USCC"),
        ({"achievementId": "330300-A-999999"}, "ACHIEVEMENT_NOT_FOUND"),
        ({"achievementId": "nonsense"}, "ACHIEVEMENT_NOT_FOUND"),
    ],
)
async def test_an_answer_that_cannot_be_given_is_refused_by_name(own_city: Asker, changes: Any, code: str) -> None:
    """Each refusal has its own code."""
    assert await own_city.codes(ANSWER, input=answer(**changes)) == [code]


async def test_a_demand_that_is_not_open_takes_no_answers(own_city: Asker, market_databases: MarketDatabases) -> None:
    """One that is signed is refused by its status."""
    (identity,) = column(market_databases.path("city"), "SELECT id FROM demand WHERE status = 'SIGNED' LIMIT 1")
    assert await own_city.codes(ANSWER, input=answer(demandId=identity)) == ["DEMAND_NOT_OPEN"]


async def test_an_overdue_demand_takes_no_answers(market_databases: MarketDatabases, tmp_path: Path) -> None:
    """On the last day it does, on the next it does not, by the province's calendar."""
    sql = "SELECT id, deadline FROM demand WHERE status = 'OPEN' AND deadline IS NOT NULL LIMIT 1"
    ((identity, deadline),) = rows(market_databases.path("city"), sql)
    midnight = datetime.fromisoformat(f"{deadline}T16:00:00+00:00")
    url = market_databases.copy("city", tmp_path)
    async with open_market("city", url, clock=lambda: midnight) as city:
        assert await city.codes(ANSWER, input=answer(demandId=identity)) == ["DEADLINE_PASSED"]
    async with open_market("city", url, clock=lambda: midnight - timedelta(seconds=1)) as city:
        assert await city.codes(ANSWER, input=answer(demandId=identity)) == []


async def test_an_achievement_of_another_city_may_be_named(wenzhou: Asker) -> None:
    """Only its own city can tell whether it is there: the answer is taken. One of the city's own must be there."""
    made = (await wenzhou.ask(ANSWER, input=answer(achievementId="330100-A-999999")))["answerDemand"]
    assert made["achievementId"] == "330100-A-999999"
    assert await wenzhou.codes(ANSWER, input=answer(achievementId="330300-A-999999", idempotencyKey="k2")) == [
        "ACHIEVEMENT_NOT_FOUND"
    ]


async def test_a_county_of_another_city_is_unknown(wenzhou: Asker) -> None:
    """What belongs to another city's market is not published in this one."""
    assert await wenzhou.codes(PUBLISH_DEMAND, input=demand(countyCode="330102")) == ["UNKNOWN_COUNTY"]
    assert await wenzhou.codes(PUBLISH_DEMAND, input=demand(countyCode="330326")) == []
