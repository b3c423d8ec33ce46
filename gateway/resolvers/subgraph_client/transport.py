"""What carries bytes to a subgraph: one HTTP POST with an answer, or one named reason why there is none."""

from collections.abc import AsyncIterator, Mapping
from enum import Enum
from typing import Final, NamedTuple, Protocol

import msgspec

MAX_HEAD_BYTES: Final = 65_536
"""How long an answer's status line and headers may be in all."""


class HttpAnswer(msgspec.Struct, frozen=True):
    """An HTTP response read to its end. ``headers`` have lower-case names, repeated ones joined by a comma; ``body`` is decoded."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class LastingAnswer(HttpAnswer, frozen=True):
    """An answer that is given again as this very object, for as long as it counts: who has it again knows what it came to."""


class Failure(Enum):
    """Why there is no answer. The value completes the sentence "subgraph x …"."""

    UNREACHABLE = "cannot be reached"
    TIMED_OUT = "did not answer in time"
    CLOSED = "closed the connection before its answer was whole"
    TOO_LARGE = "sent more than may be read"
    MALFORMED = "did not answer in HTTP"
    FORBIDDEN = "is at an address that may not be asked"
    OPEN = "fails so often that it is left alone for a while"


class TransportError(Exception):
    """There is no HTTP answer. ``detail`` is for the log, not for clients."""

    def __init__(self, failure: Failure, detail: str = "") -> None:
        super().__init__(f"{failure.value}: {detail}" if detail else failure.value)
        self.failure = failure
        self.detail = detail


class PoolState(NamedTuple):
    """A pool in numbers: connections that are open, idle ones among them, and requests that wait for one."""

    server: str
    open: int
    idle: int
    waited_for: int


class HttpTransport(Protocol):
    """Posts a body to a URL."""

    async def post(
        self, url: str, *, headers: Mapping[str, str], body: bytes, deadline: float, replayable: bool
    ) -> HttpAnswer:
        """The answer to one POST, before the event loop's clock shows ``deadline``; raises ``TransportError``.

        ``replayable`` requests may be sent a second time where the server closed an idle connection under them.
        """
        ...

    async def close(self) -> None:
        """Close all connections. The transport is not used afterwards."""
        ...


class StreamingTransport(Protocol):
    """Posts a body that is not whole yet."""

    async def post_pieces(
        self, url: str, *, headers: Mapping[str, str], pieces: AsyncIterator[bytes], seconds: float
    ) -> HttpAnswer:
        """The answer to one POST, sent as its pieces come; raises ``TransportError``.

        So many ``seconds`` may pass until a piece has been taken, and from the last one until the answer is whole.
        """
        ...

    async def close(self) -> None:
        """Close all connections. The transport is not used afterwards."""
        ...


class PoolingTransport(HttpTransport, Protocol):
    """A transport that tells of its connections."""

    def pools(self) -> list[PoolState]:
        """One for each server, as far as is known."""
        ...
