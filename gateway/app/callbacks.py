"""Callbacks of subgraphs come to whichever worker has the connection, and go to the one whose subscription it is.

Each worker listens on a socket of its own, in the folder that all of them share. The address that a subgraph gets names the process.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from gateway.resolvers.subgraph_client.streams.callbacks import NOT_FOUND, CallbackBook
from gateway.settings import Subscriptions

LENGTH_BYTES: Final = 8


class CallbackDesk:
    """The subscriptions of this process that wait for callbacks, and the way to those of others."""

    def __init__(self, address: str, folder: Path | None) -> None:
        self._process = str(os.getpid())
        self._folder = folder
        self.book = CallbackBook(f"{address}/{self._process}")

    async def knows(self, process: str, id_: str) -> bool:
        """Whether anybody waits for what is posted there."""
        return await self.take(process, id_, b"") != NOT_FOUND

    async def take(self, process: str, id_: str, body: bytes) -> int:
        """See ``CallbackBook.take``; for another process it is that one that takes it."""
        if process == self._process:
            return await self.book.take(id_, body)
        if self._folder is None or not process.isdecimal():
            return NOT_FOUND
        try:
            return await pass_on(self._socket(process), id_, body)
        except OSError:
            return NOT_FOUND  # the process is gone, and its subscriptions with it

    @contextlib.asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Take what other workers pass on meanwhile."""
        if self._folder is None:
            yield
            return
        path = self._socket(self._process)
        server = await asyncio.start_unix_server(self._serve, path)
        try:
            yield
        finally:
            server.close()
            path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            id_, body = await read_piece(reader), await read_piece(reader)
            writer.write(str(await self.book.take(id_.decode(), body)).encode())
            await writer.drain()
        writer.close()

    def _socket(self, process: str) -> Path:
        return (self._folder or Path()) / f"{process}.callbacks"


async def pass_on(path: Path, id_: str, body: bytes) -> int:
    """Let another process take it. Raises OSError where there is none."""
    reader, writer = await asyncio.open_unix_connection(path)
    try:
        for piece in (id_.encode(), body):
            writer.write(len(piece).to_bytes(LENGTH_BYTES) + piece)
        await writer.drain()
        status = await reader.read()
        return int(status) if status else NOT_FOUND
    finally:
        writer.close()


async def read_piece(reader: asyncio.StreamReader) -> bytes:
    return await reader.readexactly(int.from_bytes(await reader.readexactly(LENGTH_BYTES)))


def make_desk(settings: Subscriptions, folder: Path | None) -> CallbackDesk | None:
    """The desk at the address of the settings, if they have one."""
    url = settings.callback.public_url
    return None if url is None else CallbackDesk(url.rstrip("/"), folder)
