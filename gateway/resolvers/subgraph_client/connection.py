"""One keep-alive HTTP/1.1 connection: a request goes out, its answer comes in, then the next (RFC 9112)."""

import asyncio
import zlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, cast

import httptools

from gateway.resolvers.subgraph_client.transport import MAX_HEAD_BYTES, Failure, HttpAnswer, TransportError

GZIP_OR_ZLIB: Final = zlib.MAX_WBITS | 32
INFORMATIONAL: Final = 200
"""Status codes below this are not the answer yet (RFC 9110, section 15.2)."""
OK: Final = 200
END_OF_HEAD: Final = b"\r\n\r\n"
MAX_KNOWN_HEADS: Final = 1_000
MAX_KNOWN_HEAD: Final = 2_000
"""How many heads are remembered, and how long each may be."""


class Heads:
    """The heads of answers that have come before, parsed: servers send the same ones again and again.

    Only answers that come in one piece, with their length in the head, are told by it; the parser does all others.
    """

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[Mapping[str, str], int]] = {}

    def find(self, data: bytes) -> HttpAnswer | None:
        """The answer that ``data`` is, if its head is known and its body whole."""
        end = data.find(END_OF_HEAD) + len(END_OF_HEAD)
        known = self._known.get(data[:end])
        if known is None:
            return None
        headers, length = known
        return HttpAnswer(OK, headers, data[end:]) if len(data) == end + length else None

    def learn(self, data: bytes, answer: HttpAnswer) -> None:
        """Remember the head of ``data``, which the parser took for ``answer``, after which the connection may be used again."""
        length = answer.headers.get("content-length", "")
        end = data.find(END_OF_HEAD) + len(END_OF_HEAD)
        is_plain = answer.status == OK and length.isdigit() and "transfer-encoding" not in answer.headers
        if is_plain and data.startswith(b"HTTP/1.1 200 ") and len(data) == end + int(length) and end <= MAX_KNOWN_HEAD:
            if len(self._known) >= MAX_KNOWN_HEADS:
                self._known.clear()
            self._known[data[:end]] = MappingProxyType(dict(answer.headers)), int(length)


