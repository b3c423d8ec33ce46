"""A subgraph that does every wrong thing that a server can do, each under a path of its own."""

import asyncio
import contextlib
import gzip
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final

Misdeed = Callable[[asyncio.StreamWriter], Coroutine[Any, Any, None]]

JSON: Final = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
PIECE: Final = b'{"data":{"bad":"' + b"x" * 65_536
TWO_GB: Final = 2_000_000_000
ANSWER: Final = JSON + b'content-length: 20\r\n\r\n{"data":{"bad":"a"}}'
BOMB: Final = gzip.compress(b" " * 300_000_000, compresslevel=9, mtime=0)


async def flood(writer: asyncio.StreamWriter, piece: bytes) -> None:
    for _ in range(TWO_GB // len(piece)):
        writer.write(piece)
        await writer.drain()


async def announced(writer: asyncio.StreamWriter) -> None:
    """2 GB, as the head says."""
    writer.write(JSON + b"content-length: %d\r\n\r\n" % TWO_GB)
    await flood(writer, PIECE)


async def in_chunks(writer: asyncio.StreamWriter) -> None:
    """2 GB in chunks."""
    writer.write(JSON + b"transfer-encoding: chunked\r\n\r\n")
    await flood(writer, b"%x\r\n%b\r\n" % (len(PIECE), PIECE))


async def until_closed(writer: asyncio.StreamWriter) -> None:
    """2 GB without a length."""
    writer.write(JSON + b"connection: close\r\n\r\n")
    await flood(writer, PIECE)


async def bomb(writer: asyncio.StreamWriter) -> None:
    """A small body that inflates to 300 MB."""
    writer.write(JSON + b"content-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(BOMB) + BOMB)


async def headers(writer: asyncio.StreamWriter) -> None:
    """Headers without end."""
    writer.write(JSON)
    await flood(writer, b"x-more: " + b"y" * 1_000 + b"\r\n")


async def html(writer: asyncio.StreamWriter) -> None:
    """A page of something between."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 11\r\n\r\n<p>Hello</p")


async def html_502(writer: asyncio.StreamWriter) -> None:
    """An error page of something between."""
    writer.write(b"HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\ncontent-length: 11\r\n\r\n<p>Sorry</p")


async def nonsense(writer: asyncio.StreamWriter) -> None:
    """No HTTP at all."""
    writer.write(b"\x00\xffSSH-2.0\r\n\r\n" * 10)


async def hang(_: asyncio.StreamWriter) -> None:
    """Nothing."""
    await asyncio.sleep(3_600)


async def trickle(writer: asyncio.StreamWriter) -> None:
    """A right answer, a byte at a time, so slowly that it is never whole."""
    for position in range(len(ANSWER)):
        writer.write(ANSWER[position : position + 1])
        await asyncio.sleep(0.05)


async def close(_: asyncio.StreamWriter) -> None:
    """No answer, and no connection any more."""


MISDEEDS: Final[dict[str, Misdeed]] = {
    misdeed.__name__: misdeed
    for misdeed in (
        announced,
        in_chunks,
        until_closed,
        bomb,
        headers,
        html,
        html_502,
        nonsense,
        hang,
        trickle,
        close,
    )
}


def cut(position: int) -> Misdeed:
    """A right answer up to this byte."""

    async def misdeed(writer: asyncio.StreamWriter) -> None:
        writer.write(ANSWER[:position])

    return misdeed


class HostileSubgraph:
    """Does ``misdeed`` to every request, and then closes the connection; ``open`` counts the connections that it has."""

    def __init__(self) -> None:
        self.misdeed: Misdeed = close
        self.open = 0

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]))
                await self._misbehave(reader, writer)
        finally:
            self.open -= 1
            writer.transport.abort()

    async def _misbehave(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Until it is done, or the client is gone."""
        doing = asyncio.create_task(self.misdeed(writer))
        leaving = asyncio.create_task(reader.read())
        await asyncio.wait((doing, leaving), return_when=asyncio.FIRST_COMPLETED)
        if doing.done() and not doing.exception():
            await writer.drain()
            writer.write_eof()
            await asyncio.wait((leaving,), timeout=1)
        for task in (doing, leaving):
            task.cancel()
        await asyncio.gather(doing, leaving, return_exceptions=True)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        """Its address."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        async with server:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/graphql"
