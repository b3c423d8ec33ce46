"""Who may do what with lists, challenges and points, where the market asks who acts."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from subgraphs.kit.actor import BROKER, JUDGE, OPERATE, PUBLISH
from subgraphs.kit.tokens import Tokens
from tests.subgraphs.asking import Asker, open_market
from tests.subgraphs.core.test_challenges import ADVANCE, DEMAND, ENTER, OPEN
from tests.subgraphs.core.test_challenges import JUDGE as MARK
from tests.subgraphs.core.test_contributions import RECORD, act
from tests.subgraphs.core.test_promotions import PROMOTE, item
from tests.subgraphs.databases import MarketDatabases
from tests.subgraphs.rows import column
from tests.subgraphs.signing import sign, write_keys

OPERATOR = sign("operator", OPERATE)
COMPANY = sign("company", PUBLISH, organization="91330113DM6YRNH131")
JUDGES = sign("评委甲", JUDGE)


@pytest.fixture
async def core(market_databases: MarketDatabases, tmp_path: Path) -> AsyncIterator[Asker]:
    tokens = Tokens.read(write_keys(tmp_path / "keys.json"))
    async with open_market("core", market_databases.copy("core", tmp_path), tokens=tokens) as asker:
        yield asker


@pytest.mark.parametrize(
    ("query", "given", "allowed"),
    [
        (PROMOTE, item(), {OPERATOR}),
        (OPEN, {"year": 2023, "name": "x", "idempotencyKey": "k"}, {OPERATOR}),
        (ENTER, {"year": 2021, "demandId": DEMAND, "idempotencyKey": "k"}, {OPERATOR, COMPANY}),
    ],
)
async def test_the_operator_keeps_lists_and_challenges(
    core: Asker, query: str, given: dict[str, Any], allowed: set[str]
) -> None:
    """A company may enter demands, and no more."""
    assert await core.codes(query, input=given) == ["NOT_SIGNED_IN"]
    for number, token in enumerate((COMPANY, JUDGES, OPERATOR)):
        if token in allowed:
            assert await core.as_(token).codes(query, input=given) == []
        else:
            wish = given | {"idempotencyKey": f"k{number}"}
            assert await core.as_(token).codes(query, input=wish) == ["NOT_ALLOWED"]


async def test_a_judge_marks_in_his_own_name(core: Asker) -> None:
    """Not in another's; and judges do not move entries on."""
    operator = core.as_(OPERATOR)
    (number,) = (
        (await operator.ask(ENTER, input={"year": 2021, "demandId": DEMAND, "idempotencyKey": "k"}))["enterChallenge"][
            "number"
        ],
    )
    entry = {"year": 2021, "number": number}
    await operator.ask(ADVANCE, input=entry | {"idempotencyKey": "k"})
    mark = entry | {"judge": "评委甲", "mark": 70, "idempotencyKey": "k"}
    assert await core.as_(JUDGES).codes(MARK, input=mark | {"judge": "评委乙"}) == ["NOT_ALLOWED"]
    assert await core.as_(JUDGES).codes(MARK, input=mark) == []
    assert await core.as_(JUDGES).codes(ADVANCE, input=entry | {"idempotencyKey": "j"}) == ["NOT_ALLOWED"]


async def test_a_broker_enters_his_own_acts(core: Asker, database: Path) -> None:
    """Not another's."""
    one, other = column(database, "SELECT registration_no FROM broker ORDER BY 1 LIMIT 2")
    broker = core.as_(sign("broker", BROKER, broker=one))
    assert await broker.codes(RECORD, input=act(other)) == ["NOT_ALLOWED"]
    assert await broker.codes(RECORD, input=act(one)) == []
