"""Entries and stores for tests, and a clock that tests turn."""

import asyncio
from collections.abc import Awaitable, Callable

from gateway.resolvers.cache import Entry
from gateway.resolvers.cache.redis_store import RedisOptions, RedisStore
from tests.services.redis import RedisServer

START = 1_800_000_000.0


class Clock:
    """Shows a moment until it is turned."""

    def __init__(self, now: float = START) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def entry(body: bytes = b'{"a":1}', *tags: str, seen: int = 0, fresh: float = 60.0, stale: float = 0.0) -> Entry:
    """An entry of this moment."""
    until = START + fresh
    return Entry(body, seen, START, until, until + stale, until + stale, tags)


def redis_store(server: RedisServer, clock: Clock, ticks: Clock | None = None, **options: float) -> RedisStore:
    """A replica's store, patient enough for a busy machine. ``ticks`` is the clock of its breaker."""
    given = {"timeout": 2.0, **options}
    return RedisStore(RedisOptions(server.url, **given), clock=clock, ticks=ticks or Clock())  # type: ignore[arg-type]  # numbers all


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what another process brings about."""
    while not await condition():  # noqa: ASYNC110  # it tells nobody
        await asyncio.sleep(0.01)
