"""One event of a subscription is one run of its plan, in which the first fetch is answered already."""

from collections.abc import Mapping

import msgspec

from gateway.resolvers.executor.run import RunOptions
from gateway.resolvers.query_plan import Fetch
from gateway.resolvers.subgraph_client import Events, HttpAnswer, SubgraphClient, SubgraphRequest, SubgraphResponse

OK = 200
JSON: Mapping[str, str] = {"content-type": "application/json"}


def source_request(source: Fetch, options: RunOptions) -> SubgraphRequest:
    """What to subscribe to: the root fetch that brings events (GraphQL specification, section 6.2.3.1)."""
    return SubgraphRequest(
        subgraph=source.subgraph,
        kind=source.kind,
        query=source.operation,
        variables={name: options.variables[name] for name in source.variables if name in options.variables},
        operation_name=source.operation_name,
        headers=options.headers.get(source.subgraph, {}),
        context=options.context,
    )


class EventClient:
    """A ``SubgraphClient`` for the run of one event: it answers the ``source`` itself with that event, the rest is asked of ``inner``.

    The source is the text of the root fetch that brings events.
    """

    def __init__(self, inner: SubgraphClient, event: SubgraphResponse, source: str) -> None:
        self._inner = inner
        self._event = event
        self._source = source

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """The event, or the inner client's response."""
        return self._event if request.query == self._source else await self._inner.send(request)

    async def post(self, request: SubgraphRequest) -> HttpAnswer:
        """The same in bytes."""
        if request.query != self._source:
            return await self._inner.post(request)
        return HttpAnswer(OK, JSON, msgspec.json.encode({"data": self._event.data, "errors": self._event.errors}))

    def subscribe(self, request: SubgraphRequest) -> Events:
        """The inner client's events."""
        return self._inner.subscribe(request)

    async def close(self) -> None:
        """Nothing to release: ``inner`` belongs to who made it."""
