"""What has happened is told to whoever listens: after its transaction is done, and to everyone who listened by then.

A change announces its events in its own session (:func:`announce`); when the transaction commits they are published, when
it does not nobody hears of them. Who listens is registered from the moment ``listen`` is entered, so that whoever then reads
the present state misses nothing. An event carries ids and no more: what they stand for is read when it is told.

One process needs no more than :class:`MemoryEvents`. Where several processes serve one database, see ``events_postgresql``.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

Payload = Mapping[str, Any]
"""An event's content, in plain JSON values."""

MOST_WAITING: Final = 1_000
"""How many events may wait for a listener that does not keep up; with one more it has lost its place."""

_ANNOUNCED: Final = "events"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that has happened: what it is about, and its content."""

    topic: str
    payload: Payload


class EventsLost(Exception):  # noqa: N818 - it says what has happened
    """Events may have been missed: whoever listened has to read the present state and listen anew."""


class Events(Protocol):
    """Tells events and lets listen to them."""

    async def publish(self, topic: str, payload: Payload) -> None:
        """Tell everyone who listens to a topic, in this process and in those that share its events."""

    def listen(self, topic: str) -> AbstractAsyncContextManager[AsyncIterator[Payload]]:
        """Listen to a topic: the events from the moment of entering on, in their order. The iteration raises ``EventsLost``."""

    async def before_commit(self, session: AsyncSession, events: Sequence[Event]) -> None:
        """Called in the transaction that announced events, just before it commits."""

    async def after_commit(self, events: Sequence[Event]) -> None:
        """Called when the transaction that announced events has committed."""

    async def close(self) -> None:
        """Let go of connections; who still listens gets ``EventsLost``."""


def announce(session: AsyncSession, topic: str, payload: Payload) -> None:
    """Have an event told if and when the session's transaction commits."""
    session.info.setdefault(_ANNOUNCED, []).append(Event(topic, payload))


def announced(session: AsyncSession) -> list[Event]:
    """The events announced in a session, in their order; they are taken out of it."""
    events: list[Event] = session.info.pop(_ANNOUNCED, [])
    return events


class MemoryEvents:
    """Events within one process."""

    def __init__(self) -> None:
        self._listeners: defaultdict[str, set[_Listener]] = defaultdict(set)

    async def publish(self, topic: str, payload: Payload) -> None:
        """Tell everyone who listens to a topic."""
        self.tell(Event(topic, payload))

    def tell(self, event: Event) -> None:
        """Tell everyone who listens to an event's topic."""
        for listener in tuple(self._listeners.get(event.topic, ())):
            listener.put(event.payload)

    @asynccontextmanager
    async def listen(self, topic: str) -> AsyncIterator[AsyncIterator[Payload]]:
        """Listen to a topic."""
        listener = _Listener()
        self._listeners[topic].add(listener)
        try:
            yield listener.payloads()
        finally:
            self._listeners[topic].discard(listener)
            if not self._listeners[topic]:
                del self._listeners[topic]

    async def before_commit(self, session: AsyncSession, events: Sequence[Event]) -> None:
        """Nothing: nobody may hear of it yet."""

    async def after_commit(self, events: Sequence[Event]) -> None:
        """Tell what was announced."""
        for event in events:
            self.tell(event)

    def lose_all(self) -> None:
        """Say to everyone who listens that events may have been missed."""
        for listener in [one for listeners in self._listeners.values() for one in listeners]:
            listener.lose()

    async def close(self) -> None:
        """Nobody hears anything more."""
        self.lose_all()

    def listeners(self, topic: str) -> int:
        """How many listen to a topic."""
        return len(self._listeners.get(topic, ()))


class _Listener:
    """One who listens, and what he has not yet taken."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[Payload | None] = asyncio.Queue()
        self._lost = False

    def put(self, payload: Payload) -> None:
        if self._waiting.qsize() >= MOST_WAITING:
            self.lose()
        elif not self._lost:
            self._waiting.put_nowait(payload)

    def lose(self) -> None:
        if not self._lost:
            self._lost = True
            self._waiting.put_nowait(None)

    async def payloads(self) -> AsyncIterator[Payload]:
        while (payload := await self._waiting.get()) is not None:
            yield payload
        raise EventsLost("Events may have been missed; read the present state and subscribe again.")
