"""Requests wait for nobody: until there is a supergraph they are told why, and from then on its engine answers them."""

import asyncio
import gc
import logging
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from gateway.errors import RequestError, TongfenError
from gateway.resolvers import codes
from gateway.resolvers.messages import GraphQLRequest, GraphQLResponse
from gateway.schema.supergraph import Supergraph

logger = logging.getLogger(__name__)

ACCESS: Final = ("authenticated", "requiresScopes", "policy")
"""Specifications that say who may ask for what. They are composed and carried, but nothing is refused by them yet."""

LoadSupergraph = Callable[[], Awaitable[Supergraph]]
"""Gives the supergraph, or raises a TongfenError that says what is missing."""


class Engine(Protocol):
    """Answers requests until it is closed."""

    async def execute(self, request: GraphQLRequest) -> GraphQLResponse:
        """The response to one request."""
        ...

    async def close(self) -> None:
        """Let go of the subgraphs."""
        ...


MakeEngine = Callable[[Supergraph], Engine]


class Serving:
    """A ``GraphQLService`` and a ``Readiness``: loads the supergraph, again and again until it is there, and answers by it."""

    def __init__(self, load: LoadSupergraph, make_engine: MakeEngine, *, retry_seconds: float = 1.0) -> None:
        self._load = load
        self._make_engine = make_engine
        self._retry_seconds = retry_seconds
        self._engine: Engine | None = None
        self._reasons: tuple[str, ...] = ("The supergraph is being loaded.",)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why requests cannot be answered yet."""
        return self._reasons

    async def execute(self, request: GraphQLRequest) -> GraphQLResponse:
        """The engine's answer; raises RequestError with status 503 while there is no engine."""
        if self._engine is None:
            message = " ".join(("The gateway is not ready.", *self._reasons))
            raise RequestError(message, code=codes.GATEWAY_NOT_READY, status=503)
        return await self._engine.execute(request)

    async def start(self) -> None:
        """Load until it works. Each new reason why it does not is logged once."""
        while not await self._try_to_load():  # noqa: ASYNC110  # nothing tells us when a subgraph comes up
            await asyncio.sleep(self._retry_seconds)
        settle_memory()

    async def close(self) -> None:
        """Let go of the subgraphs."""
        if self._engine:
            await self._engine.close()

    async def _try_to_load(self) -> bool:
        try:
            supergraph = await self._load()
        except TongfenError as error:
            reasons = tuple(error.message.splitlines())
            if reasons != self._reasons:
                logger.warning("Not ready yet: %s", error.message)
            self._reasons = reasons
            return False
        self._engine = self._make_engine(supergraph)
        self._reasons = ()
        logger.info("Ready: the supergraph has %s", ", ".join(supergraph.subgraphs))
        if unkept := [name for name in ACCESS if name in supergraph.features]:
            logger.warning("The supergraph asks for access control (%s), which is not enforced yet", ", ".join(unkept))
        return True


def settle_memory() -> None:
    """Let the garbage collector leave alone what stays for good, which spares it a tenth of the time of a busy gateway."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)
