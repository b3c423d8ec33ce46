"""Compressed request bodies: taken apart, but never to more than a body may have."""

import zlib
from collections.abc import Callable, Mapping
from typing import Final

import brotli  # type: ignore[import-untyped]  # it has no types
import zstandard

from gateway.errors import RequestError
from gateway.resolvers import codes
from gateway.transport.asgi import too_long

GZIP_OR_ZLIB: Final = 47
"""zlib's word for either format, with the largest window."""


UNKNOWN_SIZE: Final = -1


class DamagedError(Exception):
    """A body is not whole, or not in the coding that it says."""


def inflate_zlib(body: bytes, limit: int) -> bytes:
    """As much of the body as ``limit`` allows, and a byte more where there is more."""
    decoder = zlib.decompressobj(GZIP_OR_ZLIB)
    try:
        text = decoder.decompress(body, limit + 1)
    except zlib.error as error:
        raise DamagedError from error
    if len(text) <= limit and not decoder.eof:
        raise DamagedError
    return text


def inflate_br(body: bytes, limit: int) -> bytes:
    """The same for Brotli (RFC 7932)."""
    decoder = brotli.Decompressor()
    text = bytearray()
    try:
        text += decoder.process(body, output_buffer_limit=limit + 1)
        while len(text) <= limit and not decoder.is_finished():
            more = decoder.process(b"", output_buffer_limit=limit + 1 - len(text))
            if not more and not decoder.is_finished():
                raise DamagedError
            text += more
    except brotli.error as error:
        raise DamagedError from error
    return bytes(text)


def inflate_zstd(body: bytes, limit: int) -> bytes:
    """The same for Zstandard (RFC 8878); frames after the first are not read."""
    decoder = zstandard.ZstdDecompressor(max_window_size=2**23)  # RFC 9659 bounds the window of this coding
    try:
        size = zstandard.frame_content_size(body)
        with decoder.stream_reader(body) as reader:
            text = reader.read(limit + 1)
    except zstandard.ZstdError as error:
        raise DamagedError from error
    if len(text) <= limit and size not in (UNKNOWN_SIZE, len(text)):
        raise DamagedError
    return text


INFLATE: Final[Mapping[str, Callable[[bytes, int], bytes]]] = {
    "gzip": inflate_zlib,
    "deflate": inflate_zlib,
    "br": inflate_br,
    "zstd": inflate_zstd,
}


def decode_body(body: bytes, coding: str, limit: int) -> bytes:
    """``body`` without its content coding (RFC 9110, section 8.4).

    Raises RequestError: status 415 for a coding that is not taken, 413 for a body that inflates to more than ``limit`` bytes, 400 for
    one that is damaged.
    """
    name = coding.strip().lower()
    if name == "identity":
        return body
    inflate = INFLATE.get(name)
    if inflate is None:
        message = f"The content encoding {coding!r} is not taken; send the body as it is, or by {', '.join(INFLATE)}."
        raise RequestError(message, code=codes.UNSUPPORTED_MEDIA_TYPE, status=415)
    try:
        text = inflate(body, limit)
    except DamagedError as error:
        raise RequestError(f"The body is no whole {name}.") from error
    if len(text) > limit:
        raise too_long(limit)
    return text
