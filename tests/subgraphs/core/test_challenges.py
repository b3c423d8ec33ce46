"""The challenge's rounds: who may enter, what passes, and that nothing counts twice."""

import asyncio
from typing import Any

import pytest

from tests.subgraphs.asking import Asker

FIELDS = "{ number stage markCount meanMark intendedAmount { amountFen } demand { id } event { year } }"
OPEN = "mutation ($input: OpenChallengeInput!) { openChallenge(input: $input) { year name collectedCount } }"
ENTER = f"mutation ($input: EnterChallengeInput!) {{ enterChallenge(input: $input) {FIELDS} }}"
JUDGE = f"mutation ($input: JudgeEntryInput!) {{ judgeChallengeEntry(input: $input) {FIELDS} }}"
ADVANCE = f"mutation ($input: AdvanceEntryInput!) {{ advanceChallengeEntry(input: $input) {FIELDS} }}"
DEMAND = "330300-D-009999"


class Challenge:
    """The challenge of 2023 with one entry, each call under a key of its own."""

    def __init__(self, core: Asker) -> None:
        self.core, self.calls = core, 0

    async def send(self, query: str, **given: Any) -> dict[str, Any]:
        self.calls += 1
        wish = {"year": 2023, "idempotencyKey": f"k{self.calls}"} | given
        return await self.core.answer(query, input=wish)

    async def begin(self) -> None:
        await self.send(OPEN, name="2023年技术创新挑战赛")
        await self.send(ENTER, demandId=DEMAND)

    async def judge(self, *marks: int) -> None:
        for number, mark in enumerate(marks):
            assert "errors" not in await self.send(JUDGE, number=1, judge=f"评委{number}", mark=mark)

    async def advance(self, **given: Any) -> Any:
        answer = await self.send(ADVANCE, number=1, **given)
        return code(answer) if "errors" in answer else answer["data"]["advanceChallengeEntry"]["stage"]


def code(answer: dict[str, Any]) -> str:
    return str(answer["errors"][0]["extensions"]["code"])


@pytest.fixture
async def challenge(own_core: Asker) -> Challenge:
    begun = Challenge(own_core)
    await begun.begin()
    return begun


async def test_an_entry_goes_from_round_to_round_to_its_signing(challenge: Challenge) -> None:
    """Screened, then judged three times; the figures follow."""
    assert await challenge.advance() == "PUBLISHED"
    for stage in ("MATCHED", "FINAL"):
        await challenge.judge(60, 50, 70)
        assert await challenge.advance() == stage
    await challenge.judge(100, 90, 80, 70)
    assert await challenge.advance(intendedAmountFen=123_400) == "SIGNED"
    query = "{ challengeEvent(year: 2023) { name collectedCount matchedCount signedCount intendedAmount { amountFen } entries { number } } }"
    assert (await challenge.core.ask(query))["challengeEvent"] == {
        "name": "2023年技术创新挑战赛", "collectedCount": 1, "matchedCount": 1, "signedCount": 1,
        "intendedAmount": {"amountFen": 123_400}, "entries": [{"number": 1}],
    }  # fmt: skip
    assert await challenge.advance() == "ENTRY_FINISHED"


async def test_an_entry_shows_its_marks_of_the_round(challenge: Challenge) -> None:
    """Those of the round before are no longer counted."""
    await challenge.advance()
    await challenge.judge(60, 61, 63)
    query = f"{{ challengeEvent(year: 2023) {{ entries {FIELDS} }} }}"
    (found,) = (await challenge.core.ask(query))["challengeEvent"]["entries"]
    assert (found["markCount"], found["meanMark"]) == (3, pytest.approx(184 / 3))
    await challenge.advance()
    (found,) = (await challenge.core.ask(query))["challengeEvent"]["entries"]
    assert (found["stage"], found["markCount"], found["meanMark"]) == ("MATCHED", 0, None)


async def test_a_new_entry_follows_those_that_there_are(own_core: Asker) -> None:
    """The challenge of 2021 has 380."""
    made = await own_core.ask(ENTER, input={"year": 2021, "demandId": DEMAND, "idempotencyKey": "k1"})
    assert made["enterChallenge"] == {
        "number": 381, "stage": "COLLECTED", "markCount": 0, "meanMark": None, "intendedAmount": None,
        "demand": {"id": DEMAND}, "event": {"year": 2021},
    }  # fmt: skip


