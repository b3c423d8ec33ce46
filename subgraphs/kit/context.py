"""What one request carries to its resolvers: the database, the request's own loaders, and the clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from time import monotonic

import strawberry
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from subgraphs.kit.actor import Actor
from subgraphs.kit.events import Events, MemoryEvents
from subgraphs.kit.events_postgresql import PostgresqlEvents
from subgraphs.kit.loaders import Loaders

Clock = Callable[[], datetime]
"""Tells the moment, aware of its zone."""


@dataclass(frozen=True, slots=True)
class Context:
    """One request's context; made anew for each, so that no loader keeps what another request saw."""

    database: AsyncEngine
    loaders: Loaders
    clock: Clock
    events: Events
    actor: Actor | None = None
    """Who acts; ``None`` where the market asks nobody."""

    def session(self) -> AsyncSession:
        """A session of one's own, for a resolver that reads or writes alone; a shared one cannot run two statements."""
        return AsyncSession(self.database, expire_on_commit=False)


Info = strawberry.Info[Context, None]
"""What a resolver is given beside its arguments."""


def make_context(database: AsyncEngine, clock: Clock, events: Events, actor: Actor | None) -> Context:
    """The context of a new request."""
    return Context(database, Loaders(database), clock, events, actor)


def open_events(database: AsyncEngine, redis_url: str | None = None) -> Events:
    """What tells the events of a database: a Redis server that is named, PostgreSQL itself, or this process, which then serves it alone.

    Raises ``ModuleNotFoundError`` where Redis is named and its extra is not installed, ``ValueError`` for a URL that is none.
    """
    if redis_url:
        redis = import_module("subgraphs.kit.events_redis")  # its library is an extra, and takes time to load
        events: Events = redis.RedisEvents(redis_url, redis.channel_of(database.url))
        return events
    return PostgresqlEvents(database) if database.dialect.name == "postgresql" else MemoryEvents()


def system_clock() -> datetime:
    """The machine's clock, in UTC."""
    return datetime.now(UTC)


def clock_from(moment: datetime) -> Clock:
    """A clock that shows ``moment`` now, and goes on from there."""
    start = monotonic()
    return lambda: moment.astimezone(UTC) + timedelta(seconds=monotonic() - start)
