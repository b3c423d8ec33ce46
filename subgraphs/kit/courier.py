"""News for another market lies in an outbox until it is taken: written with what it tells of, delivered behind, in order, until it is acknowledged.

Whoever changes something writes the news in the same transaction, and announces the outbox's topic. A process that dies, or a market that
does not answer, delays news but loses none. It may be delivered twice: who takes it goes by its number.
"""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from subgraphs.kit.events import Events, EventsLost
from subgraphs.kit.registration import post

TOKEN: Final = "MARKET_NEWS_TOKEN"  # noqa: S105 - the name of the variable
"""The environment variable with the token that the other market takes news by."""

FIRST_PAUSE_SECONDS: Final = 0.5
LONGEST_PAUSE_SECONDS: Final = 30.0

_LOG: Final = logging.getLogger("subgraphs.courier")


class Recipient(Protocol):
    """The market that the news is for."""

    async def ask(self, query: str, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        """The data of its answer. Raises OSError or ValueError where there is none, or it says that something was wrong."""


@dataclass(frozen=True, slots=True)
class HttpRecipient:
    """A market at an address."""

    url: str
    token: str = field(default_factory=lambda: os.environ.get(TOKEN, ""), repr=False)

    async def ask(self, query: str, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        """See ``Recipient``."""
        answer = await asyncio.to_thread(post, self.url, self.token, {"query": query, "variables": variables})
        if failures := answer.get("errors"):
            raise ValueError(failures[0].get("message"))
        data: Mapping[str, Any] = answer["data"]
        return data

    def __str__(self) -> str:
        return self.url


Deliver = Callable[[AsyncEngine, Recipient], Awaitable[bool]]
"""Delivers what is first in the outbox, and forgets it when it is taken. False: there was nothing. Raises what asking raises."""


@dataclass(frozen=True, slots=True)
class Outbox:
    """Where news lies: what is announced when there is some, and how it is delivered."""

    topic: str
    deliver: Deliver


class Courier:
    """Empties an outbox as long as it runs."""

    def __init__(self, outbox: Outbox, database: AsyncEngine, events: Events, recipient: Recipient) -> None:
        self._outbox, self._database, self._events, self._recipient = outbox, database, events, recipient
        self._told = ""

    async def run(self) -> None:
        """Deliver until cancelled."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                async with self._events.listen(self._outbox.topic) as announcements:
                    await self._empty()
                    pause = FIRST_PAUSE_SECONDS
                    async for _ in announcements:
                        await self._empty()
            except EventsLost:
                continue
            except (OSError, ValueError, SQLAlchemyError) as error:
                self._tell(str(error))
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _empty(self) -> None:
        while await self._outbox.deliver(self._database, self._recipient):
            pass
        self._told = ""

    def _tell(self, reason: str) -> None:
        if reason != self._told:
            _LOG.warning("News waits, for %s did not take it: %s", self._recipient, reason)
        self._told = reason
