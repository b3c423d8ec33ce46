"""A demand's life: which steps may follow which, who wins where two come at once, and records that cannot be bent."""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from subgraphs.kit.evidence import record_hash
from tests.subgraphs.asking import Asker, open_market
from tests.subgraphs.city.test_mutations import ANSWER, PUBLISH_DEMAND, USCC, answer, demand
from tests.subgraphs.databases import MarketDatabases
from tests.subgraphs.rows import column

OTHER = "91330113DM6YRNH132"
FIELDS = """{
  id status agreement { answer { id } broker { registrationNo } matchedAt contractNo signedAt }
  records { height step subject sha256 previousSha256 recordedAt }
}"""
STEPS = {
    step: f"mutation ($input: {step[0].upper()}{step[1:]}DemandInput!) {{ {step}Demand(input: $input) {FIELDS} }}"
    for step in ("match", "reopen", "sign", "withdraw")
}
GIVEN: dict[str, Callable[[str], dict[str, Any]]] = {
    "match": lambda identity: {"answerId": f"{identity}-01"},
    "reopen": lambda _: {"reason": "价格未谈拢"},
    "sign": lambda _: {"contractNo": "2022-33-000001"},
    "withdraw": lambda _: {"reason": "已自行解决"},
}


async def publish(city: Asker, key: str = "p1") -> str:
    """A demand with one answer."""
    made = await city.ask(PUBLISH_DEMAND, input=demand(idempotencyKey=key))
    identity: str = made["publishDemand"]["id"]
    await city.ask(ANSWER, input=answer(demandId=identity, organizationUscc=OTHER, idempotencyKey=key))
    return identity


async def step(city: Asker, name: str, identity: str, key: str = "s1", **changes: Any) -> Any:
    """What the whole answer to a step is."""
    return await city.answer(
        STEPS[name], input={"demandId": identity, "idempotencyKey": key} | GIVEN[name](identity) | changes
    )


async def read(city: Asker, identity: str) -> Any:
    return (await city.ask(f"query ($id: ID!) {{ demand(id: $id) {FIELDS} }}", id=identity))["demand"]


def code(found: Any) -> str:
    return str(found["errors"][0]["extensions"]["code"])


def check_chain(found: Any) -> list[str]:
    """The steps of a demand's records, after each was hashed anew."""
    previous = None
    for height, record in enumerate(found["records"]):
        assert record["previousSha256"] == previous
        previous = record_hash(
            chain=found["id"],
            height=height,
            kind=record["step"],
            recorded_at=datetime.fromisoformat(record["recordedAt"]),
            subject=json.loads(record["subject"]),
            previous=previous,
        )
        assert record["sha256"] == previous
    return [record["step"] for record in found["records"]]


async def test_a_demand_is_matched_by_a_broker_and_signed(own_city: Asker, database: Path) -> None:
    """Each step shows in its status, its agreement and its records."""
    identity = await publish(own_city)
    (broker,) = column(database, "SELECT registration_no FROM broker ORDER BY 1 LIMIT 1")
    matched = (await step(own_city, "match", identity, brokerNo=broker))["data"]["matchDemand"]
    assert (matched["status"], matched["agreement"]) == (
        "MATCHED",
        {
            "answer": {"id": f"{identity}-01"}, "broker": {"registrationNo": broker},
            "matchedAt": "2022-06-27T15:00:00+00:00", "contractNo": None, "signedAt": None,
        },
    )  # fmt: skip
    signed = (await step(own_city, "sign", identity))["data"]["signDemand"]
    assert (signed["status"], signed["agreement"]["contractNo"]) == ("SIGNED", "2022-33-000001")
    assert check_chain(signed) == ["PUBLISHED", "ANSWERED", "MATCHED", "SIGNED"]


async def test_records_hold_texts_by_their_hashes(own_city: Asker) -> None:
    """Who holds the text can show that it is the one; nobody reads it from the record."""
    found = await read(own_city, await publish(own_city))
    subjects = [json.loads(record["subject"]) for record in found["records"]]
    assert subjects[0] == {
        "title": "竹材防霉技术", "publisher": USCC, "summarySha256": sha256("寻求环保防霉工艺".encode()).hexdigest(),
    }  # fmt: skip
    assert subjects[1]["solutionSha256"] == sha256("低温压榨".encode()).hexdigest()


async def test_a_demand_that_came_to_nothing_is_open_again(own_city: Asker) -> None:
    """Its agreement is gone, what happened is still on record, and it may be matched anew."""
    identity = await publish(own_city)
    await step(own_city, "match", identity)
    again = (await step(own_city, "reopen", identity))["data"]["reopenDemand"]
    assert (again["status"], again["agreement"]) == ("OPEN", None)
    matched = (await step(own_city, "match", identity, key="s2"))["data"]["matchDemand"]
    assert check_chain(matched) == ["PUBLISHED", "ANSWERED", "MATCHED", "REOPENED", "MATCHED"]


