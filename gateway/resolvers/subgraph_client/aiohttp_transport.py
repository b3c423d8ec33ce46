"""The aiohttp transport: for whatever the lean one leaves out, such as proxies and client certificates."""

import asyncio
import io
import ssl
from collections.abc import AsyncIterator, Mapping
from typing import Final

import aiohttp

from gateway.resolvers.subgraph_client.connection import inflate
from gateway.resolvers.subgraph_client.transport import MAX_HEAD_BYTES, Failure, HttpAnswer, PoolState, TransportError

MAX_PIECE: Final = 1_000_000
"""Longer bodies are sent piece by piece, so that others get their turn meanwhile."""


class AiohttpTransport:
    """An ``HttpTransport`` on aiohttp. ``limit`` is per host, ``max_body_bytes`` per answer, inflated.

    Sessions need a running event loop, so they are opened with the first request. ``use_proxies`` reads the usual environment variables.
    """

    def __init__(
        self, *, limit: int, max_body_bytes: int, tls: ssl.SSLContext | None = None, use_proxies: bool = False
    ) -> None:
        self._limit, self._max_body_bytes = limit, max_body_bytes
        self._tls, self._use_proxies = tls, use_proxies
        self._keeping: aiohttp.ClientSession | None = None
        self._closing: aiohttp.ClientSession | None = None

    async def post(
        self, url: str, *, headers: Mapping[str, str], body: bytes, deadline: float, replayable: bool
    ) -> HttpAnswer:
        """See ``HttpTransport.post``."""
        try:
            async with asyncio.timeout_at(deadline):
                return await self._post(url, headers, body, replayable=replayable)
        except TimeoutError:
            raise TransportError(Failure.TIMED_OUT, "no whole answer") from None

    async def post_pieces(
        self, url: str, *, headers: Mapping[str, str], pieces: AsyncIterator[bytes], seconds: float
    ) -> HttpAnswer:
        """See ``StreamingTransport.post_pieces``."""
        now = asyncio.get_running_loop().time
        try:
            async with asyncio.timeout(seconds) as limit:

                async def timed() -> AsyncIterator[bytes]:
                    while True:
                        limit.reschedule(None)  # the client's pace is not the subgraph's
                        piece = await anext(pieces, None)
                        limit.reschedule(now() + seconds)
                        if piece is None:
                            return
                        yield piece

                return await self._send(self._fresh_session(), url, headers, timed())
        except TimeoutError:
            raise TransportError(Failure.TIMED_OUT, "no whole answer") from None

    def pools(self) -> list[PoolState]:
        """None: aiohttp keeps its connections to itself."""
        return []

    async def close(self) -> None:
        """See ``HttpTransport.close``."""
        for session in (self._keeping, self._closing):
            if session is not None:
                await session.close()

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes, *, replayable: bool) -> HttpAnswer:
        if not replayable:
            return await self._send(self._fresh_session(), url, headers, body)
        try:
            return await self._send(self._kept_session(), url, headers, body)
        except TransportError as error:
            lost = isinstance(error.__cause__, aiohttp.ClientConnectionError)
            if error.failure is not Failure.CLOSED or not lost:
                raise  # What was lost before its answer began may only have met a connection that was being closed.
            return await self._send(self._fresh_session(), url, headers, body)

    async def _send(
        self, session: aiohttp.ClientSession, url: str, headers: Mapping[str, str], body: bytes | AsyncIterator[bytes]
    ) -> HttpAnswer:
        try:
            data = io.BytesIO(body) if isinstance(body, bytes) and len(body) > MAX_PIECE else body
            async with session.post(url, data=data, headers=headers, allow_redirects=False) as response:
                return await self._read(response)
        except aiohttp.ClientConnectorError as error:
            raise TransportError(Failure.UNREACHABLE, str(error)) from error
        except aiohttp.ClientResponseError as error:
            failure = Failure.TOO_LARGE if "more than" in error.message else Failure.MALFORMED
            raise TransportError(failure, error.message) from error
        except (aiohttp.ClientError, OSError) as error:
            raise TransportError(Failure.CLOSED, str(error)) from error

    async def _read(self, response: aiohttp.ClientResponse) -> HttpAnswer:
        if (response.content_length or 0) > self._max_body_bytes:
            response.close()
            raise TransportError(Failure.TOO_LARGE, f"a body of {response.content_length} bytes")
        chunks, size = [], 0
        async for chunk in response.content.iter_any():
            size += len(chunk)
            if size > self._max_body_bytes:
                response.close()
                raise TransportError(Failure.TOO_LARGE, f"a body of more than {self._max_body_bytes} bytes")
            chunks.append(chunk)
        headers = {name.lower(): ", ".join(response.headers.getall(name)) for name in response.headers}
        return HttpAnswer(response.status, headers, self._decode(b"".join(chunks), headers))

    def _decode(self, body: bytes, headers: Mapping[str, str]) -> bytes:
        encoding = headers.get("content-encoding", "identity").strip().lower()
        if encoding in ("gzip", "x-gzip", "deflate"):
            return inflate(body, self._max_body_bytes)
        if encoding in ("identity", ""):
            return body
        raise TransportError(Failure.MALFORMED, f"content-encoding {encoding!r}, which was not asked for")

    def _kept_session(self) -> aiohttp.ClientSession:
        if self._keeping is None:
            self._keeping = self._open_session(force_close=False)
        return self._keeping

    def _fresh_session(self) -> aiohttp.ClientSession:
        """The session whose connections serve one request each: an idle one might be closing while a mutation is sent."""
        if self._closing is None:
            self._closing = self._open_session(force_close=True)
        return self._closing

    def _open_session(self, *, force_close: bool) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0, limit_per_host=self._limit, force_close=force_close, ssl=self._tls or True
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            headers={"Accept-Encoding": "gzip"},
            skip_auto_headers=("User-Agent", "Content-Type", "Accept"),
            auto_decompress=False,
            trust_env=self._use_proxies,
            max_line_size=MAX_HEAD_BYTES,
            max_field_size=MAX_HEAD_BYTES,
        )
