"""Settings of subscriptions: how events come from subgraphs, and how they go to clients."""

from enum import Enum
from typing import Annotated

from pydantic import AfterValidator, Field

from gateway.settings.section import Count, HeaderName, Seconds, Section, Url, UrlPath


def check_stream_url(url: str) -> str:
    if not url.startswith(("http://", "https://", "ws://", "wss://")):
        raise ValueError("write a whole address, such as ws://127.0.0.1:4001/graphql")
    return url


class StreamProtocolSetting(Enum):
    """How events come from a subgraph."""

    WEBSOCKET = "websocket"
    SSE = "sse"
    MULTIPART = "multipart"
    CALLBACK = "callback"


class WhenSlowSetting(Enum):
    """What becomes of a client that does not keep up."""

    DROP_OLDEST = "drop_oldest"
    CLOSE = "close"


class OnNewSchema(Enum):
    """What a new supergraph means to subscriptions that are open."""

    END = "end"
    RESUBSCRIBE = "resubscribe"


class SubgraphSubscriptions(Section):
    """How one subgraph is subscribed to."""

    protocol: StreamProtocolSetting = StreamProtocolSetting.WEBSOCKET
    url: Annotated[str, AfterValidator(check_stream_url)] | None = None
    """Instead of the subgraph's own address."""
    heartbeat: Seconds = 30.0
    """After how long without a sign of life a connection is tried, or given up."""


class Callback(Section):
    """Where subgraphs post events by the HTTP callback protocol."""

    path: UrlPath = "/callback"
    """Where the gateway takes them."""
    public_url: Url | None = None
    """The address of that path as subgraphs reach this gateway, each replica by its own; None takes none."""


class Subscriptions(Section):
    """Events to clients."""

    open: Count = 10_000
    """For each worker, over all connections."""
    connections: Count = 10_000
    """WebSockets, for each worker."""
    per_connection: Count = 100
    """Operations at the same time on one WebSocket."""
    message_bytes: Count = 1_000_000
    """The longest message that a client may send over a WebSocket."""
    init_time: Seconds = 10.0
    """How long a WebSocket may take to introduce itself."""
    init_headers: tuple[HeaderName, ...] = ("authorization",)
    """Entries of its introduction that count as headers."""
    keep_alive: Seconds = 12.0
    """How often a silent connection shows that it is alive."""
    share: bool = True
    """Whether equal subscriptions are one to the subgraph."""
    buffer: Count = 100
    """How many events wait for a slow client."""
    when_slow: WhenSlowSetting = WhenSlowSetting.DROP_OLDEST
    reconnects: Annotated[int, Field(ge=0, le=1000)] = 3
    """How often in a row a connection to a subgraph that broke is opened anew."""
    on_new_schema: OnNewSchema = OnNewSchema.END
    callback: Callback = Callback()
