"""An engine in use: it is closed only when the last request that began on it has ended."""

import asyncio
import contextlib
from collections.abc import Iterable, Iterator
from typing import Protocol

from gateway.resolvers.engine import KnownOperation
from gateway.resolvers.messages import GraphQLRequest, GraphQLResponse


class Engine(Protocol):
    """Answers requests until it is closed."""

    async def execute(self, request: GraphQLRequest) -> GraphQLResponse:
        """The response to one request."""
        ...

    def most_used(self, count: int) -> tuple[KnownOperation, ...]:
        """So many of the operations that it has ready, the most used first."""
        ...

    async def warm(self, operations: Iterable[KnownOperation]) -> int:
        """Make operations ready before the first request comes; gives how many it can serve."""
        ...

    async def close(self) -> None:
        """Let go of the subgraphs."""
        ...


class Held:
    """An engine, the version of its supergraph, and how many requests it is answering."""

    def __init__(self, engine: Engine, version: str) -> None:
        self.engine = engine
        self.version = version
        self.in_flight = 0
        self._idle = asyncio.Event()
        self._retired = False

    @contextlib.contextmanager
    def use(self) -> Iterator[Engine]:
        """The engine, for one request: it is not closed before that has ended."""
        self.in_flight += 1
        try:
            yield self.engine
        finally:
            self.leave()

    async def execute(self, request: GraphQLRequest) -> GraphQLResponse:
        """The engine's response."""
        self.in_flight += 1
        try:
            return await self.engine.execute(request)
        finally:
            self.leave()

    def leave(self) -> None:
        """One request has ended."""
        self.in_flight -= 1
        if self._retired and not self.in_flight:
            self._idle.set()

    async def retire(self, *, within: float) -> int:
        """Wait until its requests have ended, but not longer than ``within`` seconds, and close it. Gives how many had not."""
        self._retired = True
        if self.in_flight:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._idle.wait(), within)
        await self.engine.close()
        return self.in_flight
