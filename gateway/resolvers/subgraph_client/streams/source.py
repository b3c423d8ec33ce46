"""Subscriptions to subgraphs, each by the protocol that its subgraph speaks."""

import contextlib
from collections.abc import Mapping
from dataclasses import replace

import aiohttp

from gateway.resolvers.subgraph_client.protocol import Events, SubgraphRequest
from gateway.resolvers.subgraph_client.streams.callbacks import CallbackBook, callback_events
from gateway.resolvers.subgraph_client.streams.http_streams import http_events
from gateway.resolvers.subgraph_client.streams.incremental import read_items
from gateway.resolvers.subgraph_client.streams.shared import SharedStreams, StreamOptions
from gateway.resolvers.subgraph_client.streams.target import RawEvents, StreamProtocol, StreamTarget, refused
from gateway.resolvers.subgraph_client.streams.websocket import WebSocketPool
from gateway.types import OperationKind, SubgraphName


class StreamSource:
    """An ``EventSource`` for these subgraphs. Its connections are opened with the first subscription.

    ``callbacks`` are needed where a target's protocol is that of callbacks.
    """

    def __init__(
        self,
        targets: Mapping[SubgraphName, StreamTarget],
        options: StreamOptions,
        callbacks: CallbackBook | None = None,
    ) -> None:
        self._targets = targets
        self._callbacks = callbacks
        self._shared = SharedStreams(self._open, options)
        self._session: aiohttp.ClientSession | None = None
        self._sockets: WebSocketPool | None = None

    def subscribe(self, request: SubgraphRequest) -> Events:
        """See ``SubgraphClient.subscribe``."""
        if request.kind is OperationKind.QUERY:
            return self._items(request)
        return self._shared.subscribe(request)

    async def close(self) -> None:
        """See ``EventSource.close``."""
        await self._shared.close()
        if self._sockets is not None:
            await self._sockets.close()
        if self._session is not None:
            await self._session.close()

    async def _open(self, request: SubgraphRequest) -> RawEvents:
        stream = self._stream(self._target(request), request)
        try:
            async for event in stream:
                yield event
        finally:
            await stream.aclose()

    async def _items(self, request: SubgraphRequest) -> Events:
        """The items of a list (``@stream``), for this reader alone."""
        target = self._target(request)
        session, _ = self._connected()
        payloads = http_events(
            session, replace(target, url=target.query_url, protocol=StreamProtocol.INCREMENTAL), request
        )
        async with contextlib.aclosing(payloads), contextlib.aclosing(read_items(payloads, request)) as items:
            async for item in items:
                yield item

    def _target(self, request: SubgraphRequest) -> StreamTarget:
        target = self._targets.get(request.subgraph)
        if target is None:
            raise refused(request.subgraph, "it has no address")
        return target

    def _stream(self, target: StreamTarget, request: SubgraphRequest) -> RawEvents:
        session, sockets = self._connected()
        if target.protocol is StreamProtocol.WEBSOCKET:
            return sockets.events(target, request)
        if target.protocol is not StreamProtocol.CALLBACK:
            return http_events(session, target, request)
        if self._callbacks is None:
            raise refused(request.subgraph, "there is no address to which it could call back")
        return callback_events(session, target, request, self._callbacks)

    def _connected(self) -> tuple[aiohttp.ClientSession, WebSocketPool]:
        if self._session is None or self._sockets is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
                skip_auto_headers=("User-Agent",),
            )
            self._sockets = WebSocketPool(self._session)
        return self._session, self._sockets
