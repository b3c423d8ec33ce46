"""Give the plain executor the answers that a compiled run has already received, so that nothing is asked twice."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import msgspec

from gateway.errors import SubgraphError
from gateway.resolvers.executor.compiled.run import Exchange
from gateway.resolvers.subgraph_client import (
    HttpAnswer,
    SubgraphClient,
    SubgraphRequest,
    SubgraphResponse,
    read_answer,
)


class ReplayClient:
    """A ``SubgraphClient`` that knows some answers and asks ``inner`` for the others."""

    def __init__(self, inner: SubgraphClient, exchanges: Iterable[Exchange]) -> None:
        self._inner = inner
        self._known: defaultdict[tuple[str, str], list[Exchange]] = defaultdict(list)
        for exchange in exchanges:
            self._known[exchange.subgraph, exchange.query].append(exchange)

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """The known answer to this query with these variables, or what the subgraph says."""
        variables = _plain(request.variables)
        for exchange in self._known[request.subgraph, request.query]:
            if msgspec.json.decode(exchange.body)["variables"] == variables:
                if isinstance(exchange.answer, SubgraphError):
                    raise exchange.answer
                return read_answer(request.subgraph, exchange.answer)
        return await self._inner.send(request)

    async def post(self, request: SubgraphRequest) -> HttpAnswer:
        """Ask the subgraph: the plain executor never posts."""
        return await self._inner.post(request)

    async def close(self) -> None:
        """Nothing to release: ``inner`` belongs to who made it."""


def _plain(variables: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(variables))
