"""New demands, as they are published: to whom they are told, when, and how often."""

import asyncio
import sqlite3
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from subgraphs.kit.events import MOST_WAITING, EventsLost, MemoryEvents
from tests.subgraphs.asking import Asker, open_market
from tests.subgraphs.city.test_mutations import PUBLISH_DEMAND, demand
from tests.subgraphs.databases import MarketDatabases
from tests.subgraphs.listening import listening, until_listened
from tests.subgraphs.rows import column

QUERY = "subscription ($industry: ID, $region: ID) { newDemands(industry: $industry, region: $region) { id title county { name } } }"


async def publish(city: Asker, key: str, **changes: str) -> str:
    made = await city.ask(PUBLISH_DEMAND, input=demand(idempotencyKey=key, **changes))
    return str(made["publishDemand"]["id"])


@pytest.mark.parametrize("over", ["ws", "sse"])
async def test_a_published_demand_is_told_at_once(own_city: Asker, over: str) -> None:
    """Over either protocol, with whatever of it was asked for; two of them in their order."""
    async with listening(own_city, QUERY, over=over) as heard:
        await until_listened(own_city, "demands")
        first, second = await publish(own_city, "k1"), await publish(own_city, "k2", title="香菇菌棒")
        told = [(await heard.data())["newDemands"] for _ in range(2)]
    assert told == [
        {"id": first, "title": "竹材防霉技术", "county": {"name": "文成县"}},
        {"id": second, "title": "香菇菌棒", "county": {"name": "文成县"}},
    ]


@pytest.mark.parametrize(
    "wanted",
    [
        {"industry": "0202"},
        {"industry": "02"},
        {"region": "330300"},
        {"region": "330328"},
        {"region": "330000"},
        {"industry": "02", "region": "330300"},
    ],
)
async def test_a_demand_is_told_to_those_who_want_its_kind(own_city: Asker, wanted: dict[str, str]) -> None:
    """Only the second is of that field and place, or both are: the second is heard in any case."""
    async with listening(own_city, QUERY, **wanted) as heard:
        await until_listened(own_city, "demands")
        other = await publish(own_city, "k1", countyCode="330102", fieldCode="0301")
        wished = await publish(own_city, "k2")
        told = (await heard.data())["newDemands"]["id"]
        assert told == (other if wanted == {"region": "330000"} else wished)


async def test_a_demand_sent_twice_is_told_once(own_city: Asker) -> None:
    """The second call changes nothing, so there is nothing to tell."""
    async with listening(own_city, QUERY) as heard:
        await until_listened(own_city, "demands")
        await asyncio.gather(*(publish(own_city, "k1") for _ in range(5)))
        last = await publish(own_city, "k2")
        told = [(await heard.data())["newDemands"]["id"] for _ in range(2)]
        assert (told[1], heard.waiting) == (last, 0)


async def test_what_was_refused_is_not_told(own_city: Asker) -> None:
    """Neither what was refused nor what the database took back."""
    async with listening(own_city, QUERY) as heard:
        await until_listened(own_city, "demands")
        assert await own_city.codes(PUBLISH_DEMAND, input=demand(countyCode="330300")) == ["UNKNOWN_COUNTY"]
        made = await publish(own_city, "k2")
        assert (await heard.data())["newDemands"]["id"] == made


async def test_what_could_not_be_committed_is_not_told(market_databases: MarketDatabases, tmp_path: Path) -> None:
    """The transaction fails at its very end, when the answer is put down: nobody hears of the demand."""
    url = market_databases.copy("city", tmp_path)
    async with open_market("city", url) as city, listening(city, QUERY) as heard:
        await until_listened(city, "demands")
        with sqlite3.connect(tmp_path / "city.db") as connection:
            connection.execute(
                "CREATE TRIGGER full BEFORE INSERT ON idempotency BEGIN SELECT RAISE(ABORT, 'disk full'); END"
            )
        assert await city.codes(PUBLISH_DEMAND, input=demand()) == ["INTERNAL_SERVER_ERROR"]
        with sqlite3.connect(tmp_path / "city.db") as connection:
            connection.execute("DROP TRIGGER full")
        made = await publish(city, "k1")
        assert (await heard.data())["newDemands"]["id"] == made


async def test_everyone_who_listens_hears_everything(own_city: Asker) -> None:
    """Twenty listeners, twenty demands published at once: each hears all of them, once, in one order."""
    async with AsyncExitStack() as stack:
        all_heard = [
            await stack.enter_async_context(listening(own_city, QUERY, over=over)) for over in ("ws", "sse") * 10
        ]
        await until_listened(own_city, "demands", by=20)
        made = await asyncio.gather(*(publish(own_city, f"k{number}") for number in range(20)))
        told = [[(await heard.data())["newDemands"]["id"] for _ in made] for heard in all_heard]
    assert sorted(told[0]) == sorted(made)
    assert told == [told[0]] * 20


async def test_who_leaves_is_forgotten(own_city: Asker) -> None:
    """Nothing is kept for those who are gone."""
    async with listening(own_city, QUERY):
        await until_listened(own_city, "demands")
    await until_listened(own_city, "demands", by=0)


async def test_who_does_not_keep_up_is_told_so() -> None:
    """With more events waiting than fit, the listener gets what he had and then hears that he has lost his place."""
    events = MemoryEvents()
    async with events.listen("t") as payloads:
        for number in range(MOST_WAITING + 5):
            await events.publish("t", {"n": number})
        taken = [(await anext(payloads))["n"] for _ in range(MOST_WAITING)]
        with pytest.raises(EventsLost, match="read the present state"):
            await anext(payloads)
    assert taken == list(range(MOST_WAITING))


async def test_a_market_that_stops_says_so(market_databases: MarketDatabases, tmp_path: Path) -> None:
    """Its subscriptions end with a name for it."""
    async with open_market("city", market_databases.copy("city", tmp_path)) as city, listening(city, QUERY) as heard:
        await until_listened(city, "demands")
        await city.app.state.events.close()
        answer = await heard.next()
    assert answer["errors"][0]["extensions"]["code"] == "EVENTS_LOST"


async def test_a_call_that_was_cut_off_and_sent_again_is_told_once(own_city: Asker, tmp_path: Path) -> None:
    """Wherever a call is cut off and sent again: each demand is published once and told once."""
    cuts = range(0, 120, 3)
    async with listening(own_city, QUERY) as heard:
        await until_listened(own_city, "demands")
        for steps in cuts:
            call = asyncio.create_task(publish(own_city, f"cut-{steps}"))
            for _ in range(steps):
                await asyncio.sleep(0)
            call.cancel()
            await asyncio.wait({call})
        made = [await publish(own_city, f"cut-{steps}") for steps in cuts]
        told = [(await heard.data())["newDemands"]["id"] for _ in made]
        assert heard.waiting == 0
    assert sorted(told) == sorted(made)
    assert sorted(made) == column(
        tmp_path / "city.db", "SELECT id FROM demand WHERE id > '330300-D-000225' AND city_code = '330300' ORDER BY 1"
    )
