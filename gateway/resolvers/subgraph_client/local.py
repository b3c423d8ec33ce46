"""Subgraphs inside the gateway itself: their requests never leave the process, all others go on."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import msgspec

from gateway.resolvers.subgraph_client.http_client import encode_request, read_answer
from gateway.resolvers.subgraph_client.protocol import Events, SubgraphClient, SubgraphRequest, SubgraphResponse
from gateway.resolvers.subgraph_client.transport import HttpAnswer
from gateway.types import SubgraphName

OK: Final = 200

AnswerLocally = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]
"""Executes a request's JSON (``query``, ``variables``, ``operationName``) and gives the response's, which nobody else may hold."""


class LocalClient:
    """A ``SubgraphClient`` that answers for the ``local`` subgraphs, and passes everything else to the client inside.

    Requests and answers go through JSON as over HTTP, so that nothing mutable is shared.
    """

    def __init__(self, inner: SubgraphClient, local: Mapping[SubgraphName, AnswerLocally]) -> None:
        self._inner = inner
        self._local = local

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """See ``SubgraphClient.send``."""
        if request.subgraph not in self._local:
            return await self._inner.send(request)
        return read_answer(request.subgraph, await self.post(request))

    async def post(self, request: SubgraphRequest) -> HttpAnswer:
        """See ``SubgraphClient.post``."""
        answer = self._local.get(request.subgraph)
        if answer is None:
            return await self._inner.post(request)
        entries = await answer(msgspec.json.decode(encode_request(request)))
        return HttpAnswer(OK, {"content-type": "application/json"}, msgspec.json.encode(entries))

    def subscribe(self, request: SubgraphRequest) -> Events:
        """See ``SubgraphClient.subscribe``."""
        return self._inner.subscribe(request)

    async def close(self) -> None:
        """Close the client inside."""
        await self._inner.close()
