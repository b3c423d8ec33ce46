"""Where a subgraph's subscriptions are, how they are spoken of there, and what a lost one looks like."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from enum import Enum

from gateway.errors import SubgraphError
from gateway.resolvers.subgraph_client.protocol import SubgraphRequest
from gateway.types import SubgraphName


class StreamProtocol(Enum):
    """How events come from a subgraph."""

    WEBSOCKET = "websocket"
    """``graphql-transport-ws``, or the older ``graphql-ws``, as the subgraph chooses."""
    SSE = "sse"
    """Server-sent events, in the distinct connections mode of graphql-sse."""
    MULTIPART = "multipart"
    """Parts of an HTTP response, as Apollo's multipart protocol for subscriptions has it."""
    CALLBACK = "callback"
    """Posts of the subgraph to the gateway, as Apollo's HTTP callback protocol has it."""
    INCREMENTAL = "incremental"
    """Parts of an HTTP response, as a query with ``@stream`` is answered."""


@dataclass(frozen=True, slots=True)
class StreamTarget:
    """``timeout`` is how many seconds a subscription may take to begin, ``heartbeat`` after how many a silent connection is tried.

    ``max_bytes`` is the longest event.
    """

    url: str
    protocol: StreamProtocol = StreamProtocol.WEBSOCKET
    timeout: float = 30.0
    heartbeat: float = 30.0
    max_bytes: int = 100_000_000
    query_url: str = ""
    """Where queries go, which may be elsewhere."""


RawEvents = AsyncGenerator[bytes, None]
"""GraphQL responses as JSON, one for each event. Raises ``SubgraphError``; closing it ends the subscription upstream."""

OpenStream = Callable[[SubgraphRequest], RawEvents]


class StreamLostError(SubgraphError):
    """The connection broke: the same subscription may do better on a new one."""


def lost(subgraph: SubgraphName) -> StreamLostError:
    return StreamLostError(f"Subgraph {subgraph!r} closed the connection of a subscription.", subgraph=subgraph)


def unreachable(subgraph: SubgraphName) -> StreamLostError:
    return StreamLostError(f"Subgraph {subgraph!r} cannot be reached.", subgraph=subgraph)


def refused(subgraph: SubgraphName, why: str) -> SubgraphError:
    return SubgraphError(f"Subgraph {subgraph!r} refused a subscription: {why}.", subgraph=subgraph)
