"""Subscriptions over WebSockets: all that go to one subgraph with the same headers share one connection."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

import aiohttp
import msgspec

from gateway.errors import SubgraphError
from gateway.resolvers.subgraph_client.http_client import encode_request
from gateway.resolvers.subgraph_client.protocol import SubgraphRequest
from gateway.resolvers.subgraph_client.streams.dialects import DIALECTS, TRANSPORT_WS, Said
from gateway.resolvers.subgraph_client.streams.target import (
    RawEvents,
    StreamTarget,
    lost,
    refused,
    unreachable,
)

FATAL = frozenset({4400, 4401, 4403, 4406, 4409, 4500})
"""Closing codes after which a new connection would fare no better."""

Inbox = asyncio.Queue[bytes | SubgraphError | None]
"""What has come for one subscription: events, and at the end None or why it failed."""

PoolKey = tuple[str, frozenset[tuple[str, str]]]


class WebSocketPool:
    """Keeps connections as long as a subscription needs them."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._opening: dict[PoolKey, asyncio.Task[Connection]] = {}
        self._closing: set[asyncio.Task[None]] = set()

    async def events(self, target: StreamTarget, request: SubgraphRequest) -> RawEvents:
        """See ``RawEvents``."""
        connection = await self._connect(target, request)
        name, inbox = connection.enrol()
        try:
            await connection.start(name, request)
            while (event := await inbox.get()) is not None:
                if isinstance(event, SubgraphError):
                    raise event
                yield event
        finally:
            await connection.stop(name)

    async def close(self) -> None:
        """Close all connections."""
        for opening in tuple(self._opening.values()):
            opening.cancel()
            with contextlib.suppress(asyncio.CancelledError, SubgraphError):
                await (await opening).close()

    async def _connect(self, target: StreamTarget, request: SubgraphRequest) -> "Connection":
        key = (target.url, frozenset(request.headers.items()))
        opening = self._opening.get(key)
        if opening is None or (opening.done() and not _is_usable(opening)):
            opening = self._opening[key] = asyncio.create_task(self._open(key, target, request))
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            self._leave(opening)
            raise

    def _leave(self, opening: "asyncio.Task[Connection]") -> None:
        """Who waited for a connection is gone. Without anybody else it is closed once it is open."""

        def close(opened: "asyncio.Task[Connection]") -> None:
            connection = _result_of(opened)
            if connection is not None and connection.is_idle:
                closing = asyncio.create_task(connection.close())
                self._closing.add(closing)
                closing.add_done_callback(self._closing.discard)

        opening.add_done_callback(close)

    async def _open(self, key: PoolKey, target: StreamTarget, request: SubgraphRequest) -> "Connection":
        """A connection that the subgraph has acknowledged, within the target's time."""
        connection = Connection(request.subgraph, on_closed=lambda closed: self._forget(key, closed))
        try:
            async with asyncio.timeout(target.timeout):
                await connection.open(self._session, target, request.headers)
        except TimeoutError:
            await connection.close()
            raise refused(request.subgraph, "it did not acknowledge the connection in time") from None
        except aiohttp.WSServerHandshakeError as error:
            raise refused(request.subgraph, f"its answer to the handshake had status {error.status}") from error
        except (aiohttp.ClientError, OSError) as error:
            raise unreachable(request.subgraph) from error
        return connection

    def _forget(self, key: PoolKey, connection: "Connection") -> None:
        opening = self._opening.get(key)
        if opening is not None and opening.done() and _result_of(opening) is connection:
            del self._opening[key]


def _result_of(opening: "asyncio.Task[Connection]") -> "Connection | None":
    return None if opening.cancelled() or opening.exception() else opening.result()


def _is_usable(opening: "asyncio.Task[Connection]") -> bool:
    connection = _result_of(opening)
    return connection is not None and not connection.is_closed


