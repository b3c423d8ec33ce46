"""What a WebSocket may do, and how the two protocols of GraphQL over WebSockets say things."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final


@dataclass(frozen=True, slots=True)
class WebSocketOptions:
    """``connections`` are how many there may be, ``operations`` how many one connection may have under way.

    A connection must be initialised within ``init_seconds``; entries of its payload that ``init_headers`` name (lower case) count as
    headers of its requests. Every ``keep_alive`` seconds it is pinged. Pages of other sites are let in from ``origins`` only.
    """

    connections: int = 10_000
    operations: int = 100
    init_seconds: float = 10.0
    init_headers: frozenset[str] = frozenset({"authorization"})
    keep_alive: float = 12.0
    message_bytes: int = 1_000_000
    origins: frozenset[str] = frozenset()


class Close(IntEnum):
    """Why a connection is closed (graphql-transport-ws; RFC 6455, section 7.4.1)."""

    GOING_AWAY = 1001
    TOO_BIG = 1009
    TRY_AGAIN_LATER = 1013
    INVALID_MESSAGE = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN = 4403
    NO_SUBPROTOCOL = 4406
    INIT_TIMEOUT = 4408
    SUBSCRIBER_EXISTS = 4409
    TOO_MANY_INITS = 4429
    INTERNAL_ERROR = 4500


@dataclass(frozen=True, slots=True)
class Dialect:
    """A protocol: its name, and its names for the same messages."""

    name: str
    start: str
    stop: str
    event: str
    keep_alive: str
    is_legacy: bool = False


TRANSPORT_WS: Final = Dialect("graphql-transport-ws", "subscribe", "complete", "next", "ping")
LEGACY_WS: Final = Dialect("graphql-ws", "start", "stop", "data", "ka", is_legacy=True)
DIALECTS: Final = (TRANSPORT_WS, LEGACY_WS)
"""The better one first."""
