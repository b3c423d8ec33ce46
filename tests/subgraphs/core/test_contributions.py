"""Brokers' points: what each act is worth, that it counts once, and whose it is."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from subgraphs.core.contribution_rules import RULES
from subgraphs.kit.enums import ContributionReason
from tests.subgraphs.asking import Asker
from tests.subgraphs.rows import rows

RECORD = """mutation ($input: RecordContributionInput!) { recordContribution(input: $input) {
  points reason at demand { id } deal { id }
} }"""
POINTS = (
    "query ($no: ID!) { broker(registrationNo: $no) { contributionPoints contributions(first: 3) { points reason } } }"
)
FRESH = "330300-D-009999"
"""A demand that nobody has done anything for."""


@pytest.fixture
def brokers(database: Path) -> list[str]:
    return [number for (number,) in rows(database, "SELECT registration_no FROM broker ORDER BY 1 LIMIT 2")]


def act(broker: str, **changes: Any) -> dict[str, Any]:
    given = {"registrationNo": broker, "reason": "DEMAND_REFINED", "demandId": FRESH, "idempotencyKey": "k1"}
    return given | changes


async def points(core: Asker, broker: str) -> int:
    return int((await core.ask(POINTS, no=broker))["broker"]["contributionPoints"])


async def test_the_rules_can_be_read(core: Asker) -> None:
    """As data, one for each reason."""
    found = (await core.ask("{ contributionRules { reason points subject exclusive } }"))["contributionRules"]
    assert {rule["reason"]: rule["points"] for rule in found} == {
        "DEMAND_REFINED": 10, "DEMAND_PUSHED": 5, "MATCH_MADE": 20, "DEAL_SIGNED": 50, "ROADSHOW": 8,
    }  # fmt: skip
    assert set(RULES) == set(ContributionReason)


async def test_an_act_earns_its_points(own_core: Asker, brokers: list[str]) -> None:
    """They are in the sum and in the ledger."""
    before = await points(own_core, brokers[0])
    made = (await own_core.ask(RECORD, input=act(brokers[0])))["recordContribution"]
    assert made == {"points": 10, "reason": "DEMAND_REFINED", "at": "2022-06-27T15:00:00+00:00", "demand": {"id": FRESH}, "deal": None}  # fmt: skip
    assert await points(own_core, brokers[0]) == before + 10


@pytest.mark.parametrize(
    ("reason", "subject", "worth"),
    [("DEMAND_REFINED", {"demandId": FRESH}, 10), ("DEMAND_PUSHED", {"demandId": FRESH}, 5), ("ROADSHOW", {"demandId": None}, 8)],
)  # fmt: skip
async def test_the_same_act_counts_once(
    own_core: Asker, brokers: list[str], reason: str, subject: dict[str, Any], worth: int
) -> None:
    """Under one key or under ten, one after the other or all at once."""
    before = await points(own_core, brokers[0])
    wishes = [act(brokers[0], reason=reason, idempotencyKey=f"k{number % 5}", **subject) for number in range(10)]
    await asyncio.gather(*(own_core.ask(RECORD, input=wish) for wish in wishes))
    assert await points(own_core, brokers[0]) == before + worth


async def test_the_broker_of_a_deal_has_his_points_already(own_core: Asker, database: Path) -> None:
    """What the demo's ledger holds is not entered again."""
    ((deal, broker),) = rows(database, "SELECT id, broker_no FROM deal WHERE broker_no IS NOT NULL LIMIT 1")
    before = await points(own_core, broker)
    for reason in ("MATCH_MADE", "DEAL_SIGNED"):
        wish = act(broker, reason=reason, demandId=None, dealId=deal, idempotencyKey=reason)
        assert (await own_core.ask(RECORD, input=wish))["recordContribution"]["deal"] == {"id": deal}
    assert await points(own_core, broker) == before


async def test_one_broker_alone_refines_a_demand_and_many_push_it(own_core: Asker, brokers: list[str]) -> None:
    """The second is told whose it is."""
    one, other = brokers
    await own_core.ask(RECORD, input=act(one))
    assert await own_core.codes(RECORD, input=act(other, idempotencyKey="k2")) == ["CONTRIBUTION_TAKEN"]
    for number, broker in enumerate(brokers):
        await own_core.ask(RECORD, input=act(broker, reason="DEMAND_PUSHED", idempotencyKey=f"p{number}"))


async def test_of_two_brokers_at_once_one_refines(own_core: Asker, brokers: list[str]) -> None:
    """However they race."""
    wishes = [act(broker, idempotencyKey=broker) for broker in brokers]
    codes = await asyncio.gather(*(own_core.codes(RECORD, input=wish) for wish in wishes))
    assert sorted(codes) == [[], ["CONTRIBUTION_TAKEN"]]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"registrationNo": "nobody"}, "BROKER_NOT_FOUND"),
        ({"demandId": None}, "DEMAND_NOT_FOUND"),
        ({"demandId": "330300-A-000001"}, "DEMAND_NOT_FOUND"),
        ({"reason": "DEAL_SIGNED"}, "DEAL_NOT_FOUND"),
        ({"reason": "MATCH_MADE", "dealId": "330300-T-999999"}, "DEAL_NOT_FOUND"),
        ({"idempotencyKey": ""}, "INVALID_IDEMPOTENCY_KEY"),
    ],
)
async def test_an_act_that_cannot_be_entered_is_refused_by_name(
    own_core: Asker, brokers: list[str], changes: dict[str, Any], code: str
) -> None:
    """Nothing is earned by it."""
    before = await points(own_core, brokers[0])
    assert await own_core.codes(RECORD, input=act(brokers[0], **changes)) == [code]
    assert await points(own_core, brokers[0]) == before


async def test_a_deal_earns_points_for_its_own_broker_only(own_core: Asker, database: Path) -> None:
    """Another one is told so."""
    sql = "SELECT d.id, b.registration_no FROM deal d, broker b WHERE b.registration_no <> d.broker_no LIMIT 1"
    ((deal, other),) = rows(database, sql)
    wish = act(other, reason="DEAL_SIGNED", demandId=None, dealId=deal)
    assert await own_core.codes(RECORD, input=wish) == ["NOT_THE_DEALS_BROKER"]
