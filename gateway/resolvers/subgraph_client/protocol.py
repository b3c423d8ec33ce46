"""What it takes to be a subgraph client: one request, answered decoded, raw or in events. Everything cross-cutting wraps one client in another."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any, Protocol

import msgspec

from gateway.resolvers.request_context import RequestContext
from gateway.resolvers.subgraph_client.transport import HttpAnswer
from gateway.types import OperationKind, SubgraphName


class SubgraphRequest(msgspec.Struct, frozen=True):
    """One GraphQL request to one subgraph.

    ``timeout`` is in seconds; None leaves it to the client's own settings. ``body`` is the request as it is posted, where that is
    already written; None leaves the writing to whoever sends it (GraphQL over HTTP, section 5.4). ``context`` belongs to the client's
    request that this one serves; None where there is none.
    """

    subgraph: SubgraphName
    kind: OperationKind
    query: str
    variables: Mapping[str, Any]
    operation_name: str | None = None
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)
    timeout: float | None = None
    body: bytes | None = None
    context: RequestContext | None = None


class SubgraphResponse(msgspec.Struct, frozen=True):
    """A well-formed GraphQL response: ``data`` may be None, ``errors`` are as the subgraph wrote them."""

    data: dict[str, Any] | None
    errors: tuple[dict[str, Any], ...] = ()
    extensions: Mapping[str, Any] = msgspec.field(default_factory=dict)
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)


Events = AsyncGenerator[SubgraphResponse, None]
"""What a subscription brings: one response for each event, each for the reader alone, who may change it.

It ends when the subgraph has completed the subscription, and raises ``SubgraphError`` where that cannot begin or breaks off. Nothing is sent
before the first event is asked for. Whoever reads it closes it (``contextlib.aclosing``): that, like cancellation, ends it upstream.
"""


class SubgraphClient(Protocol):
    """Sends requests to subgraphs."""

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """The subgraph's response; raises ``gateway.errors.SubgraphError`` where there is no usable one."""
        ...

    async def post(self, request: SubgraphRequest) -> HttpAnswer:
        """The answer as it came; raises ``gateway.errors.SubgraphError`` where there is none."""
        ...

    def subscribe(self, request: SubgraphRequest) -> Events:
        """The events of a subscription. One that wraps others passes it on, or reads it within ``contextlib.aclosing``."""
        ...

    async def close(self) -> None:
        """Release connections. The client is not used afterwards."""
        ...


class EventSource(Protocol):
    """Brings the events of subscriptions: the part of a client that streams."""

    def subscribe(self, request: SubgraphRequest) -> Events:
        """See ``SubgraphClient.subscribe``."""
        ...

    async def close(self) -> None:
        """End all subscriptions, and release connections."""
        ...
