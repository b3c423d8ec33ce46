"""A loader that gives what a test offers, in its order, and engines that remember what became of them."""

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from gateway.app import Loaded
from gateway.errors import SupergraphError
from gateway.resolvers.engine import KnownOperation
from gateway.resolvers.messages import GraphQLRequest, GraphQLResponse
from gateway.schema.supergraph import Supergraph, read_supergraph
from tests.app.markets import SUPERGRAPH


def loaded(version: str, sdl: str = SUPERGRAPH) -> Loaded:
    return Loaded(read_supergraph(sdl), sdl, version)


class FakeLoader:
    """Gives one offer after another, a new one at each look, and the last one again and again."""

    def __init__(self, *offers: Loaded | Exception) -> None:
        self._coming = deque(offers)
        self._now: Loaded | Exception = SupergraphError("Nothing was offered.")
        self._more = asyncio.Event()
        self._dealt_with = asyncio.Event()
        self.looked = asyncio.Event()
        self.looks = 0
        self.closed = False

    def offer(self, offer: Loaded | Exception) -> None:
        """From the next look on this is what there is."""
        self._coming.append(offer)
        self._more.set()

    async def offered(self, offer: Loaded | Exception) -> None:
        """Offer, and return when whoever follows the loader has dealt with it."""
        self._dealt_with.clear()
        self.offer(offer)
        await self._dealt_with.wait()

    async def followed(self) -> None:
        """Return when whoever follows the loader has dealt with all offers."""
        await self._dealt_with.wait()

    async def look(self, known: str | None) -> Loaded | None:
        self.looks += 1
        self.looked.set()
        if self._coming:
            self._now = self._coming.popleft()
        if isinstance(self._now, Exception):
            raise self._now
        return None if self._now.version == known else self._now

    async def wait(self) -> None:
        if not self._coming:
            self._more.clear()
            self._dealt_with.set()
            await self._more.wait()

    async def close(self) -> None:
        self.closed = True


@dataclass
class FakeEngine:
    """Answers with the names of its subgraphs; a request waits for ``gate`` if there is one."""

    supergraph: Supergraph
    gate: asyncio.Event | None = None
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    operations: tuple[KnownOperation, ...] = ()
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    async def execute(self, request: GraphQLRequest) -> GraphQLResponse:
        self.begun.set()
        if self.gate:
            await self.gate.wait()
        assert not self.closed.is_set()
        return GraphQLResponse(",".join(self.supergraph.subgraphs).encode(), executed=True)

    def most_used(self, count: int) -> tuple[KnownOperation, ...]:
        return self.operations[:count]

    async def warm(self, operations: Iterable[KnownOperation]) -> int:
        self.operations = tuple(operations)
        return len(self.operations)

    async def close(self) -> None:
        self.closed.set()
