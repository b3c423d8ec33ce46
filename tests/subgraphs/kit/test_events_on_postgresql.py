"""Events among processes that share a PostgreSQL database; each engine here stands for a process of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.kit.database import open_database
from subgraphs.kit.events import EventsLost, Payload, announce, announced
from subgraphs.kit.events_postgresql import PostgresqlEvents

PATIENCE_SECONDS = 30.0


@asynccontextmanager
async def process(url: str) -> AsyncIterator[PostgresqlEvents]:
    """One process's events."""
    database = open_database(url)
    events = PostgresqlEvents(database)
    try:
        yield events
    finally:
        await events.close()
        await database.dispose()


async def hear(payloads: AsyncIterator[Payload]) -> Any:
    return await asyncio.wait_for(anext(payloads), PATIENCE_SECONDS)


async def test_an_event_is_heard_in_every_process(postgresql_url: str) -> None:
    """Also in the one that tells it; each hears its own topics, in the order in which they were told."""
    async with (
        process(postgresql_url) as one,
        process(postgresql_url) as other,
        one.listen("a") as here,
        other.listen("a") as there,
        other.listen("b") as apart,
    ):
        for number in range(50):
            await one.publish("a", {"n": number})
        await other.publish("b", {"名": "茶"})
        for payloads in (here, there):
            assert [(await hear(payloads))["n"] for _ in range(50)] == list(range(50))
        assert await hear(apart) == {"名": "茶"}


async def test_an_event_is_heard_when_its_transaction_commits_and_not_before(postgresql_url: str) -> None:
    """What is told meanwhile comes first; what was taken back never comes."""
    async with (
        process(postgresql_url) as one,
        process(postgresql_url) as other,
        other.listen("a") as there,
        AsyncSession(one._database) as session,
    ):
        announce(session, "a", {"n": "taken back"})
        await one.before_commit(session, announced(session))
        await session.rollback()
        announce(session, "a", {"n": "second"})
        await one.before_commit(session, announced(session))
        await one.publish("a", {"n": "first"})
        assert await hear(there) == {"n": "first"}
        await session.commit()
        assert await hear(there) == {"n": "second"}


async def test_who_listens_is_told_when_the_database_is_lost(postgresql_url: str) -> None:
    """What was told meanwhile is gone: the listener hears of that, and whoever listens next hears events again."""
    async with process(postgresql_url) as one, process(postgresql_url) as other:
        async with other.listen("a") as there:
            async with one._database.begin() as connection:
                await connection.execute(
                    text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
                )
            with pytest.raises(EventsLost):
                await hear(there)
        async with other.listen("a") as there:
            await one.publish("a", {"n": 1})
            assert await hear(there) == {"n": 1}


async def test_who_still_listens_at_the_end_is_told_so(postgresql_url: str) -> None:
    """Closing ends every listening."""
    async with process(postgresql_url) as one, one.listen("a") as payloads:
        await one.close()
        with pytest.raises(EventsLost):
            await hear(payloads)
