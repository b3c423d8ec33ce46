"""What breaks in the middle leaves the old or the new, whole: processes, databases, disks.

``REGISTRY_KILLS=100`` makes it long.
"""

import asyncio
import os
import random
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientError, ClientSession
from sqlalchemy import event, text

from gateway.registry.errors import StoreError
from gateway.registry.model import Version
from gateway.registry.publishing import Outcome
from gateway.registry.store.audit import read_audit, verify_audit
from gateway.registry.store.database import Database, open_database
from gateway.registry.store.versions import read_current, read_history
from gateway.schema import Subgraph, compose
from tests.app.markets import CITY as CITY_SCHEMA
from tests.app.markets import subgraph, url_of
from tests.registry.gateways import PUBLISH, gateway, registry_settings
from tests.registry.markets import ADMIN, CITY, HEALTH, city, health, make_publisher
from tests.registry.postgresql import PostgresqlServer
from tests.registry.processes import gateway_process, post, write_settings
from tests.subgraphs.postgresql import find_programs

KILLS = int(os.environ.get("REGISTRY_KILLS", "4"))
QUERY = '{ achievement(id: "330100-A-000001") { title } }'
ANSWER = {"data": {"achievement": {"title": "人工耳蜗"}}}


async def check_store(database: Database) -> Version:
    """The current version, which is whole: its texts are as stored, compose to each other, and the history and the log have no gap."""
    current = await read_current(database, "production")
    assert current is not None
    result = compose([Subgraph(one.name, one.url, one.sdl) for one in current.subgraphs])
    assert result.supergraph_sdl == current.supergraph_sdl
    history = await read_history(database, "production", first=10_000)
    assert [info.number for info in history] == list(range(current.info.number, 0, -1))
    report = await verify_audit(database)
    assert report.broken_at is None
    entries = await read_audit(database, first=10_000)
    assert sorted(entry.detail["version"] for entry in entries) == list(range(1, current.info.number + 1))
    return current


async def publish_on(address: str, start: int) -> None:
    """Publish one version after another, until the gateway is gone."""
    async with ClientSession() as client:
        for number in range(start, start + 1_000):
            wider = CITY.replace("title: String", f"title: String area{number}: Int")
            proposal = {"name": "city", "url": "http://127.0.0.1:1/", "sdl": wider}
            await post(client, f"{address}/registry", PUBLISH, subgraphs=[proposal])


@pytest.mark.parametrize("kill", range(KILLS))
async def test_a_kill_in_the_middle_leaves_the_old_or_the_new(kill: int, tmp_path: Path, database_url: str) -> None:
    """At a moment of chance, while versions are being stored; afterwards the store is whole, and can be published to."""
    settings = write_settings(tmp_path, database_url)
    async with gateway_process(settings) as running:
        publishing = asyncio.create_task(publish_on(running.address, 1_000 * kill))
        database = open_database(database_url)
        await database.prepare()
        while await read_current(database, "production") is None:  # noqa: ASYNC110  # another process writes it
            await asyncio.sleep(0)
        await asyncio.sleep(random.random() / 5)  # the moment of chance
        await running.kill()
        with pytest.raises(ClientError):
            await publishing
    before = await check_store(database)
    published = await make_publisher(database).publish(ADMIN, "production", [health()])
    assert (published.outcome, published.version and published.version.number) == (
        Outcome.PUBLISHED,
        before.info.number + 1,
    )
    await check_store(database)
    await database.close()


