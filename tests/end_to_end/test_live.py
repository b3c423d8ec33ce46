"""Live through the gateway: what one client changes, others see, with the fields that other subgraphs have."""

import asyncio
import itertools
import json
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from gateway.transport.graphiql import Example
from tests.cli.test_demo import Demo, demo
from tests.end_to_end.databases import opened
from tests.end_to_end.subscribing import PATIENCE_SECONDS, Answers, next_data, subscribed
from tests.subgraphs.conftest import market_databases
from tests.subgraphs.databases import MarketDatabases

__all__ = ["market_databases"]

KEYS = itertools.count(1)
PUBLISH = "mutation ($input: PublishDemandInput!) { publishDemand(input: $input) { id } }"
NEW_DEMANDS = """subscription ($industry: ID, $region: ID) { newDemands(industry: $industry, region: $region) {
  id title county { name nameEn } publisher { __typename name } freeLicenceEligible technicalField { name }
  matches(first: 1) { score achievement { id title owner { name } } }
} }"""


@pytest.fixture(scope="module")
def own_folder(market_databases: MarketDatabases, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the demo data that these tests may change."""
    folder = tmp_path_factory.mktemp("live") / "market"
    market_databases.copy_all(folder)
    return folder


@pytest.fixture(scope="module")
def running(own_folder: Path) -> Iterator[Demo]:
    with demo(own_folder.parent) as started:
        yield started


async def ask(running: Demo, query: str, **variables: Any) -> Any:
    answer = await asyncio.to_thread(running.ask, Example("", {}, {}, query, json.dumps(variables)))
    assert "errors" not in answer, answer
    return answer["data"]


async def publish(running: Demo, uscc: str, **changes: Any) -> str:
    """A demand of Wenzhou, published through the gateway."""
    given = {
        "countyCode": "330328", "title": "竹材防霉技术", "summary": "寻求环保防霉工艺", "fieldCode": "0202", "publisherUscc": uscc,
        "idempotencyKey": f"live-{next(KEYS)}",
    }  # fmt: skip
    return str((await ask(running, PUBLISH, input=given | changes))["publishDemand"]["id"])


async def until_heard(running: Demo, uscc: str, *all_answers: Answers) -> None:
    """Publish until every subscription has heard: a gateway does not tell when it listens."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not all(answers.qsize() for answers in all_answers):
            await publish(running, uscc)
    last = await publish(running, uscc)
    for answers in all_answers:
        while (await next_data(answers))["newDemands"]["id"] != last:
            pass


async def test_a_new_demand_is_seen_everywhere_with_what_others_know_of_it(running: Demo, own_folder: Path) -> None:
    """Over WebSockets and as server-sent events; core adds publisher, eligibility and matches to the city's event."""
    with opened(own_folder) as databases:
        publisher = databases.row(
            "core", "select * from organization where region_code = '330328' and kind = 'ENTERPRISE'"
        )
        county = databases.row("core", "select name, name_en from region where code = '330328'")
        field = databases.value("core", "select name from technical_field where code = '0202'")
    assert publisher
    assert county
    async with AsyncExitStack() as stack:
        heard = [
            await stack.enter_async_context(subscribed(running.address, NEW_DEMANDS, over=over, region="330300"))
            for over in ("ws", "sse", "ws")
        ]
        await until_heard(running, publisher["uscc"], *heard)
        made = await publish(running, publisher["uscc"], title="毛竹防霉剂")
        events = [(await next_data(answers))["newDemands"] for answers in heard]
    assert events == [events[0]] * 3
    (match,) = events[0].pop("matches")
    assert events[0] == {
        "id": made, "title": "毛竹防霉剂", "county": {"name": county["name"], "nameEn": county["name_en"]},
        "publisher": {"__typename": "Enterprise", "name": publisher["name"]}, "technicalField": {"name": field},
        "freeLicenceEligible": publisher["scale"] in ("MICRO", "SMALL"),
    }  # fmt: skip
    assert match["score"] > 0
    assert match["achievement"]["title"]
    assert match["achievement"]["owner"]["name"]


async def test_a_demand_of_elsewhere_is_not_heard(running: Demo, own_folder: Path) -> None:
    """Who listens to Hangzhou hears nothing of Wenzhou."""
    with opened(own_folder) as databases:
        uscc = databases.value(
            "core", "select uscc from organization where region_code = '330102' and kind = 'ENTERPRISE'"
        )
    async with (
        subscribed(running.address, NEW_DEMANDS, region="330100") as hangzhou,
        subscribed(running.address, NEW_DEMANDS, region="330300") as wenzhou,
    ):
        await until_heard(running, uscc, wenzhou)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not hangzhou.qsize():
                await publish(running, uscc, countyCode="330102")
        assert (await next_data(hangzhou))["newDemands"]["id"].startswith("330100-D-")
        assert wenzhou.empty()
