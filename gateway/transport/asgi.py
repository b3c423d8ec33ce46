"""HTTP by bare ASGI: what the hot route needs of it, and nothing between."""

import asyncio
import types
from collections.abc import Awaitable, Callable, Generator, Iterable, Mapping, MutableMapping
from functools import partial
from typing import Any, Final, Protocol, TypeAlias, cast

from gateway.errors import RequestError
from gateway.resolvers import codes

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
AsgiApp: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers: TypeAlias = tuple[tuple[bytes, bytes], ...]


WHOLE_BODY: Final = "tongfen.body"
"""Where in a scope a server puts a request's body that came together with its head: all requests with ``KnownHeaders`` have it."""


class KnownHeaders(list[tuple[bytes, bytes]]):
    """The headers of a head that comes again and again, one list for all its requests: what is read from them is kept here.

    ``read`` is what ``read_headers`` gives, ``seen`` belongs to the endpoint. Nobody may change any of it.
    """

    __slots__ = ("read", "seen")

    def __init__(self, headers: Iterable[tuple[bytes, bytes]]) -> None:
        super().__init__(headers)
        self.read: Mapping[str, str] | None = None
        self.seen: dict[bytes, Any] = {}


class WholeSend(Protocol):
    """A ``Send`` that also takes an answer that is there as a whole. Whoever wraps it may leave that out: the answer comes in two messages then."""

    def __call__(self, message: Message) -> Awaitable[None]:
        """Send a message."""
        ...

    def whole(self, status: int, headers: Headers, body: bytes) -> Awaitable[None]:
        """Send an answer. ``headers`` are all but its length."""
        ...


class ClientLeftError(Exception):
    """The client closed its connection before its request was whole. There is nobody to answer."""


def read_headers(scope: Scope) -> Mapping[str, str]:
    """The headers by their lower-case names; a repeated one is joined by commas (RFC 9110, section 5.3)."""
    raw: list[tuple[bytes, bytes]] = scope["headers"]
    if not isinstance(raw, KnownHeaders):
        return join_headers(raw)
    if raw.read is None:
        raw.read = join_headers(raw)
    return raw.read


def join_headers(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in raw}
    if len(headers) < len(raw):
        headers.clear()
        for name, value in raw:
            key, text = name.decode("latin-1"), value.decode("latin-1")
            headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


async def read_body(receive: Receive, *, limit: int, announced: str | None, seconds: float) -> bytes:
    """The whole body, never more than ``limit`` bytes of it, nor after more than so many ``seconds``.

    ``announced`` is the Content-Length, by which a long body is refused before it is read. Raises RequestError with status 413,
    ClientLeftError, and TimeoutError.
    """
    if announced is not None and announced.isdigit() and int(announced) > limit:
        raise too_long(limit)
    receiving = receive().__await__()
    try:
        waited_for = next(receiving)
    except StopIteration as received:  # The whole body is mostly there already: then no timer is needed.
        if not received.value.get("more_body", False) and received.value["type"] == "http.request":
            return checked(received.value.get("body", b""), limit)
        async with asyncio.timeout(seconds):
            return await read_chunks(received.value, receive, limit)
    async with asyncio.timeout(seconds):
        return await read_chunks(await _go_on(receiving, waited_for), receive, limit)


@types.coroutine
def _go_on(started: Generator[Any, Any, Message], waited_for: Any) -> Generator[Any, Any, Message]:
    """Wait for what has been started, and waits for something."""
    while True:
        try:
            sent = yield waited_for
        except BaseException as error:
            step = partial(started.throw, error)
        else:
            step = partial(started.send, sent)
        try:
            waited_for = step()
        except StopIteration as received:
            return cast(Message, received.value)


async def read_chunks(message: Message, receive: Receive, limit: int) -> bytes:
    """The body that begins with ``message``, and goes on in further ones."""
    body = bytearray()
    while message["type"] == "http.request":
        body += message.get("body", b"")
        if len(body) > limit:
            raise too_long(limit)
        if not message.get("more_body", False):
            return bytes(body)
        message = await receive()
    raise ClientLeftError


def checked(body: bytes, limit: int) -> bytes:
    if len(body) > limit:
        raise too_long(limit)
    return body


def too_long(limit: int) -> RequestError:
    message = f"The request's body is longer than {limit} bytes; send less, or raise limits.body_bytes."
    return RequestError(message, code=codes.REQUEST_TOO_LARGE, status=413)


def send_response(send: Send, status: int, headers: Headers, body: bytes) -> Awaitable[None]:
    """Send a whole answer. ``headers`` are all but its length."""
    whole: Callable[[int, Headers, bytes], Awaitable[None]] | None = getattr(send, "whole", None)  # see WholeSend
    return send_in_two(send, status, headers, body) if whole is None else whole(status, headers, body)


async def send_in_two(send: Send, status: int, headers: Headers, body: bytes) -> None:
    """The same in two messages, as every server takes it."""
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})


async def send_without_body(send: Send, status: int, headers: Headers) -> None:
    """Send an answer of a status that has no body, and so no length (RFC 9110, section 8.6)."""
    await send({"type": "http.response.start", "status": status, "headers": [*headers]})
    await send({"type": "http.response.body", "body": b""})
