"""Compressed responses, where the client asks for them and the body is worth it."""

import asyncio
import zlib
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import brotli  # type: ignore[import-untyped]  # it has no types
import zstandard

from gateway.transport.asgi import AsgiApp, Message, Receive, Scope, Send
from gateway.transport.media_types import QUALITY

THREAD_BYTES: Final = 65_536
"""A longer body is compressed in a thread: it would keep all others waiting for more than a millisecond."""

WORTH_IT: Final = (b"application/json", b"application/graphql-response+json", b"text/html")

GZIP_WINDOW: Final = 31
"""zlib's word for gzip with the largest window."""


@dataclass(frozen=True, slots=True)
class Compression:
    """How to compress: ``codings`` in the order in which they are preferred, and bodies of at least ``min_bytes``."""

    codings: tuple[str, ...] = ("zstd", "br", "gzip")
    min_bytes: int = 1_024
    zstd_level: int = 3
    br_level: int = 4
    gzip_level: int = 5


class Compressing:
    """An ASGI application around another one. Responses that come in pieces are left as they are: they must not wait."""

    def __init__(self, app: AsgiApp, options: Compression) -> None:
        self._app, self._options = app, options
        self._compress = compressors(options)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer as the application does."""
        for name, value in scope["headers"]:
            if name == b"accept-encoding":
                coding = choose_coding(value.decode("latin-1"), self._options.codings)
                if coding is not None:
                    return self._app(scope, receive, _Sender(send, coding, self._compress[coding], self._options).send)
                break
        return self._app(scope, receive, send)


class _Sender:
    """Sends one response: holds its start back until it is known whether its body comes whole."""

    def __init__(self, send: Send, coding: str, compress: Callable[[bytes], bytes], options: Compression) -> None:
        self._send, self._coding, self._compress, self._options = send, coding, compress, options
        self._start: Message | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and is_compressible(message):
            self._start = message
            return
        start, self._start = self._start, None
        if start is not None:
            body: bytes = message.get("body", b"")
            if not message.get("more_body", False) and len(body) >= self._options.min_bytes:
                body = await (asyncio.to_thread(self._compress, body) if len(body) > THREAD_BYTES else self._now(body))
                message = {"type": "http.response.body", "body": body}
                start = {**start, "headers": list(self._headers(start, len(body)))}
            await self._send(start)
        await self._send(message)

    async def _now(self, body: bytes) -> bytes:
        return self._compress(body)

    def _headers(self, start: Message, length: int) -> Iterator[tuple[bytes, bytes]]:
        for name, value in start["headers"]:
            if name != b"content-length":
                yield name, value
        yield b"content-length", b"%d" % length
        yield b"content-encoding", self._coding.encode("ascii")


def compressors(options: Compression) -> Mapping[str, Callable[[bytes], bytes]]:
    """What compresses, by the name of the coding (RFC 9110, section 8.4.1; RFC 7932; RFC 8878)."""

    def gzip(body: bytes) -> bytes:
        compressor = zlib.compressobj(options.gzip_level, wbits=GZIP_WINDOW)
        return compressor.compress(body) + compressor.flush()

    def br(body: bytes) -> bytes:
        return bytes(brotli.compress(body, quality=options.br_level))

    def zstd(body: bytes) -> bytes:  # a compressor is not for several threads at once
        return zstandard.ZstdCompressor(level=options.zstd_level).compress(body)

    return {"gzip": gzip, "br": br, "zstd": zstd}


def is_compressible(start: Message) -> bool:
    """Whether a response may be compressed: text of ours that is not yet, and that nobody forbade to transform (RFC 9111, 5.2.2.6)."""
    is_text = False
    for name, value in start["headers"]:
        if name == b"content-encoding" or (name == b"cache-control" and b"no-transform" in value):
            return False
        if name == b"content-type":
            is_text = value.startswith(WORTH_IT)
    return is_text


@lru_cache(maxsize=256)
def choose_coding(accept_encoding: str, offered: tuple[str, ...]) -> str | None:
    """The offered coding that an Accept-Encoding header likes best, the first of equally liked ones (RFC 9110, section 12.5.3).

    None where it takes none of them, or likes the body as it is better than any.
    """
    weights = dict(read_weights(accept_encoding))
    rest = weights.get("*", 0.0)
    liked = [(weights.get(coding, rest), -index, coding) for index, coding in enumerate(offered)]
    quality, _, best = max(liked, default=(0.0, 0, ""))
    return best if quality > 0 and quality >= weights.get("identity", 0.0) else None


def read_weights(accept_encoding: str) -> Iterator[tuple[str, float]]:
    """Each coding with its weight. What is malformed is left out."""
    for item in accept_encoding.split(","):
        coding, *parameters = (part.strip().lower() for part in item.split(";"))
        weights = [parameter[2:].strip() for parameter in parameters if parameter.startswith("q=")]
        weight = weights[0] if weights else "1"
        if coding and QUALITY.fullmatch(weight):
            yield {"x-gzip": "gzip"}.get(coding, coding), float(weight)
