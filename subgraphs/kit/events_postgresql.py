"""Events among all processes that serve one PostgreSQL database, by LISTEN and NOTIFY.

An event that a change announced is notified inside its transaction: PostgreSQL tells it when the change is visible, and
never if it is not, whichever process does what or dies when. One connection per process listens, from the first listener
on; where it is lost, everyone who listens is told so, for what was notified meanwhile is gone.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from subgraphs.kit.events import Event, MemoryEvents, Payload

_CHANNEL: Final = "market_events"
_NOTIFY: Final = text("SELECT pg_notify(:channel, :event)")
_LOG: Final = logging.getLogger("subgraphs")


class PostgresqlEvents:
    """Events through a database that several processes share."""

    def __init__(self, database: AsyncEngine) -> None:
        self._database = database
        self._here = MemoryEvents()
        self._connection: AsyncConnection | None = None
        self._connecting = asyncio.Lock()
        self._discarding: set[asyncio.Task[None]] = set()

    async def publish(self, topic: str, payload: Payload) -> None:
        """Tell everyone who listens to a topic, in whatever process."""
        async with self._database.begin() as connection:
            await connection.execute(_NOTIFY, _notification(Event(topic, payload)))

    @asynccontextmanager
    async def listen(self, topic: str) -> AsyncIterator[AsyncIterator[Payload]]:
        """Listen to a topic; the database is listened to before this is entered. Raises what connecting raises."""
        async with self._here.listen(topic) as payloads:
            await self._connect()
            yield payloads

    async def before_commit(self, session: AsyncSession, events: Sequence[Event]) -> None:
        """Notify within the transaction: the database tells it if and when it commits."""
        for event in events:
            await session.execute(_NOTIFY, _notification(event))

    async def after_commit(self, events: Sequence[Event]) -> None:
        """Nothing: the database has told it."""

    async def close(self) -> None:
        """Close the connection that listens."""
        async with self._connecting:
            connection, self._connection = self._connection, None
            if connection is not None:
                await _discard(connection)
        await self._here.close()

    async def _connect(self) -> None:
        async with self._connecting:
            if self._connection is not None:
                return
            connection = await self._database.connect()
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver is not None  # noqa: S101 - a connection that is open has its driver's
            await driver.add_listener(_CHANNEL, self._heard)
            driver.add_termination_listener(self._lost)
            self._connection = connection

    def _heard(self, _connection: Any, _process: int, _channel: str, notification: str) -> None:
        event = json.loads(notification)
        self._here.tell(Event(event["topic"], event["payload"]))

    def _lost(self, _connection: Any) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return  # closed by ourselves
        _LOG.warning("The connection that listens for events is lost; subscriptions are ended.")
        self._here.lose_all()
        task = asyncio.get_running_loop().create_task(_discard(connection))
        self._discarding.add(task)
        task.add_done_callback(self._discarding.discard)


async def _discard(connection: AsyncConnection) -> None:
    """Close a connection that has listened, so that nobody else gets it from the pool."""
    await connection.invalidate()
    await connection.close()


def _notification(event: Event) -> dict[str, str]:
    content = json.dumps({"topic": event.topic, "payload": dict(event.payload)}, ensure_ascii=False)
    return {"channel": _CHANNEL, "event": content}
