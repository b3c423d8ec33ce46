"""Events among all processes of a market by Redis, where its database does not tell them: several processes over one SQLite file.

What a change announced is published when it has committed. Where Redis did not take it, everyone who listens is told, here at once
and in the other processes as soon as Redis is back, that events may have been missed. A process that is killed between its
commit and the publishing can tell nobody: where that must not be, PostgreSQL tells events (``events_postgresql``).
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Final

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.kit.events import Event, MemoryEvents, Payload

QUIET_SECONDS: Final = 5.0
"""After so long without a word Redis is asked whether it is there; after as long again it is taken for lost."""

_AGAIN_SECONDS: Final = 0.5
_LOST: Final = "lost"
_FAILURES: Final = (RedisError, OSError, TimeoutError)
_LOG: Final = logging.getLogger("subgraphs")


def channel_of(database: URL) -> str:
    """The channel of a database's events: equal for all who serve it, whatever the folder they were started in."""
    name = database.database or ""
    place = str(Path(name).resolve()) if database.get_backend_name() == "sqlite" else f"{database.host}/{name}"
    return f"market_events:{sha256(place.encode()).hexdigest()[:32]}"


class RedisEvents:
    """Events through a Redis server that several processes share."""

    def __init__(self, url: str, channel: str, *, quiet_seconds: float = QUIET_SECONDS) -> None:
        # Whoever connects anew unseen has missed what was told meanwhile: nothing is tried again behind our back.
        self._redis = Redis.from_url(
            url, socket_timeout=quiet_seconds, socket_connect_timeout=quiet_seconds, retry=Retry(NoBackoff(), 0)
        )
        self._channel, self._quiet = channel, quiet_seconds
        self._here = MemoryEvents()
        self._connecting = asyncio.Lock()
        self._reading: asyncio.Task[None] | None = None
        self._confessing: asyncio.Task[None] | None = None

    async def publish(self, topic: str, payload: Payload) -> None:
        """Tell everyone who listens to a topic, in whatever process. Raises ``RedisError`` or ``OSError`` where Redis does not take it."""
        await self._tell({"topic": topic, "payload": dict(payload)})

    @asynccontextmanager
    async def listen(self, topic: str) -> AsyncIterator[AsyncIterator[Payload]]:
        """Listen to a topic; Redis is listened to before this is entered. Raises what connecting raises."""
        async with self._here.listen(topic) as payloads:
            await self._connect()
            yield payloads

    async def before_commit(self, session: AsyncSession, events: Sequence[Event]) -> None:
        """Nothing: nobody may hear of it yet."""

    async def after_commit(self, events: Sequence[Event]) -> None:
        """Publish what was announced. It has been done: where Redis does not take it, the change stands, and listeners are ended."""
        try:
            for event in events:
                await self.publish(event.topic, event.payload)
        except _FAILURES as error:
            _LOG.warning("Redis did not take an event; subscriptions are ended: %s", error)
            self._here.lose_all()
            if self._confessing is None or self._confessing.done():
                self._confessing = asyncio.create_task(self._confess())

    async def close(self) -> None:
        """Let go of Redis; who still listens hears no more."""
        for task in (self._reading, self._confessing):
            if task is not None:
                task.cancel()
                await asyncio.wait([task])
        await self._here.close()
        await self._redis.aclose()

    async def _tell(self, content: object) -> None:
        await self._redis.publish(self._channel, json.dumps(content, ensure_ascii=False))

    async def _confess(self) -> None:
        """Say to all processes that an event was lost, as soon as Redis takes that."""
        while True:
            with contextlib.suppress(*_FAILURES):
                await self._tell(_LOST)
                return
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _connect(self) -> None:
        async with self._connecting:
            if self._reading is not None and not self._reading.done():
                return
            pubsub = self._redis.pubsub()
            try:
                await pubsub.subscribe(self._channel)
                if await pubsub.get_message(timeout=self._quiet) is None:
                    raise TimeoutError("Redis does not answer.")
            except BaseException:
                await pubsub.aclose()  # type: ignore[no-untyped-call]
                raise
            self._reading = asyncio.create_task(self._read(pubsub))

    async def _read(self, pubsub: PubSub) -> None:
        try:
            await self._hear(pubsub)
        except _FAILURES as error:
            _LOG.warning("The connection to Redis that listens for events is lost; subscriptions are ended: %s", error)
        finally:
            self._reading = None  # whoever listens from now on connects anew
            self._here.lose_all()
            with contextlib.suppress(*_FAILURES):
                await pubsub.aclose()  # type: ignore[no-untyped-call]

    async def _hear(self, pubsub: PubSub) -> None:
        asked = False
        while True:
            message = await pubsub.get_message(timeout=self._quiet)
            if message is None:
                if asked:
                    raise TimeoutError("Redis does not answer.")
                await pubsub.ping()
            asked = message is None
            if message is not None and message["type"] == "message":
                self._take(json.loads(message["data"]))

    def _take(self, content: object) -> None:
        if isinstance(content, dict):
            self._here.tell(Event(content["topic"], content["payload"]))
        else:
            self._here.lose_all()
