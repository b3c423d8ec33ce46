"""The city's news for core: written with the listing, delivered until it is taken."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from subgraphs.city.news import OUTBOX, deliver
from subgraphs.kit.courier import Courier, HttpRecipient
from subgraphs.kit.database import open_database
from subgraphs.kit.events import MemoryEvents
from tests.subgraphs.asking import Asker, open_market
from tests.subgraphs.city.test_mutations import PUBLISH_ACHIEVEMENT, PUBLISH_DEMAND, achievement, demand
from tests.subgraphs.databases import MarketDatabases
from tests.subgraphs.rows import column

PATIENCE_SECONDS = 30.0


@dataclass
class Core:
    """Core, which answers or does not."""

    market: Asker
    failures: int = 0
    taken: list[str] = field(default_factory=list)
    on_taking: Callable[[], None] = lambda: None

    async def ask(self, query: str, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        if self.failures:
            self.failures -= 1
            raise OSError("nobody is there")
        data: Mapping[str, Any] = await self.market.ask(query, **variables)
        self.taken += [listing["id"] for listing in variables["input"]["listings"]]
        self.on_taking()
        return data


@pytest.fixture
def core(own_core: Asker) -> Core:
    return Core(own_core)


@pytest.fixture
def url(market_databases: MarketDatabases, tmp_path: Path) -> str:
    return market_databases.copy("city-3303", tmp_path)


def waiting(url: str) -> list[int]:
    return column(Path(url.removeprefix("sqlite+aiosqlite:///")), "SELECT number FROM listing_news ORDER BY number")


async def publish(city: Asker) -> list[str]:
    made = await city.ask(PUBLISH_DEMAND, input=demand(idempotencyKey="k1"))
    other = await city.ask(PUBLISH_ACHIEVEMENT, input=achievement(idempotencyKey="k2", countyCode="330328"))
    return [made["publishDemand"]["id"], other["publishAchievement"]["id"]]


async def test_what_is_published_waits_until_core_has_it(url: str, core: Core) -> None:
    """In its order, and once. A core that does not answer loses nothing; what it took is forgotten here."""
    async with open_market("city", url) as city:
        published = await publish(city)
        await city.ask(PUBLISH_DEMAND, input=demand(idempotencyKey="k1"))
        assert await city.codes(PUBLISH_DEMAND, input=demand(idempotencyKey="k3", countyCode="330000"))
    assert waiting(url) == [1, 2]
    database: AsyncEngine = open_database(url)
    core.failures = 1
    with pytest.raises(OSError, match="nobody"):
        await deliver(database, core)
    assert waiting(url) == [1, 2]
    assert await deliver(database, core)
    assert not await deliver(database, core)
    await database.dispose()
    assert core.taken == published
    assert waiting(url) == []


async def test_the_courier_brings_what_waited_and_what_comes(url: str, core: Core, monkeypatch: Any) -> None:
    """After a start over, and after core has failed."""
    monkeypatch.setattr("subgraphs.kit.courier.FIRST_PAUSE_SECONDS", 0.001)
    async with open_market("city", url) as city:
        published = await publish(city)
    core.failures = 2
    taken = asyncio.Event()
    core.on_taking = taken.set
    database, events = open_database(url), MemoryEvents()
    task = asyncio.create_task(Courier(OUTBOX, database, events, core).run())
    async with asyncio.timeout(PATIENCE_SECONDS):
        await taken.wait()
        assert core.taken == published
        taken.clear()
        async with open_market("city", url) as city:
            made = await city.ask(PUBLISH_DEMAND, input=demand(idempotencyKey="k4"))
        await events.publish(OUTBOX.topic, {})
        await taken.wait()
    task.cancel()
    await asyncio.wait([task])
    await database.dispose()
    assert core.taken == [*published, made["publishDemand"]["id"]]


async def test_core_finds_what_a_city_has_published(url: str, core: Core) -> None:
    """By its title, although core has never seen it before."""
    async with open_market("city", url) as city:
        (published, _) = await publish(city)
    database = open_database(url)
    await deliver(database, core)
    await database.dispose()
    hits = await core.market.ask('{ search(text: "竹材防霉 文成县") { ... on Demand { id } } }')
    assert {"id": published} in hits["search"]


RENAME = "mutation ($input: RenameAchievementInput!) { renameAchievement(input: $input) { id title } }"


async def test_core_shows_the_new_name_of_what_a_city_renames(
    url: str, core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the city died when core had taken its first news, but before it knew; and found by the new name alone."""
    monkeypatch.setattr("subgraphs.city.news.AT_ONCE", 1)

    def die() -> None:
        raise OSError("killed")

    database = open_database(url)
    async with open_market("city", url) as city:
        given = achievement(countyCode="330328", title="贻贝采收机")
        made = (await city.ask(PUBLISH_ACHIEVEMENT, input=given))["publishAchievement"]["id"]
        core.on_taking = die
        with pytest.raises(OSError, match="killed"):
            await deliver(database, core)
        core.on_taking = lambda: None
        wish = {"achievementId": made, "title": " 深海牡蛎分级器 ", "idempotencyKey": "k2"}
        for _ in range(2):
            renamed = await city.ask(RENAME, input=wish)
            assert renamed["renameAchievement"] == {"id": made, "title": "深海牡蛎分级器"}
    assert waiting(url) == [1, 2]
    while await deliver(database, core):
        pass
    await database.dispose()
    search = "query ($text: String!) { search(text: $text) { ... on TechnologyAchievement { id title } } }"
    hits = (await core.market.ask(search, text="深海牡蛎分级器"))["search"]
    assert {"id": made, "title": "深海牡蛎分级器"} in hits
    assert {"id": made} not in [{"id": hit.get("id")} for hit in (await core.market.ask(search, text="贻贝"))["search"]]


async def test_only_an_achievement_that_is_there_is_renamed(url: str) -> None:
    """And only to a name."""
    async with open_market("city", url) as city:
        wish = {"achievementId": "330300-A-999999", "title": "新名", "idempotencyKey": "k"}
        assert await city.codes(RENAME, input=wish) == ["ACHIEVEMENT_NOT_FOUND"]
        assert await city.codes(RENAME, input=wish | {"title": " "}) == ["INVALID_TEXT"]
    assert waiting(url) == []


def test_a_recipient_does_not_show_its_token() -> None:
    """Whoever logs it."""
    recipient = HttpRecipient("http://core", "secret")
    assert "secret" not in f"{recipient} {recipient!r}"
