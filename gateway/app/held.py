"""An engine in use: it is closed only when the last request that began on it has ended."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterable, Iterator
from dataclasses import replace
from typing import Protocol

from gateway.resolvers.engine import KnownOperation
from gateway.resolvers.messages import Answer, GraphQLRequest, GraphQLResponse, GraphQLStream


class Engine(Protocol):
    """Answers requests until it is closed."""

    async def execute(self, request: GraphQLRequest) -> GraphQLResponse:
        """The response to one request."""
        ...

    async def stream(self, request: GraphQLRequest) -> Answer:
        """The response to one request, whole or in payloads."""
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


class RetiredError(Exception):
    """The supergraph that a subscription began on has been replaced."""


class Held:
    """An engine, the version of its supergraph, and how many requests it is answering."""

    def __init__(self, engine: Engine, version: str) -> None:
        self.engine = engine
        self.version = version
        self.in_flight = 0
        self._idle = asyncio.Event()
        self._retired = asyncio.Event()

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

    async def stream(self, request: GraphQLRequest) -> Answer:
        """The engine's response. A subscription's payloads raise RetiredError when the engine retires: it could last for ever."""
        with self.use():
            answer = await self.engine.stream(request)
        if isinstance(answer, GraphQLResponse):
            return answer
        return replace(answer, payloads=self._payloads(answer))

    async def _payloads(self, answer: GraphQLStream) -> AsyncGenerator[bytes, None]:
        with self.use():
            async with contextlib.aclosing(answer.payloads) as payloads:
                if answer.incremental is not None:
                    async for payload in payloads:
                        yield payload
                    return
                async with contextlib.aclosing(until(payloads, self._retired)) as lasting:
                    async for payload in lasting:
                        yield payload

    def leave(self) -> None:
        """One request has ended."""
        self.in_flight -= 1
        if self._retired.is_set() and not self.in_flight:
            self._idle.set()

    async def retire(self, *, within: float) -> int:
        """Wait until its requests have ended, but not longer than ``within`` seconds, and close it. Gives how many had not."""
        self._retired.set()
        if self.in_flight:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._idle.wait(), within)
        await self.engine.close()
        return self.in_flight


async def until(payloads: AsyncGenerator[bytes, None], over: asyncio.Event) -> AsyncGenerator[bytes, None]:
    """The payloads; raises RetiredError as soon as it is ``over``."""
    ending = asyncio.create_task(over.wait())
    step: asyncio.Task[bytes | None] | None = None
    try:
        while True:
            step = asyncio.create_task(next_of(payloads))
            await asyncio.wait((step, ending), return_when=asyncio.FIRST_COMPLETED)
            if not step.done():
                raise RetiredError
            payload = step.result()
            if payload is None:
                return
            yield payload
    finally:
        ending.cancel()
        if step is not None and not step.done():
            step.cancel()
            await asyncio.wait((step,))


async def next_of(payloads: AsyncGenerator[bytes, None]) -> bytes | None:
    """The next payload, None after the last."""
    return await anext(payloads, None)
