"""Read server-sent events and multipart bodies as they come in, chunk by chunk."""

import re
from collections.abc import AsyncGenerator, AsyncIterator

MAX_PENDING = 100_000_000
"""How many bytes may be read without an event being whole."""


async def read_events(chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """The data of each ``next`` event, until ``complete`` (graphql-sse, distinct connections mode).

    Raises EOFError where the body ends before.
    """
    async for block in _blocks(chunks):
        kind, data = _read_block(block)
        if kind == "complete":
            return
        if kind == "next" and data:
            yield data
    raise EOFError


async def _blocks(chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """The events' own lines, without the empty lines between them. A line may end in CR LF, LF or CR."""
    pending, held, searched = bytearray(), b"", 0
    async for chunk in chunks:
        text = held + chunk
        held = b"\r" if text.endswith(b"\r") else b""  # its LF may come yet
        pending += text.removesuffix(held).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        while (end := pending.find(b"\n\n", searched)) >= 0:
            yield bytes(pending[:end])
            del pending[: end + 2]
            searched = 0
        searched = max(0, len(pending) - 1)
        if len(pending) > MAX_PENDING:
            raise EOFError


def _read_block(block: bytes) -> tuple[str, bytes]:
    """An event's type and data (HTML standard, section 9.2.6). Comments and other fields are left out."""
    kind, data = "message", []
    for line in block.split(b"\n"):
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"event":
            kind = value.decode("utf-8", "replace")
        elif field == b"data":
            data.append(value)
    return kind, b"\n".join(data)


def boundary_of(content_type: str) -> bytes:
    """The boundary of a multipart content type; ``-`` where none is named, as is usual in GraphQL."""
    found = re.search(r'boundary="?([^";,]+)"?', content_type, re.IGNORECASE)
    return found[1].strip().encode("latin-1") if found else b"-"


async def read_parts(chunks: AsyncIterator[bytes], boundary: bytes) -> AsyncGenerator[bytes, None]:
    """The body of each part, as soon as it is whole (RFC 2046, section 5.1.1). Raises EOFError without a closing delimiter."""
    delimiter = b"\r\n--" + boundary
    pending, searched, after_delimiter = bytearray(b"\r\n"), 0, False
    async for chunk in chunks:
        pending += chunk
        while not (after_delimiter and pending.startswith(b"--")):
            end = pending.find(delimiter, searched)
            if end < 0:
                searched = max(0, len(pending) - len(delimiter) + 1)
                break
            _, separator, body = bytes(pending[:end]).partition(b"\r\n\r\n")
            del pending[: end + len(delimiter)]
            searched, after_delimiter = 0, True
            if separator:
                yield body
        else:
            return
        if len(pending) > MAX_PENDING:
            raise EOFError
    raise EOFError
