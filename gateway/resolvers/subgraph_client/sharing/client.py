"""A client that sends a query once, however many ask the same at the same time."""

from collections.abc import Callable, Hashable

import msgspec
from msgspec.structs import replace

from gateway.errors import SubgraphError
from gateway.resolvers.flights import Flights
from gateway.resolvers.request_context import Freshness, RequestContext
from gateway.resolvers.subgraph_client.http_client import encode_request, read_answer
from gateway.resolvers.subgraph_client.partitions.options import HEADER
from gateway.resolvers.subgraph_client.protocol import Events, SubgraphClient, SubgraphRequest, SubgraphResponse
from gateway.resolvers.subgraph_client.transport import Failure, HttpAnswer
from gateway.types import OperationKind, SubgraphName

Shared = tuple[HttpAnswer, RequestContext]
"""An answer, and what was said on its way."""


class SharingClient:
    """A ``SubgraphClient`` by which equal queries in flight are one request to ``inner``; mutations never are.

    Equal are the subgraph, the body, the headers, and what the client's request is known by: its claims, its extensions, and whom of many members it wants. So nothing is
    ever shared across different authorisation. Errors are shared too. Who asked first may leave: the next who waits asks anew.
    ``shares`` tells for which subgraphs this is done.
    """

    def __init__(self, inner: SubgraphClient, *, shares: Callable[[SubgraphName], bool]) -> None:
        self._inner = inner
        self._shares = shares
        self._flights: Flights[Shared] = Flights()

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """The response, decoded for this caller alone; raises SubgraphError."""
        if not self._is_shared(request):
            return await self._inner.send(request)
        return read_answer(request.subgraph, await self.post(request))

    async def post(self, request: SubgraphRequest) -> HttpAnswer:
        """The answer, which others may have got too; raises SubgraphError."""
        if not self._is_shared(request):
            return await self._inner.post(request)
        context = request.context
        deadline = context.deadline if context is not None else None
        try:
            answer, said = await self._flights.share(flight_key(request), lambda: self._ask(request), deadline=deadline)
        except TimeoutError:
            message = f"Subgraph {request.subgraph!r} {Failure.TIMED_OUT.value}."
            raise SubgraphError(message, subgraph=request.subgraph) from None
        except SubgraphError as error:
            if context is not None:
                tell(RequestContext(reports=error.reports), context)
            raise
        if context is not None:
            tell(said, context)
        return answer

    def subscribe(self, request: SubgraphRequest) -> Events:
        """The inner client's events, each caller's own."""
        return self._inner.subscribe(request)

    async def close(self) -> None:
        """Close the inner client."""
        await self._inner.close()

    def _is_shared(self, request: SubgraphRequest) -> bool:
        return request.kind is OperationKind.QUERY and self._shares(request.subgraph)

    async def _ask(self, request: SubgraphRequest) -> Shared:
        """Ask for all who want to know: what clients inside have to say, they say in a context of its own."""
        known = request.context or RequestContext()
        freshness = Freshness() if known.freshness is not None else None
        context = replace(known, reports={}, freshness=freshness)
        try:
            return await self._inner.post(replace(request, context=context)), context
        except SubgraphError as error:
            error.reports = context.reports
            raise


def flight_key(request: SubgraphRequest) -> Hashable:
    """Equal for requests that may get each other's answers."""
    context = request.context
    identity = b""
    if context is not None and (context.claims or context.extensions):
        identity = msgspec.json.encode((context.claims, context.extensions), order="sorted")
    wish = context.headers.get(HEADER) if context is not None else None
    return request.subgraph, encode_request(request), frozenset(request.headers.items()), identity, wish


def tell(said: RequestContext, context: RequestContext) -> None:
    """Give a client's request what was said on the way of an answer that it shares."""
    for name, entries in said.reports.items():
        for entry in entries:
            context.report(name, entry)
    if said.freshness is not None and said.freshness.is_forbidden and context.freshness is not None:
        context.freshness.forbid()
