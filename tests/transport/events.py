"""A gateway and a subgraph over real sockets, for tests of streams: the subgraph's events come when the test says so."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import strawberry
import uvicorn
from strawberry.asgi import GraphQL

from gateway.app import make_app
from gateway.app.loading import Given
from gateway.schema import Subgraph, compose
from gateway.settings import make_settings
from gateway.transport.asgi import AsgiApp


@dataclass
class Source:
    """What the subgraph's subscriptions give: whatever is put into ``events``. ``open`` counts those that run."""

    queues: list[asyncio.Queue[int | None]] = field(default_factory=list)
    open: int = 0
    begun: int = 0
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def put(self, value: int | None) -> None:
        for queue in self.queues:
            queue.put_nowait(value)

    async def until_open(self, count: int) -> None:
        async with asyncio.timeout(10), self.changed:
            await self.changed.wait_for(lambda: self.open == count)

    async def events(self) -> AsyncIterator[int]:
        queue: asyncio.Queue[int | None] = asyncio.Queue()
        self.queues.append(queue)
        await self._count(1)
        try:
            while (value := await queue.get()) is not None:
                yield value
        finally:
            self.queues.remove(queue)
            await self._count(-1)

    async def _count(self, change: int) -> None:
        async with self.changed:
            self.open += change
            self.begun += change > 0
            self.changed.notify_all()


@strawberry.type
class Tick:
    number: int

    @strawberry.field
    def must(self) -> int:
        if self.number == 13:
            raise ValueError("thirteen")
        return self.number

    @strawberry.field
    def all(self) -> list[int]:
        return list(range(self.number))


def make_subgraph(source: Source) -> AsgiApp:
    @strawberry.type
    class Query:
        @strawberry.field
        def hello(self) -> str:
            return "world"

        @strawberry.field
        async def name(self, number: int) -> str:
            return f"number {number}"

    @strawberry.type
    class Mutation:
        @strawberry.mutation
        def double(self, number: int) -> int:
            return 2 * number

    @strawberry.type
    class Subscription:
        @strawberry.subscription
        async def ticks(self, to: int = 0) -> AsyncIterator[Tick]:
            if to:
                for number in range(1, to + 1):
                    yield Tick(number=number)
                return
            async with contextlib.aclosing(source.events()) as events:
                async for number in events:
                    yield Tick(number=number)

    schema = strawberry.Schema(Query, Mutation, Subscription)
    return GraphQL(schema, graphql_ide=None)


SDL = """
type Query { hello: String! name(number: Int!): String! }
type Mutation { double(number: Int!): Int! }
type Subscription { ticks(to: Int! = 0): Tick! }
type Tick { number: Int! must: Int! all: [Int!]! }
"""


class Server(uvicorn.Server):
    """A server in this event loop; signals are the test's own."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield


@contextlib.asynccontextmanager
async def serve(app: AsgiApp, **options: Any) -> AsyncIterator[str]:
    """The application at its address, ``127.0.0.1:PORT``."""
    config = uvicorn.Config(app, port=0, log_config=None, timeout_graceful_shutdown=2, **options)
    server = Server(config)
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
        if running.done():
            running.result()
    try:
        yield f"127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await running


@contextlib.asynccontextmanager
async def gateway(subgraph: str, **settings: Any) -> AsyncIterator[str]:
    """The gateway before that subgraph, at its address."""
    supergraph = compose([Subgraph("core", f"http://{subgraph}/graphql", SDL)]).supergraph
    assert supergraph is not None
    made = make_settings(
        {"supergraph": {"compose": {"core": {"url": f"http://{subgraph}/"}}}, **settings}, folder=Path.cwd()
    )
    async with serve(make_app(made, Given(supergraph))) as address:
        yield address


@contextlib.asynccontextmanager
async def world(**settings: Any) -> AsyncIterator[tuple[str, Source]]:
    """A gateway before a subgraph, and what makes the subgraph's events."""
    source = Source()
    async with serve(make_subgraph(source)) as subgraph, gateway(subgraph, **settings) as address:
        yield address, source
