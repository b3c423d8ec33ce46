"""Who may do what with a demand, where the market asks who acts."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from subgraphs.kit.actor import ANSWER as ANSWERS
from subgraphs.kit.actor import BROKER, OPERATE, PUBLISH
from subgraphs.kit.tokens import Tokens
from tests.subgraphs.asking import Asker, open_market
from tests.subgraphs.city.test_demand_steps import GIVEN, OTHER, STEPS
from tests.subgraphs.city.test_mutations import (
    ANSWER,
    PUBLISH_ACHIEVEMENT,
    PUBLISH_DEMAND,
    USCC,
    achievement,
    answer,
    demand,
)
from tests.subgraphs.city.test_news import RENAME
from tests.subgraphs.databases import MarketDatabases
from tests.subgraphs.rows import column
from tests.subgraphs.signing import sign, write_keys

PUBLISHER = sign("publisher", PUBLISH, organization=USCC)
STRANGER = sign("stranger", f"{PUBLISH} {ANSWERS}", organization="91330113DM6YRNH133")
ANSWERER = sign("answerer", f"{ANSWERS} {PUBLISH}", organization=OTHER)
OPERATOR = sign("operator", OPERATE)


@pytest.fixture
async def city(market_databases: MarketDatabases, tmp_path: Path) -> AsyncIterator[Asker]:
    tokens = Tokens.read(write_keys(tmp_path / "keys.json"))
    async with open_market("city", market_databases.copy("city", tmp_path), tokens=tokens) as asker:
        yield asker


@pytest.fixture
async def identity(city: Asker) -> str:
    """A demand with an answer, each by the one whose it is."""
    made = await city.as_(PUBLISHER).ask(PUBLISH_DEMAND, input=demand())
    found: str = made["publishDemand"]["id"]
    await city.as_(ANSWERER).ask(ANSWER, input=answer(demandId=found, organizationUscc=OTHER))
    return found


def wish(name: str, identity: str, **changes: Any) -> dict[str, Any]:
    return {"demandId": identity, "idempotencyKey": "s1"} | GIVEN[name](identity) | changes


@pytest.mark.parametrize(
    ("query", "given", "owner"),
    [
        (PUBLISH_DEMAND, demand(idempotencyKey="k7"), PUBLISHER),
        (PUBLISH_ACHIEVEMENT, achievement(idempotencyKey="k7"), PUBLISHER),
        (ANSWER, answer(organizationUscc=OTHER, idempotencyKey="k7"), ANSWERER),
    ],
)
async def test_an_organisation_speaks_for_itself(city: Asker, query: str, given: dict[str, Any], owner: str) -> None:
    """Nobody else does but the operator; who has no token at all is told so."""
    assert await city.codes(query, input=given) == ["NOT_SIGNED_IN"]
    assert await city.as_(STRANGER).codes(query, input=given) == ["NOT_ALLOWED"]
    assert await city.as_(owner).codes(query, input=given) == []
    assert await city.as_(OPERATOR).codes(query, input=given | {"idempotencyKey": "k8"}) == []


async def test_an_achievement_is_renamed_by_its_owner(city: Asker) -> None:
    """Or the operator; nobody learns from a refusal whether there is such an achievement."""
    made = (await city.as_(PUBLISHER).ask(PUBLISH_ACHIEVEMENT, input=achievement()))["publishAchievement"]["id"]
    given = {"achievementId": made, "title": "新名", "idempotencyKey": "k9"}
    assert await city.codes(RENAME, input=given) == ["NOT_SIGNED_IN"]
    assert await city.as_(STRANGER).codes(RENAME, input=given) == ["NOT_ALLOWED"]
    assert await city.as_(STRANGER).codes(RENAME, input=given | {"achievementId": "330300-A-999999"}) == ["NOT_ALLOWED"]
    assert await city.as_(PUBLISHER).codes(RENAME, input=given) == []
    assert await city.as_(OPERATOR).codes(RENAME, input=given | {"idempotencyKey": "k10"}) == []


@pytest.mark.parametrize("name", STEPS)
async def test_a_demand_is_its_publishers(city: Asker, identity: str, name: str) -> None:
    """Neither a stranger nor who answered it may move it on."""
    if name in ("reopen", "sign"):
        await city.as_(PUBLISHER).ask(STEPS["match"], input=wish("match", identity, idempotencyKey="s0"))
    for other in (STRANGER, ANSWERER):
        assert await city.as_(other).codes(STEPS[name], input=wish(name, identity)) == ["NOT_ALLOWED"]
    assert await city.as_(PUBLISHER).codes(STEPS[name], input=wish(name, identity)) == []


async def test_a_broker_matches_in_his_own_name(city: Asker, identity: str, database: Path) -> None:
    """Not in another's, and not in nobody's."""
    one, other = column(database, "SELECT registration_no FROM broker ORDER BY 1 LIMIT 2")
    broker = city.as_(sign("broker", BROKER, broker=one))
    for number in (other, None):
        assert await broker.codes(STEPS["match"], input=wish("match", identity, brokerNo=number)) == ["NOT_ALLOWED"]
    assert await broker.codes(STEPS["match"], input=wish("match", identity, brokerNo=one)) == []
