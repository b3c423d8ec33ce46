"""The two protocols that GraphQL speaks over WebSockets, as a client says them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final


class Said(Enum):
    """What a server's message is about."""

    READY = auto()
    EVENT = auto()
    FAILED = auto()
    COMPLETE = auto()
    PING = auto()
    REFUSED = auto()
    NOTHING = auto()


@dataclass(frozen=True, slots=True)
class Dialect:
    """A protocol: its name in the handshake, how a client starts and stops an operation, and what the server's messages mean."""

    name: str
    start: str
    stop: str
    meanings: Mapping[str, Said]

    def meaning(self, message: Mapping[str, Any]) -> Said:
        kind = message.get("type")
        return self.meanings.get(kind, Said.NOTHING) if isinstance(kind, str) else Said.NOTHING


TRANSPORT_WS: Final = Dialect(
    "graphql-transport-ws",
    "subscribe",
    "complete",
    {
        "connection_ack": Said.READY,
        "next": Said.EVENT,
        "error": Said.FAILED,
        "complete": Said.COMPLETE,
        "ping": Said.PING,
    },
)
LEGACY_WS: Final = Dialect(
    "graphql-ws",
    "start",
    "stop",
    {
        "connection_ack": Said.READY,
        "connection_error": Said.REFUSED,
        "data": Said.EVENT,
        "error": Said.FAILED,
        "complete": Said.COMPLETE,
    },
)
DIALECTS: Final = {dialect.name: dialect for dialect in (TRANSPORT_WS, LEGACY_WS)}
"""By name, the better one first."""