class Connection:
    """One connection to one subgraph, and the subscriptions on it. It closes itself after the last one. ``on_closed`` is called once."""

    def __init__(self, subgraph: str, *, on_closed: "Callable[[Connection], None]") -> None:
        self._subgraph, self._on_closed = subgraph, on_closed
        self._inboxes: dict[str, Inbox] = {}
        self._names = map(str, count(1))
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reading: asyncio.Task[None] | None = None
        self._dialect = TRANSPORT_WS
        self.is_closed = False

    async def open(self, session: aiohttp.ClientSession, target: StreamTarget, headers: Mapping[str, str]) -> None:
        """Connect, and wait for the subgraph's acknowledgement. The headers go with the handshake and in ``connection_init``."""
        url = target.url.replace("http", "ws", 1) if target.url.startswith("http") else target.url
        self._socket = await session.ws_connect(
            url,
            protocols=tuple(DIALECTS),
            headers=dict(headers),
            heartbeat=target.heartbeat,
            max_msg_size=target.max_bytes,
        )
        self._dialect = DIALECTS.get(self._socket.protocol or "", TRANSPORT_WS)
        await self._send({"type": "connection_init", **({"payload": dict(headers)} if headers else {})})
        while True:
            message = await self._receive()
            if message is None:
                raise self._end()
            said = self._dialect.meaning(message)
            if said is Said.READY:
                break
            if said is Said.PING:
                await self._send({"type": "pong"})
            elif said is Said.REFUSED:
                await self.close()
                raise refused(self._subgraph, "it did not acknowledge the connection")
        self._reading = asyncio.create_task(self._read())

    @property
    def is_idle(self) -> bool:
        """Whether there is no subscription."""
        return not self._inboxes

    def enrol(self) -> tuple[str, Inbox]:
        """A name for a new subscription on this connection, and where its events will come in."""
        name = next(self._names)
        inbox: Inbox = asyncio.Queue()
        if self.is_closed:
            inbox.put_nowait(lost(self._subgraph))
        else:
            self._inboxes[name] = inbox
        return name, inbox

    async def start(self, name: str, request: SubgraphRequest) -> None:
        """Begin the subscription of this name."""
        payload = msgspec.Raw(encode_request(request))
        await self._send({"id": name, "type": self._dialect.start, "payload": payload})

    async def stop(self, name: str) -> None:
        """End a subscription, if it has not ended by itself; and the connection, if it was the last."""
        if self._inboxes.pop(name, None) is not None and not self.is_closed:
            await self._send({"id": name, "type": self._dialect.stop})
        if not self._inboxes:
            await self.close()

    async def close(self) -> None:
        """Close the connection; what is still under way on it fails."""
        self._end()
        if self._reading is not None and self._reading is not asyncio.current_task():
            self._reading.cancel()
            await asyncio.wait((self._reading,))
        if self._socket is not None:
            await self._socket.close()

    async def _read(self) -> None:
        while (message := await self._receive()) is not None:
            said = self._dialect.meaning(message)
            if said is Said.PING:
                await self._send({"type": "pong"})
                continue
            name = str(message.get("id"))
            inbox = self._inboxes.get(name)
            if inbox is None:
                continue
            if said in (Said.EVENT, Said.FAILED):
                inbox.put_nowait(_response(said, message.get("payload")))
            if said in (Said.FAILED, Said.COMPLETE):
                del self._inboxes[name]
                inbox.put_nowait(None)
        failure = self._end()
        for inbox in self._inboxes.values():
            inbox.put_nowait(failure)
        self._inboxes.clear()

    def _end(self) -> SubgraphError:
        """Take no more subscriptions; gives why those that are under way end."""
        if not self.is_closed:
            self.is_closed = True
            self._on_closed(self)
        code = self._socket.close_code if self._socket is not None else None
        if code in FATAL:
            return refused(self._subgraph, f"it closed the connection with code {code}")
        return lost(self._subgraph)

    async def _receive(self) -> dict[str, Any] | None:
        """The next message; None when the connection is closed, or speaks something else."""
        if self._socket is None:
            return None
        message = await self._socket.receive()
        if message.type not in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):  # some servers write JSON as bytes
            return None
        try:
            return msgspec.json.decode(message.data, type=dict[str, Any])
        except (msgspec.MsgspecError, RecursionError):
            return None

    async def _send(self, message: Mapping[str, Any]) -> None:
        """Send a message. A connection that is closing sends nothing, which its reader will notice."""
        if self._socket is not None:
            with contextlib.suppress(ConnectionError, aiohttp.ClientError):
                await self._socket.send_str(msgspec.json.encode(message).decode())


def _response(said: Said, payload: Any) -> bytes:
    """A GraphQL response; errors of an operation that failed come as a list, or, in the older protocol, as one of them."""
    if said is Said.FAILED:
        payload = {"errors": payload if isinstance(payload, list) else [payload]}
    return msgspec.json.encode(payload)
