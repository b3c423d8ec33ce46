"""The HTTP server's side of one connection, with bounds on what a client may make it wait for and keep."""

import asyncio
from dataclasses import dataclass
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

TOO_LARGE: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-type: text/plain; charset=utf-8\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
)
"""RFC 6585, section 5."""


@dataclass(frozen=True, slots=True)
class ConnectionBounds:
    """``head_bytes`` and ``head_seconds`` are for a request's line and headers, ``reading_seconds`` for a client that reads nothing."""

    head_bytes: int = 65_536
    head_seconds: float = 10.0
    reading_seconds: float = 60.0


class BoundedProtocol(HttpToolsProtocol):
    """One connection. A head is being read from the first byte of a request until its headers are whole."""

    bounds = ConnectionBounds()
    _timer: asyncio.TimerHandle | None = None
    _stalled: asyncio.TimerHandle | None = None
    _head_bytes = 0
    _in_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._timer = self.loop.call_later(self.bounds.head_seconds, transport.abort)

    def data_received(self, data: bytes) -> None:
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > self.bounds.head_bytes and not self.transport.is_closing():
            self.transport.write(TOO_LARGE)
            self.transport.close()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True
        if self._timer is None:
            self._head_bytes = 0
            self._timer = self.loop.call_later(self.bounds.head_seconds, self.transport.abort)

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._stop_timer()
        super().on_headers_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stalled = self.loop.call_later(self.bounds.reading_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        self._stop_stalled()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        self._stop_stalled()
        super().connection_lost(exc)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _stop_stalled(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None


def bounded_protocol(bounds: ConnectionBounds) -> type[HttpToolsProtocol]:
    """uvicorn's protocol with these bounds: beyond them the connection is closed, and nobody else notices."""
    return type("BoundedProtocol", (BoundedProtocol,), {"bounds": bounds})