class Connection(asyncio.Protocol):
    """Sends one request at a time. ``reusable`` tells whether another may follow."""

    def __init__(self, loop: asyncio.AbstractEventLoop, max_body_bytes: int, heads: "Heads") -> None:
        self.loop = loop
        self._max_body_bytes = max_body_bytes
        self._heads = heads
        self._answer: asyncio.Future[HttpAnswer] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = self._deadline = 0.0
        self.reusable = True
        self.answered_bytes = False
        """Whether any byte of the current answer has come."""
        self.idle_since = 0.0

    def ask(self, message: bytes, deadline: float) -> "asyncio.Future[HttpAnswer]":
        """Send a whole request; gives its answer to come, or a ``TransportError``. Who has it, or has enough of waiting, calls ``end``."""
        if not self.reusable:
            raise TransportError(Failure.CLOSED, "the connection was closed while idle")
        self._begin_answer()
        self._answer = answer = self.loop.create_future()
        self._deadline = deadline
        if self._timer is None or deadline < self._timer_at:
            self._set_timer(deadline)
        self._transport.write(message)
        return answer

    def end(self) -> None:
        """The answer is there, or not waited for any more: then the connection cannot be used again."""
        if self._answer is not None and (not self._answer.done() or self._answer.cancelled()):
            self.abort()
        self._answer = None

    def abort(self) -> None:
        """Close at once, without waiting for anything."""
        self.reusable = False
        self._stop_timer()
        self._transport.abort()

    # One timer for all requests: most are answered long before, and the next one's deadline is a later one

    def _set_timer(self, at: float) -> None:
        self._stop_timer()
        self._timer, self._timer_at = self.loop.call_at(at, self._expire), at

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _expire(self) -> None:
        self._timer = None
        if self._answer is None or self._answer.done():
            return
        if self._deadline > self.loop.time():
            self._set_timer(self._deadline)
        else:
            self._fail(Failure.TIMED_OUT, "no whole answer")

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._parser = httptools.HttpResponseParser(self)

    def data_received(self, data: bytes) -> None:
        if self._answer is None or self._answer.done():
            self.abort()  # Nobody asked: whatever this is, it must not become the next request's answer.
            return
        known = None if self.answered_bytes else self._heads.find(data)
        self.answered_bytes = True
        if known is not None:
            self._answer.set_result(known)
            return
        self._first = data
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._fail(Failure.MALFORMED, str(error))

    def eof_received(self) -> None:
        self._end_of_stream("end of stream")

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        self._end_of_stream(str(exc or "connection lost"))

    # What the parser calls

    def on_header(self, name: bytes, value: bytes) -> None:
        self._head_bytes += len(name) + len(value)
        if self._head_bytes > MAX_HEAD_BYTES:
            self._fail(Failure.TOO_LARGE, f"headers of more than {MAX_HEAD_BYTES} bytes")
            return
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        self._headers[key] = f"{self._headers[key]}, {text}" if key in self._headers else text

    def on_headers_complete(self) -> None:
        self._status = self._parser.get_status_code()
        length = self._headers.get("content-length", "")
        if length.isdigit() and int(length) > self._max_body_bytes:
            self._fail(Failure.TOO_LARGE, f"a body of {length} bytes, where {self._max_body_bytes} are allowed")

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        if self._body_bytes > self._max_body_bytes:
            self._fail(Failure.TOO_LARGE, f"a body of more than {self._max_body_bytes} bytes")
        else:
            self._chunks.append(body)

    def on_message_complete(self) -> None:
        if self._status < INFORMATIONAL:
            self._begin_answer()
            return
        self.reusable = self.reusable and self._parser.should_keep_alive()
        self._complete()

    # The answer so far

    def _begin_answer(self) -> None:
        self._headers: dict[str, str] = {}
        self._chunks: list[bytes] = []
        self._head_bytes = self._body_bytes = self._status = 0
        self.answered_bytes = False

    def _complete(self) -> None:
        if self._answer is None or self._answer.done():
            return
        body = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
        encoding = self._headers.get("content-encoding", "identity").strip().lower()
        if encoding in ("gzip", "x-gzip", "deflate"):
            try:
                body = inflate(body, self._max_body_bytes)
            except TransportError as error:
                self._fail(error.failure, error.detail)
                return
        elif encoding not in ("identity", ""):
            self._fail(Failure.MALFORMED, f"content-encoding {encoding!r}, which was not asked for")
            return
        answer = HttpAnswer(self._status, self._headers, body)
        if self.reusable and encoding == "identity":
            self._heads.learn(self._first, answer)
        self._answer.set_result(answer)

    def _end_of_stream(self, detail: str) -> None:
        self.reusable = False
        if self._answer is None or self._answer.done():
            return
        if self._is_read_to_the_end():
            self._complete()
        else:
            self._fail(Failure.CLOSED, detail)

    def _is_read_to_the_end(self) -> bool:
        """Whether the answer is one whose end only the end of the stream marks (RFC 9112, section 6.3)."""
        lengthless = "content-length" not in self._headers and "transfer-encoding" not in self._headers
        return self._status >= INFORMATIONAL and lengthless

    def _fail(self, failure: Failure, detail: str) -> None:
        self.reusable = False
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(TransportError(failure, detail))
        self._transport.abort()


def inflate(body: bytes, limit: int) -> bytes:
    """``body`` decompressed (gzip or zlib); raises ``TransportError`` where it is damaged or grows beyond ``limit`` bytes."""
    decoder = zlib.decompressobj(GZIP_OR_ZLIB)
    try:
        text = decoder.decompress(body, limit + 1)
    except zlib.error as error:
        raise TransportError(Failure.MALFORMED, f"damaged compression: {error}") from error
    if len(text) > limit:
        raise TransportError(Failure.TOO_LARGE, f"a body that inflates to more than {limit} bytes")
    if not decoder.eof:
        raise TransportError(Failure.MALFORMED, "compression that ends too early")
    return text
