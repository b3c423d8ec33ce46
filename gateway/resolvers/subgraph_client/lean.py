"""The lean transport: plain JSON POST over kept-alive connections, with as little between as HTTP/1.1 allows.

It serves what subgraphs need most: ``http`` and ``https`` without proxies or client certificates. The aiohttp transport serves the rest.
"""

import asyncio
import ssl
from collections import deque
from collections.abc import Mapping
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from gateway.resolvers.subgraph_client.connection import Connection, Heads
from gateway.resolvers.subgraph_client.transport import Failure, HttpAnswer, PoolState, TransportError

KEEP_ALIVE_SECONDS: Final = 15.0
"""How long a connection may lie idle. Shorter than what servers usually keep (uvicorn closes after 5 s: then it is noticed)."""


MAX_BLOCKS: Final = 256
"""How many sets of headers are kept as they go over the wire."""


class Endpoint(NamedTuple):
    """Where a URL's connections go, and the head that each of its requests begins with."""

    pool: "Pool"
    head: bytes


class Pool:
    """The connections to one host. At most ``limit`` are open; who finds none free waits in line."""

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None, *, limit: int, max_body_bytes: int) -> None:
        self._host, self._port, self._tls = host, port, tls
        self._limit, self._max_body_bytes = limit, max_body_bytes
        self._idle: deque[Connection] = deque()
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._open = 0
        self._heads = Heads()

    async def acquire(self, *, fresh: bool) -> Connection:
        """An idle connection, the last used first, or a new one. ``fresh`` never takes an idle one."""
        while True:
            if not fresh and (connection := self.take_idle()) is not None:
                return connection
            if self._open < self._limit or self._make_room():
                return await self._connect()
            await self._wait_in_line()

    def release(self, connection: Connection) -> None:
        """Give a connection back after its answer, or after its failure."""
        if connection.reusable:
            connection.idle_since = connection.loop.time()
            self._idle.append(connection)
        else:
            connection.abort()
            self._open -= 1
        if self._waiting:
            self._wake_next()

    def close(self) -> None:
        while self._idle:
            self._idle.pop().abort()
            self._open -= 1

    def state(self) -> PoolState:
        """The pool in numbers."""
        return PoolState(f"{self._host}:{self._port}", self._open, len(self._idle), len(self._waiting))

    def take_idle(self) -> Connection | None:
        """An idle connection, if there is one."""
        while self._idle:
            connection = self._idle.pop()
            if connection.reusable and connection.loop.time() - connection.idle_since < KEEP_ALIVE_SECONDS:
                return connection
            connection.abort()
            self._open -= 1
        return None

    def _make_room(self) -> bool:
        if not self._idle:
            return False
        self._idle.popleft().abort()
        self._open -= 1
        return True

    async def _connect(self) -> Connection:
        loop = asyncio.get_running_loop()
        self._open += 1
        try:
            _, connection = await loop.create_connection(
                lambda: Connection(loop, self._max_body_bytes, self._heads), self._host, self._port, ssl=self._tls
            )
        except BaseException as error:
            self._open -= 1
            self._wake_next()
            if isinstance(error, OSError):
                raise TransportError(Failure.UNREACHABLE, str(error)) from error
            raise
        return connection

    async def _wait_in_line(self) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._wake_next()  # The turn came as its holder left: pass it on.
            else:
                self._waiting.remove(turn)
            raise

    def _wake_next(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return


class LeanTransport:
    """An ``HttpTransport`` on asyncio and httptools. ``limit`` is per host, ``max_body_bytes`` per answer, inflated."""

    def __init__(self, *, limit: int, max_body_bytes: int, tls: ssl.SSLContext | None = None) -> None:
        self._limit, self._max_body_bytes = limit, max_body_bytes
        self._tls = tls
        self._pools: dict[tuple[str, str, int], Pool] = {}
        self._endpoints: dict[str, Endpoint] = {}
        self._blocks: dict[tuple[tuple[str, str], ...], bytes] = {}
        self._usual: tuple[Mapping[str, str], bytes] = ({}, b"")

    async def post(
        self, url: str, *, headers: Mapping[str, str], body: bytes, deadline: float, replayable: bool
    ) -> HttpAnswer:
        """See ``HttpTransport.post``."""
        endpoint = self._endpoints.get(url) or self._open_endpoint(url)
        message = b"%b%bcontent-length: %d\r\n\r\n%b" % (endpoint.head, self._header_block(headers), len(body), body)
        pool = endpoint.pool
        if not replayable:
            return await self._send(pool, message, deadline, fresh=True)
        connection = pool.take_idle()
        if connection is None:
            try:
                return await self._send(pool, message, deadline, fresh=False)
            except UnreadRequestError:
                return await self._send(pool, message, deadline, fresh=True)
        try:
            return await connection.ask(message, deadline)
        except TransportError as error:
            if error.failure is not Failure.CLOSED or connection.answered_bytes:
                raise
        finally:
            connection.end()
            pool.release(connection)
        return await self._send(pool, message, deadline, fresh=True)

    def pools(self) -> list[PoolState]:
        """The connections to each server."""
        return [pool.state() for pool in self._pools.values()]

    async def close(self) -> None:
        """See ``HttpTransport.close``."""
        for pool in self._pools.values():
            pool.close()

    def _header_block(self, headers: Mapping[str, str]) -> bytes:
        """See ``header_block``: most requests have the same ones as others before, and nearly all the very same mapping."""
        if headers is self._usual[0]:
            return self._usual[1]
        key = tuple(headers.items())
        block = self._blocks.get(key)
        if block is None:
            block = header_block(headers)
            if len(self._blocks) >= MAX_BLOCKS:
                self._blocks.clear()
            self._blocks[key] = block
        self._usual = headers, block
        return block

    async def _send(self, pool: Pool, message: bytes, deadline: float, *, fresh: bool) -> HttpAnswer:
        try:
            async with asyncio.timeout_at(deadline):
                connection = await pool.acquire(fresh=fresh)
        except TimeoutError:
            raise TransportError(Failure.TIMED_OUT, "while waiting for a connection") from None
        was_used = connection.idle_since > 0
        try:
            return await connection.ask(message, deadline)
        except TransportError as error:
            if was_used and error.failure is Failure.CLOSED and not connection.answered_bytes:
                raise UnreadRequestError(Failure.CLOSED, error.detail) from error
            raise
        finally:
            connection.end()
            pool.release(connection)

    def _open_endpoint(self, url: str) -> Endpoint:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        key = (parts.scheme, host, port)
        if key not in self._pools:
            tls = (self._tls or ssl.create_default_context()) if parts.scheme == "https" else None
            self._pools[key] = Pool(host, port, tls, limit=self._limit, max_body_bytes=self._max_body_bytes)
        target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        authority = parts.netloc.rpartition("@")[2]
        head = f"POST {target} HTTP/1.1\r\nhost: {authority}\r\naccept-encoding: gzip\r\n".encode("ascii")
        endpoint = self._endpoints[url] = Endpoint(self._pools[key], head)
        return endpoint


class UnreadRequestError(TransportError):
    """The server closed a kept-alive connection without a byte of answer: it may be asked again on a new one (RFC 9112, 9.3.1)."""


def header_block(headers: Mapping[str, str]) -> bytes:
    """Headers as they go over the wire; raises ``ValueError`` where a value would break out of its line."""
    block = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    if block.count("\n") != len(headers) or block.count("\r") != len(headers) or "\0" in block:
        raise ValueError("a header has a line break in its name or value")
    return block.encode("latin-1")
