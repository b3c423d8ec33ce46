"""The HTTP server's side of one connection, with bounds on what a client may make it wait for and keep."""

import asyncio
from dataclasses import dataclass
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway.cli.workers.whole_request import AnswerHeads, KnownHeads, WholeCycle
from gateway.transport.asgi import WHOLE_BODY, Scope
from gateway.transport.leaving import LEAVING

TOO_LARGE: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-type: text/plain; charset=utf-8\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
)
"""RFC 6585, section 5."""


class HeadTooLargeError(Exception):
    """A request's line and headers are longer than they may be."""


@dataclass(frozen=True, slots=True)
class ConnectionBounds:
    """``head_bytes`` and ``head_seconds`` are for a request's line and headers, ``reading_seconds`` for a client that reads nothing."""

    head_bytes: int = 65_536
    head_seconds: float = 10.0
    reading_seconds: float = 60.0


class BoundedProtocol(HttpToolsProtocol):
    """One connection. A head is being read from the first byte of a request until its headers are whole."""

    bounds = ConnectionBounds()
    heads = KnownHeads()
    answer_heads = AnswerHeads()
    _timer: asyncio.TimerHandle | None = None
    _stalled: asyncio.TimerHandle | None = None
    _head_bytes = 0
    """How many bytes have come since the request began, as long as its head is not whole."""
    _field_bytes = 0
    """How long its line and headers, and what follows a body in chunks as such, are as far as they are read."""
    _in_head = True
    _in_message = False
    _messages = 0
    """How many requests the parser has taken out of what came last."""
    _idle_since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._timer = self.loop.call_later(self.bounds.head_seconds, transport.abort)

    def data_received(self, data: bytes) -> None:
        if self._in_message or not (self.cycle is None or self.cycle.response_complete):
            self._parse(data)
            return
        known = self.heads.find(data)
        if known is not None:
            self._stop_timer()
            self._begin(*known)
            return
        self._messages = 0
        self._parse(data)
        if self._messages == 1 and not self._in_message and not self.transport.is_closing():
            self.heads.learn(data, dict(self.scope))

    def _parse(self, data: bytes) -> None:
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > self.bounds.head_bytes and not self.transport.is_closing():
            self._refuse_head()

    def on_url(self, url: bytes) -> None:
        self._count_field(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count_field(len(name) + len(value) + len(b": \r\n"))
        super().on_header(name, value)

    def _count_field(self, length: int) -> None:
        self._field_bytes += length
        if self._field_bytes > self.bounds.head_bytes:
            raise HeadTooLargeError  # the parser stops, and calls send_400_response

    def send_400_response(self, msg: str) -> None:
        if self._field_bytes > self.bounds.head_bytes:
            self._refuse_head()
        else:
            super().send_400_response(msg)

    def _refuse_head(self) -> None:
        if (
            self.cycle is None or self.cycle.response_complete
        ):  # else the client would take it for another request's answer
            self.transport.write(TOO_LARGE)
        self.transport.close()

    def _begin(self, known: Scope, body: bytes) -> None:
        """Answer a request that has come whole."""
        scope: dict[str, Any] = {
            **known,
            "client": self.client,
            "server": self.server,
            "scheme": self.scheme,
            "state": self.app_state.copy(),
        }
        self.cycle = cycle = WholeCycle(
            scope,
            body,
            self.transport,
            self.flow,
            self.answer_heads,
            self.server_state.default_headers,
            self.logger,
            self.tasks,
            self.on_whole_response,
        )
        scope[LEAVING] = cycle
        scope[WHOLE_BODY] = body
        cycle.task = task = self.loop.create_task(cycle.run_asgi(self.app))
        self.tasks.add(task)

    def on_whole_response(self) -> None:
        """What ``on_response_complete`` does, without a new timer for each request."""
        self._idle_since = self.loop.time()
        if self.pipeline or self.timeout_keep_alive_task is None:
            self.on_response_complete()
        else:
            self.server_state.total_requests += 1

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection that has lain idle so long. Whole requests leave the timer as it is: it looks here when the last one ended."""
        self.timeout_keep_alive_task = None
        if self.cycle is not None and not self.cycle.response_complete:
            return  # the end of its answer starts the timer
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self.timeout_keep_alive_task = self.loop.call_later(left, self.timeout_keep_alive_handler)
        else:
            super().timeout_keep_alive_handler()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = self._in_message = True
        self._field_bytes = 0
        if self._timer is None:
            self._head_bytes = 0
            self._timer = self.loop.call_later(self.bounds.head_seconds, self.transport.abort)

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._stop_timer()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_message = False
        self._messages += 1
        super().on_message_complete()

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
        if isinstance(self.cycle, WholeCycle):
            self.cycle.leave()

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
    return type(
        "BoundedProtocol", (BoundedProtocol,), {"bounds": bounds, "heads": KnownHeads(), "answer_heads": AnswerHeads()}
    )