async def test_a_full_disk_changes_nothing(tmp_path: Path) -> None:
    """The publisher is told, what is served stays, and when there is room again the same publish goes through."""
    url = f"sqlite+aiosqlite:///{tmp_path}/registry.db"
    database = open_database(url)
    await database.prepare()
    publisher = make_publisher(database)
    await publisher.publish(ADMIN, "production", [city()])
    async with database.reading() as connection:
        pages = (await connection.execute(text("PRAGMA page_count"))).scalar_one()
    limit = pages

    def limited(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA max_page_count = {limit}")

    full = open_database(url)
    event.listen(full.engine.sync_engine, "connect", limited)
    long = city(CITY + "#" * 1_000_000)
    with pytest.raises(StoreError, match="full"):
        await make_publisher(full).publish(ADMIN, "production", [long])
    assert (await check_store(full)).info.number == 1
    await full.close()
    assert (await publisher.publish(ADMIN, "production", [long])).outcome is Outcome.PUBLISHED
    assert (await check_store(database)).info.number == 2
    await database.close()


async def test_traffic_goes_on_while_postgresql_is_down(tmp_path: Path) -> None:
    """Requests are answered, readiness is degraded, publishing is refused with a code; and all of it comes back by itself."""
    programs = find_programs()
    assert programs, "PostgreSQL is not installed here; tests/services/install installs it"
    with PostgresqlServer(programs) as server:
        settings = registry_settings(
            tmp_path,
            server.url,
            registry={"open": True},
            supergraph={"registry": "production", "last_good": str(tmp_path / "copy")},
        )
        async with subgraph(CITY_SCHEMA, sdl=CITY) as running_city:
            proposal = {"name": "city", "url": url_of(running_city), "sdl": CITY}
            async with gateway(settings) as running:
                await running.publish(proposal)
                await running.until(QUERY, ANSWER)
                server.stop()
                assert await running.query(QUERY) == ANSWER
                await until_ready(running.client, "degraded")
                assert await running.query(QUERY) == ANSWER
                assert await running.code(PUBLISH, subgraphs=[proposal]) == "STORE_UNAVAILABLE"
                server.start()
                await until_ready(running.client, "ready")
                wider = proposal | {"sdl": CITY.replace("title: String", "title: String area: Int")}
                assert (await running.publish(wider))["outcome"] == "PUBLISHED"
                await running.until(
                    '{ achievement(id: 1) { __typename } __type(name: "Achievement") { fields { name } } }', FIELDS
                )
            server.stop()
            async with gateway(settings) as started:
                assert await started.query(QUERY) == ANSWER
                await until_ready(started.client, "degraded")
                server.start()
                await until_ready(started.client, "ready")


FIELDS = {
    "data": {
        "achievement": {"__typename": "Achievement"},
        "__type": {"fields": [{"name": "id"}, {"name": "title"}, {"name": "area"}]},
    }
}


async def until_ready(client: ClientSession, state: str) -> None:
    """Wait until readiness says this."""
    told: Any = None
    try:
        async with asyncio.timeout(60):
            while (told := await (await client.get("/health/ready")).json())["status"] != state:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(told) from None


async def test_two_gateways_publish_at_once(tmp_path: Path, database_url: str) -> None:
    """Of the same subgraph one version wins and the other publisher is told; of different ones both are there."""
    settings = registry_settings(tmp_path, database_url, registry={"open": True})
    async with gateway(settings) as one, gateway(settings) as other:
        await one.publish({"name": "city", "url": "http://127.0.0.1:1/", "sdl": CITY})
        inputs = [
            {
                "name": "city",
                "url": "http://127.0.0.1:1/",
                "sdl": CITY.replace("title: String", f"title: String a{n}: Int"),
            }
            for n in range(2)
        ]
        answers = await asyncio.gather(
            one.post(PUBLISH, subgraphs=[inputs[0]], expected=1), other.post(PUBLISH, subgraphs=[inputs[1]], expected=1)
        )
        codes = [answer["errors"][0]["extensions"]["code"] for _, answer in answers if "errors" in answer]
        assert codes == ["CONFLICT"]
        both = await asyncio.gather(
            one.publish({"name": "healthcare", "url": "http://127.0.0.1:1/", "sdl": HEALTH}),
            other.publish({"name": "city", "url": "http://127.0.0.1:1/", "sdl": CITY}),
        )
        assert [result["outcome"] for result in both] == ["PUBLISHED"] * 2
    database = open_database(database_url)
    assert (await check_store(database)).info.number == 4
    await database.close()
