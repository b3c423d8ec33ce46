"""A change goes on to its end, and is told, although whoever asked for it has left meanwhile."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.city.tables import Base, Idempotency
from subgraphs.kit.context import make_context, system_clock
from subgraphs.kit.database import create_tables, open_database, sqlite_url
from subgraphs.kit.events import Event, MemoryEvents, announce
from subgraphs.kit.idempotency import Attempt, once

TABLE = Base.metadata.tables[Idempotency.__tablename__]


class Leaving(MemoryEvents):
    """Events that see to it that the caller leaves at the worst moment: after all is written, before it is committed."""

    def __init__(self) -> None:
        super().__init__()
        self.caller: asyncio.Task[str] | None = None
        self.told = asyncio.Event()

    async def before_commit(self, session: AsyncSession, events: Sequence[Event]) -> None:
        assert self.caller
        self.caller.cancel()

    async def after_commit(self, events: Sequence[Event]) -> None:
        assert [event.payload for event in events] == [{"id": "made"}]
        self.told.set()


async def test_a_change_is_made_and_told_without_its_caller(tmp_path: Path) -> None:
    """The caller is gone before the commit; the change is there, and was told."""
    database = open_database(sqlite_url(tmp_path / "city.db"))
    await create_tables(database, Base.metadata)
    events = Leaving()
    context = make_context(database, system_clock, events, None)

    async def change(session: AsyncSession) -> str:
        announce(session, "topic", {"id": "made"})
        return "made"

    events.caller = asyncio.create_task(once(context, TABLE, Attempt("op", "key", {}), change))
    with pytest.raises(asyncio.CancelledError):
        await events.caller
    await asyncio.wait_for(events.told.wait(), 30)
    async with context.session() as session:
        assert await session.scalar(select(func.count()).select_from(TABLE)) == 1
    await database.dispose()