@pytest.mark.parametrize("name", STEPS)
async def test_a_step_sent_twice_is_taken_once(own_city: Asker, name: str) -> None:
    """The second answers the same, although the step could not be taken a second time; another input is refused."""
    identity = await publish(own_city)
    if name in ("reopen", "sign"):
        await step(own_city, "match", identity, key="before")
    once = await step(own_city, name, identity)
    assert "errors" not in once
    assert await step(own_city, name, identity) == once
    other = {"match": "answerId", "sign": "contractNo"}.get(name, "reason")
    assert code(await step(own_city, name, identity, **{other: "another"})) == "IDEMPOTENCY_KEY_REUSED"


async def test_the_same_step_sent_at_once_is_taken_once(own_city: Asker) -> None:
    """Ten calls under one key: all hear of the one that was done."""
    identity = await publish(own_city)
    found = await asyncio.gather(*(step(own_city, "match", identity) for _ in range(10)))
    assert all("errors" not in answer for answer in found)
    assert check_chain(await read(own_city, identity)) == ["PUBLISHED", "ANSWERED", "MATCHED"]


async def test_of_different_steps_taken_at_once_each_is_judged_by_the_one_before(own_city: Asker) -> None:
    """One match wins, the others hear that the demand is no longer open."""
    identity = await publish(own_city)
    found = await asyncio.gather(*(step(own_city, "match", identity, key=f"k{n}") for n in range(8)))
    refused = [code(answer) for answer in found if "errors" in answer]
    assert refused == ["DEMAND_NOT_OPEN"] * 7
    assert check_chain(await read(own_city, identity)) == ["PUBLISHED", "ANSWERED", "MATCHED"]


@pytest.mark.parametrize(
    ("name", "changes", "expected"),
    [
        ("match", {"demandId": "330300-D-999999"}, "DEMAND_NOT_FOUND"),
        ("match", {"answerId": "330300-D-000001-01"}, "ANSWER_NOT_FOUND"),
        ("match", {"answerId": "nonsense"}, "ANSWER_NOT_FOUND"),
        ("match", {"brokerNo": "nobody"}, "BROKER_NOT_FOUND"),
        ("match", {"idempotencyKey": ""}, "INVALID_IDEMPOTENCY_KEY"),
        ("reopen", {}, "DEMAND_NOT_MATCHED"),
        ("reopen", {"reason": " "}, "INVALID_TEXT"),
        ("sign", {}, "DEMAND_NOT_MATCHED"),
        ("sign", {"contractNo": "9" * 33}, "INVALID_TEXT"),
        ("withdraw", {"reason": ""}, "INVALID_TEXT"),
    ],
)
async def test_a_step_that_cannot_be_taken_is_refused_by_name(
    own_city: Asker, name: str, changes: dict[str, Any], expected: str
) -> None:
    """Nothing is recorded of it."""
    identity = await publish(own_city)
    assert code(await step(own_city, name, identity, **changes)) == expected
    assert check_chain(await read(own_city, identity)) == ["PUBLISHED", "ANSWERED"]


async def test_nobody_answers_a_demand_of_his_own(own_city: Asker) -> None:
    """Another organisation has to."""
    identity = await publish(own_city)
    own = answer(demandId=identity, organizationUscc=USCC, idempotencyKey="k9")
    assert await own_city.codes(ANSWER, input=own) == ["OWN_DEMAND"]


NUMBERS = count(1)
ALLOWED = {
    ("OPEN", "match"): "MATCHED",
    ("MATCHED", "reopen"): "OPEN",
    ("MATCHED", "sign"): "SIGNED",
    ("OPEN", "withdraw"): "WITHDRAWN",
    ("MATCHED", "withdraw"): "WITHDRAWN",
}
REFUSALS = {"match": "DEMAND_NOT_OPEN", "reopen": "DEMAND_NOT_MATCHED", "sign": "DEMAND_NOT_MATCHED", "withdraw": "DEMAND_CLOSED"}  # fmt: skip


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walk=st.lists(st.sampled_from(sorted(STEPS)), max_size=7))
async def test_any_walk_goes_where_the_rules_lead(
    walk: list[str], tmp_path: Path, market_databases: MarketDatabases
) -> None:
    """Whatever steps are tried in whatever order: status, refusals and records are those of a table of five moves."""
    own, number = tmp_path / "city.db", next(NUMBERS)  # the same walk tried again is another demand's
    url = f"sqlite+aiosqlite:///{own}" if own.exists() else market_databases.copy("city", tmp_path)
    async with open_market("city", url) as city:
        identity, status, taken = await publish(city, f"walk-{number}"), "OPEN", ["PUBLISHED", "ANSWERED"]
        for at, name in enumerate(walk):
            found = await step(city, name, identity, key=f"walk-{number}-{at}")
            if following := ALLOWED.get((status, name)):
                status = following
                taken.append({"match": "MATCHED", "reopen": "REOPENED", "sign": "SIGNED"}.get(name, "WITHDRAWN"))
                assert "errors" not in found
            else:
                assert code(found) == REFUSALS[name]
        now = await read(city, identity)
        assert (now["status"], check_chain(now)) == (status, taken)
