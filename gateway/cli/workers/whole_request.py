"""Requests that come whole, on a head that has come before: they are known by that head, and answered in one write.

Clients that keep a connection send the same line and headers again and again. What the parser once made of them is remembered, as the
client of subgraphs does with the heads of answers. Whatever is not exactly like one of them goes to the parser, as ever.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from gateway.transport.asgi import AsgiApp, Headers, KnownHeaders, Message, Receive, Scope, Send, send_in_two
from gateway.transport.leaving import LEAVING

END_OF_HEAD: Final = b"\r\n\r\n"
MAX_KNOWN_HEADS: Final = 512
MAX_KNOWN_HEAD: Final = 4_000
"""How many heads are remembered, of requests and of answers, and how many bytes each of a request may have."""

JOINED_BYTES: Final = 8_192
"""A body up to here is copied behind its head; a longer one follows it as it is."""

NO_LENGTH: Final = (b"content-length", b"")
WITHOUT_LENGTH: Final = b"content-length: \r\n\r\n"
"""What a head ends with whose length is still to come."""

FOR_THE_PARSER: Final = frozenset({b"transfer-encoding", b"expect", b"upgrade", b"connection"})
"""Headers that say how a connection goes on: heads with one of them are not remembered."""


class KnownHead:
    """What a head says: the scope of its request, and how many bytes of body follow."""

    __slots__ = ("length", "scope")

    def __init__(self, scope: Scope, length: int) -> None:
        self.scope = {**scope, "headers": KnownHeaders(scope["headers"])}
        self.length = length


class KnownHeads:
    """The heads that are remembered, for all connections of a server."""

    def __init__(self) -> None:
        self._known: dict[bytes, KnownHead] = {}

    def find(self, data: bytes) -> tuple[Scope, bytes] | None:
        """The scope (not to be changed) and the body of the request that ``data`` is, if its head is known and its body whole."""
        end = data.find(END_OF_HEAD) + len(END_OF_HEAD)
        known = self._known.get(data[:end])
        if known is None or len(data) != end + known.length:
            return None
        return known.scope, data[end:]

    def learn(self, data: bytes, scope: Scope) -> None:
        """Remember the head of ``data``, if that is all of the one request that the parser took it for."""
        end = data.find(END_OF_HEAD) + len(END_OF_HEAD)
        length = body_length(scope)
        if length is None or end > MAX_KNOWN_HEAD or len(data) != end + length:
            return
        if len(self._known) >= MAX_KNOWN_HEADS:
            self._known.clear()
        self._known[data[:end]] = KnownHead(scope, length)


class AnswerHeads:
    """The heads of answers, but for their length: most are like those before them."""

    def __init__(self) -> None:
        self._defaults: list[tuple[bytes, bytes]] = []
        self._count = 0
        self._known: dict[tuple[int, Headers], bytes] = {}

    def find(self, status: int, defaults: list[tuple[bytes, bytes]], headers: Headers) -> bytes | None:
        """The line and headers of an answer whose length comes next; None where there is more to think of.

        ``defaults`` are the server's headers: a new list whenever the date in it is a new one, and a longer one when the server stops.
        """
        if defaults is not self._defaults or len(defaults) != self._count or len(self._known) > MAX_KNOWN_HEADS:
            self._known.clear()
            self._defaults, self._count = defaults, len(defaults)
        head = self._known.get((status, headers))
        if head is None:
            written = write_head(status, defaults, (*headers, NO_LENGTH))
            if written is None:
                return None
            head = self._known[status, headers] = written.removesuffix(WITHOUT_LENGTH)
        return head


def body_length(scope: Scope) -> int | None:
    """How many bytes of body a request has; None for a request that is the parser's affair."""
    names = {name for name, _ in scope["headers"]}
    if scope["http_version"] != "1.1" or scope["method"] not in ("POST", "GET") or names & FOR_THE_PARSER:
        return None
    return sum(int(value) for name, value in scope["headers"] if name == b"content-length")