async def test_a_demand_enters_a_challenge_once(own_core: Asker) -> None:
    """Ten calls under one key hear of one entry; another key is told that it is there."""
    wish = {"year": 2021, "demandId": DEMAND, "idempotencyKey": "k1"}
    answers = await asyncio.gather(*(own_core.ask(ENTER, input=wish) for _ in range(10)))
    assert answers == [answers[0]] * 10
    assert await own_core.codes(ENTER, input=wish | {"idempotencyKey": "k2"}) == ["ALREADY_ENTERED"]


async def test_a_judge_marks_once_a_round(challenge: Challenge) -> None:
    """And again in the next."""
    await challenge.advance()
    await challenge.judge(80, 80, 80)
    assert code(await challenge.send(JUDGE, number=1, judge="评委0", mark=100)) == "ALREADY_JUDGED"
    await challenge.advance()
    await challenge.judge(80)


@pytest.mark.parametrize(
    ("query", "given", "expected"),
    [
        (OPEN, {"name": "又一个"}, "CHALLENGE_EXISTS"),
        (OPEN, {"name": " ", "year": 2024}, "INVALID_TEXT"),
        (OPEN, {"name": "x", "year": 24}, "INVALID_YEAR"),
        (ENTER, {"demandId": DEMAND, "year": 1999}, "CHALLENGE_NOT_FOUND"),
        (ENTER, {"demandId": "x"}, "DEMAND_NOT_FOUND"),
        (JUDGE, {"number": 1, "judge": "评委", "mark": 60}, "NOT_TO_BE_JUDGED"),
        (JUDGE, {"number": 1, "judge": "评委", "mark": 101}, "INVALID_MARK"),
        (JUDGE, {"number": 1, "judge": " ", "mark": 1}, "INVALID_TEXT"),
        (JUDGE, {"number": 2, "judge": "评委", "mark": 1}, "ENTRY_NOT_FOUND"),
        (ADVANCE, {"number": 2}, "ENTRY_NOT_FOUND"),
        (ADVANCE, {"number": 1, "intendedAmountFen": 5}, "INVALID_AMOUNT"),
        (ADVANCE, {"number": 1, "intendedAmountFen": 0}, "INVALID_AMOUNT"),
    ],
)
async def test_what_the_rules_do_not_allow_is_refused_by_name(
    challenge: Challenge, query: str, given: dict[str, Any], expected: str
) -> None:
    """And the entry stands where it stood."""
    assert code(await challenge.send(query, **given)) == expected
    found = await challenge.core.ask("{ challengeEvent(year: 2023) { entries { stage } } }")
    assert found["challengeEvent"]["entries"] == [{"stage": "COLLECTED"}]


async def test_an_entry_is_signed_with_an_amount(challenge: Challenge) -> None:
    """Without one it stays in the final."""
    await challenge.advance()
    for _ in range(2):
        await challenge.judge(80, 80, 80)
        await challenge.advance()
    await challenge.judge(80, 80, 80)
    assert await challenge.advance() == "INVALID_AMOUNT"
    assert await challenge.advance(intendedAmountFen=1) == "SIGNED"


async def test_of_two_who_move_an_entry_on_one_does(challenge: Challenge) -> None:
    """The other is judged by the stage that it then has."""
    found = await asyncio.gather(*(challenge.advance() for _ in range(4)))
    assert sorted(found) == ["NOT_YET_JUDGED"] * 3 + ["PUBLISHED"]


@pytest.mark.parametrize(
    ("marks", "expected"),
    [((), "NOT_YET_JUDGED"), ((100, 100), "NOT_YET_JUDGED"), ((60, 60, 59), "BELOW_THE_MARK"), ((60, 60, 60), "MATCHED")],
)  # fmt: skip
async def test_a_round_is_passed_by_the_marks(challenge: Challenge, marks: tuple[int, ...], expected: str) -> None:
    """At least three, with a mean of at least sixty."""
    await challenge.advance()
    await challenge.judge(*marks)
    assert await challenge.advance() == expected
