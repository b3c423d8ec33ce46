"""Events among processes that share a Redis server; each object here stands for a process of its own."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from redis.exceptions import RedisError
from sqlalchemy.engine import make_url

from subgraphs.kit.context import open_events
from subgraphs.kit.database import open_database, sqlite_url
from subgraphs.kit.events import Event, EventsLost, Payload
from subgraphs.kit.events_redis import RedisEvents, channel_of
from tests.services.redis import RedisServer, find_redis, serve_redis

PATIENCE_SECONDS = 30.0


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    if (program := find_redis()) is None:
        pytest.fail("Redis is not installed here; tests/services/install installs it")
    with serve_redis(program) as found:
        yield found


@asynccontextmanager
async def process(
    server: RedisServer, channel: str = "market", *, quiet_seconds: float = 5.0
) -> AsyncIterator[RedisEvents]:
    """One process's events."""
    events = RedisEvents(server.url, channel, quiet_seconds=quiet_seconds)
    try:
        yield events
    finally:
        await events.close()


async def hear(payloads: AsyncIterator[Payload]) -> Any:
    return await asyncio.wait_for(anext(payloads), PATIENCE_SECONDS)


async def test_an_event_is_heard_in_every_process(server: RedisServer) -> None:
    """Also in the one that tells it; each hears its own topics and its own market, in the order in which they were told."""
    async with (
        process(server) as one,
        process(server) as other,
        process(server, "another market") as stranger,
        one.listen("a") as here,
        other.listen("a") as there,
        other.listen("b") as apart,
        stranger.listen("a") as elsewhere,
    ):
        for number in range(50):
            await one.after_commit([Event("a", {"n": number})])
        await other.publish("b", {"名": "茶"})
        await stranger.publish("a", {"n": "own"})
        for payloads in (here, there):
            assert [(await hear(payloads))["n"] for _ in range(50)] == list(range(50))
        assert await hear(apart) == {"名": "茶"}
        assert await hear(elsewhere) == {"n": "own"}


async def test_who_listens_is_told_when_redis_is_lost(server: RedisServer) -> None:
    """What was told meanwhile is gone; whoever listens next, once Redis is back, hears events again."""
    async with process(server) as one, process(server) as other:
        async with other.listen("a") as there:
            server.kill()
            with pytest.raises(EventsLost):
                await hear(there)
        with pytest.raises((RedisError, OSError)):
            async with other.listen("a"):
                pass
        server.start()
        async with other.listen("a") as there:
            await one.publish("a", {"n": 1})
            assert await hear(there) == {"n": 1}


async def test_an_event_that_redis_did_not_take_is_confessed_to_all(server: RedisServer) -> None:
    """The change stands; who listens to the process that failed, and to the others once Redis is back, has lost events."""
    async with process(server) as one, process(server) as other, one.listen("a") as here, other.listen("a") as there:
        server.ask("ACL", "SETUSER", "default", "-publish")
        try:
            await one.after_commit([Event("a", {"n": "lost"})])
            with pytest.raises(EventsLost):
                await hear(here)
        finally:
            server.ask("ACL", "SETUSER", "default", "+publish")
        with pytest.raises(EventsLost):
            await hear(there)


async def test_a_redis_that_says_nothing_is_taken_for_lost(server: RedisServer) -> None:
    """A connection alone is no proof that somebody is there."""
    async with process(server, quiet_seconds=0.2) as one, one.listen("a") as payloads:
        server.pause()
        try:
            with pytest.raises(EventsLost):
                await hear(payloads)
        finally:
            server.resume()


async def test_who_still_listens_at_the_end_is_told_so(server: RedisServer) -> None:
    """Closing ends every listening."""
    async with process(server) as one, one.listen("a") as payloads:
        await one.close()
        with pytest.raises(EventsLost):
            await hear(payloads)


async def test_all_who_serve_a_database_have_one_channel(server: RedisServer, tmp_path: Path) -> None:
    """However its file is named; and a market that is given a Redis uses it."""
    (tmp_path / "other").mkdir()
    plain, roundabout = (sqlite_url(tmp_path / path) for path in ("core.db", "other/../core.db"))
    assert channel_of(make_url(plain)) == channel_of(make_url(roundabout))
    assert channel_of(make_url(plain)) != channel_of(make_url(sqlite_url(tmp_path / "city.db")))
    names = [f"postgresql+asyncpg://{who}@host/{name}" for who, name in (("a", "x"), ("b", "x"), ("a", "y"))]
    one, same, other = (channel_of(make_url(name)) for name in names)
    assert one == same != other
    async with AsyncExitStack() as stack:
        found = []
        for url in (plain, roundabout):
            database = open_database(url)
            stack.push_async_callback(database.dispose)
            found.append(open_events(database, server.url))
            stack.push_async_callback(found[-1].close)
        there = await stack.enter_async_context(found[1].listen("a"))
        await found[0].publish("a", {"n": 1})
        assert await hear(there) == {"n": 1}