class WholeCycle(RequestResponseCycle):
    """uvicorn's cycle of one request and its answer, for a request that is there as a whole.

    It is the ``send`` of its application, a ``WholeSend``: an answer that comes whole is one write, and so is one with a length whose
    body comes whole; all others are uvicorn's. Where the endpoint asks for it (``is_watched``, see ``gateway.transport.leaving``), a
    client that leaves cancels its work.
    """

    access_log = False
    waiting_for_100_continue = False
    disconnected = False
    keep_alive = True
    more_body = False
    response_started = False
    response_complete = False
    chunked_encoding = None
    expected_content_length = 0
    is_watched = False
    task: "asyncio.Task[None]"
    _event: asyncio.Event | None = None
    unread: bytes | None
    _head: bytes | None = None
    _start: Message

    def __init__(  # not the one of uvicorn, which sets all that is the same for all of these
        self,
        scope: Scope,
        body: bytes,
        transport: asyncio.Transport,
        flow: FlowControl,
        heads: AnswerHeads,
        default_headers: list[tuple[bytes, bytes]],
        logger: Any,
        tasks: set[asyncio.Task[None]],
        on_response: Callable[[], None],
    ) -> None:
        self._own = scope
        self.scope = scope  # type: ignore[assignment]  # uvicorn's own type
        self.unread = body
        self.transport = transport
        self.flow = flow
        self.logger = logger
        self.default_headers = default_headers
        self.on_response = on_response
        self._heads = heads
        self._tasks = tasks

    @property
    def message_event(self) -> asyncio.Event:  # type: ignore[override]
        """Set when there is something to receive; mostly nobody asks."""
        if self._event is None:
            self._event = asyncio.Event()
        return self._event

    def leave(self) -> None:
        """The client is gone."""
        if self.is_watched:
            self.task.cancel()

    async def run_asgi(self, app: AsgiApp) -> None:  # type: ignore[override]
        """Let the application answer. What goes wrong is uvicorn's affair."""
        try:
            await app(self.scope, self.receive, self)  # type: ignore[arg-type]
        except BaseException as error:
            await super().run_asgi(raising(error))  # type: ignore[arg-type]
        else:
            if not self.response_complete and not self.disconnected:
                await super().run_asgi(silent)  # type: ignore[arg-type]
        finally:
            self.on_response = nothing
            self._tasks.discard(self.task)  # those that the server waits for before it ends
            self._own.pop(LEAVING, None)  # a circle of the two would be left to the garbage collector

    async def receive(self) -> Message:  # type: ignore[override]
        """The body, then that the client has left."""
        body = self.unread
        if body is None or self.disconnected:
            self.body = bytearray()
            return await super().receive()  # type: ignore[return-value]
        self.unread = None
        return {"type": "http.request", "body": body, "more_body": False}

    async def whole(self, status: int, headers: Headers, body: bytes) -> None:
        """See ``WholeSend.whole``."""
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        head = None
        if self.keep_alive and not self.response_started and self._head is None:
            head = self._heads.find(status, self.default_headers, headers)
        if head is None:
            await send_in_two(super().send, status, headers, body)  # type: ignore[arg-type]
        else:
            self._write(b"%bcontent-length: %d\r\n\r\n" % (head, len(body)), body)

    def __call__(self, message: Message) -> Awaitable[None]:
        """Send a part of an answer."""
        return self.send(message)

    async def send(self, message: Message) -> None:  # type: ignore[override]
        """Hold the start of an answer with a length until its body is there."""
        head = self._head
        if head is None:
            if self.keep_alive and not self.response_started and message["type"] == "http.response.start":
                head = write_head(message["status"], self.default_headers, message["headers"])
                if head is not None:
                    self._head, self._start = head, message
                    return None
            return await super().send(message)  # type: ignore[arg-type]
        self._head = None
        body = message.get("body", b"")
        if message.get("more_body", False) or b"\ncontent-length: %d\r" % len(body) not in head:
            await super().send(self._start)  # type: ignore[arg-type]
            return await super().send(message)  # type: ignore[arg-type]
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if not self.disconnected:
            self._write(head, body)
        return None

    def _write(self, head: bytes, body: bytes) -> None:
        if len(body) > JOINED_BYTES:
            self.transport.write(head)
            self.transport.write(body)
        else:
            self.transport.write(head + body)
        self.response_started = self.response_complete = True
        if self._event is not None:
            self._event.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()


def write_head(
    status: int, defaults: list[tuple[bytes, bytes]], headers: Iterable[tuple[bytes, bytes]]
) -> bytes | None:
    """The line and headers of an answer with a length; None where there is more to think of."""
    lines = [STATUS_LINE[status]]
    lines += [b"%b: %b\r\n" % header for header in defaults]
    lines += [b"%b: %b\r\n" % header for header in headers]
    head = b"".join(lines)
    count = len(lines)
    if b"\ncontent-length: " not in head or b"\nconnection: " in head or b"\ntransfer-encoding: " in head:
        return None
    if head.count(b"\n") != count or head.count(b"\r") != count or b"\0" in head:
        return None  # uvicorn says what is wrong
    return head + b"\r\n"


def raising(error: BaseException) -> AsgiApp:
    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise error

    return app


async def silent(_scope: Scope, _receive: Receive, _send: Send) -> None:
    """An application that does not answer."""


def nothing() -> None:
    """What is called when there is nobody to be told."""
