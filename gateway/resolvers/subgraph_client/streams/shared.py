"""Equal subscriptions are one upstream: its events go to every reader, and no slow reader holds up another."""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass
from enum import Enum
from typing import Final

import msgspec

from gateway.errors import SubgraphError
from gateway.resolvers import codes
from gateway.resolvers.subgraph_client.http_client import encode_request
from gateway.resolvers.subgraph_client.protocol import Events, SubgraphRequest
from gateway.resolvers.subgraph_client.response import MalformedResponseError, read_response
from gateway.resolvers.subgraph_client.streams.target import OpenStream, StreamLostError

LOG: Final = logging.getLogger(__name__)


class WhenSlow(Enum):
    """What becomes of a reader who does not keep up."""

    DROP_OLDEST = "drop_oldest"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class StreamOptions:
    """``buffer`` is how many events wait for a reader. A connection that breaks is opened anew ``reconnects`` times in a row.

    The first wait before that is drawn up to ``base`` seconds, each further one up to twice as long; what happens meanwhile is missed.
    """

    buffer: int = 100
    when_slow: WhenSlow = WhenSlow.DROP_OLDEST
    share: bool = True
    reconnects: int = 3
    base: float = 0.5
    max_wait: float = 30.0


class SharedStreams:
    """Brings events from ``open_stream``; equal requests get them from one stream, where the options let them share."""

    def __init__(self, open_stream: OpenStream, options: StreamOptions) -> None:
        self._open, self._options = open_stream, options
        self._feeds: dict[Hashable, Feed] = {}

    async def subscribe(self, request: SubgraphRequest) -> Events:
        """See ``SubgraphClient.subscribe``."""
        key = share_key(request) if self._options.share else object()
        feed = self._feeds.get(key)
        if feed is None or feed.is_over:
            feed = self._feeds[key] = Feed(self._open, request, self._options)
        reader = feed.join()
        try:
            while (body := await reader.next()) is not None:
                try:
                    yield read_response(body, {})
                except MalformedResponseError as error:
                    message = f"Subgraph {request.subgraph!r} sent an event that is no GraphQL response: {error}."
                    code = codes.SUBREQUEST_MALFORMED_RESPONSE
                    raise SubgraphError(message, subgraph=request.subgraph, code=code) from error
        finally:
            if await feed.leave(reader) and self._feeds.get(key) is feed:
                del self._feeds[key]

    async def close(self) -> None:
        """End all streams."""
        for feed in tuple(self._feeds.values()):
            await feed.close()


def share_key(request: SubgraphRequest) -> Hashable:
    """Equal for requests that may get each other's events."""
    context = request.context
    identity = b""
    if context is not None and (context.claims or context.extensions):
        identity = msgspec.json.encode((context.claims, context.extensions), order="sorted")
    return request.subgraph, encode_request(request), frozenset(request.headers.items()), identity


class Reader:
    """What waits for one subscriber: at most ``options.buffer`` events."""

    def __init__(self, subgraph: str, options: StreamOptions) -> None:
        self._subgraph, self._options = subgraph, options
        self._waiting: deque[bytes] = deque()
        self._news = asyncio.Event()
        self._is_over = False
        self._failure: SubgraphError | None = None

    def put(self, body: bytes) -> None:
        """Let an event wait. Where there are too many, the oldest goes, or the reader."""
        if len(self._waiting) >= self._options.buffer:
            if self._options.when_slow is WhenSlow.CLOSE:
                message = f"The client reads more slowly than subgraph {self._subgraph!r} sends."
                self.end(SubgraphError(message, subgraph=self._subgraph, code=codes.SUBSCRIPTION_CLIENT_TOO_SLOW))
                return
            self._waiting.popleft()
        if not self._is_over:
            self._waiting.append(body)
            self._news.set()

    def end(self, failure: SubgraphError | None) -> None:
        """Nothing more comes."""
        if not self._is_over:
            self._is_over, self._failure = True, failure
            self._news.set()

    async def next(self) -> bytes | None:
        """The next event, None after the last; raises ``SubgraphError`` where it ended badly."""
        while not self._waiting and not self._is_over:
            self._news.clear()
            await self._news.wait()
        if self._waiting:
            return self._waiting.popleft()
        if self._failure is not None:
            raise self._failure
        return None


class Feed:
    """One stream, and who reads it. It runs from its first reader to its last."""

    def __init__(self, open_stream: OpenStream, request: SubgraphRequest, options: StreamOptions) -> None:
        self._open, self._request, self._options = open_stream, request, options
        self._readers: list[Reader] = []
        self._running: asyncio.Task[None] | None = None
        self.is_over = False

    def join(self) -> Reader:
        """A new reader, who gets what comes from now on."""
        reader = Reader(self._request.subgraph, self._options)
        self._readers.append(reader)
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        return reader

    async def leave(self, reader: Reader) -> bool:
        """A reader has enough. Tells whether it was the last one, with which the stream ends."""
        self._readers.remove(reader)
        if self._readers:
            return False
        await self.close()
        return True

    async def close(self) -> None:
        """End the stream; readers get what waits for them."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait((self._running,))
        self._end(None)

    def _end(self, failure: SubgraphError | None) -> None:
        self.is_over = True
        for reader in self._readers:
            reader.end(failure)

    async def _run(self) -> None:
        failures = 0
        while True:
            stream = self._open(self._request)
            try:
                async for body in stream:
                    failures = 0
                    for reader in self._readers:
                        reader.put(body)
                return self._end(None)
            except StreamLostError as error:
                if failures == self._options.reconnects:
                    return self._end(error)
            except SubgraphError as error:
                return self._end(error)
            except Exception:  # or its readers would wait for ever
                LOG.exception("A subscription failed by a fault of the gateway")
                name = self._request.subgraph
                return self._end(SubgraphError(f"The subscription to subgraph {name!r} failed.", subgraph=name))
            finally:
                await stream.aclose()
            await asyncio.sleep(self._wait(failures))
            failures += 1

    def _wait(self, failures: int) -> float:
        return random.uniform(0, min(self._options.base * 2**failures, self._options.max_wait))  # noqa: S311  # no secret
