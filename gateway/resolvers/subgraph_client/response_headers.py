"""What subgraphs say in headers that clients may see."""

from collections.abc import Mapping

from gateway.resolvers.request_context import RequestContext
from gateway.resolvers.subgraph_client.protocol import Events, SubgraphClient, SubgraphRequest, SubgraphResponse
from gateway.resolvers.subgraph_client.transport import HttpAnswer


class ResponseHeaderClient:
    """A ``SubgraphClient`` that gives headers of ``inner``'s answers to the client's response.

    ``first``, ``last`` and ``all_of`` name them in lower case: the value of the first answer to come counts, of the last, or all values
    joined by commas (RFC 9110, section 5.3).
    """

    def __init__(
        self,
        inner: SubgraphClient,
        *,
        first: frozenset[str] = frozenset(),
        last: frozenset[str] = frozenset(),
        all_of: frozenset[str] = frozenset(),
    ) -> None:
        self._inner = inner
        self._first, self._all = first, all_of
        self._names = first | last | all_of

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """The inner client's response."""
        response = await self._inner.send(request)
        self._note(request.context, response.headers)
        return response

    async def post(self, request: SubgraphRequest) -> HttpAnswer:
        """The inner client's answer."""
        answer = await self._inner.post(request)
        self._note(request.context, answer.headers)
        return answer

    def subscribe(self, request: SubgraphRequest) -> Events:
        """The inner client's events."""
        return self._inner.subscribe(request)

    async def close(self) -> None:
        """Close the inner client."""
        await self._inner.close()

    def _note(self, context: RequestContext | None, headers: Mapping[str, str]) -> None:
        if context is None:
            return
        known = context.response_headers
        for name in self._names & headers.keys():
            if name not in known or name not in self._first | self._all:
                known[name] = headers[name]
            elif name in self._all:
                known[name] = f"{known[name]}, {headers[name]}"
