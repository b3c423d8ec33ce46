"""Requests with files count with the breaker of their server as others do; they are never sent again."""

from collections.abc import AsyncIterator, Mapping

from gateway.resolvers.subgraph_client.failures.transport import ResilientTransport, note
from gateway.resolvers.subgraph_client.transport import Failure, HttpAnswer, StreamingTransport, TransportError


class GuardedUploads:
    """A ``StreamingTransport`` around another one. ``servers`` knows how each server has done lately."""

    def __init__(self, inner: StreamingTransport, servers: ResilientTransport) -> None:
        self._inner, self._servers = inner, servers

    async def post_pieces(
        self, url: str, *, headers: Mapping[str, str], pieces: AsyncIterator[bytes], seconds: float
    ) -> HttpAnswer:
        """See ``StreamingTransport.post_pieces``; raises TransportError with ``Failure.OPEN`` for a server that is left alone.

        Pieces that break off are the client's fault, and say nothing of the server.
        """
        breaker = self._servers.breaker(url)
        if not breaker.admit():
            raise TransportError(Failure.OPEN)
        watched = _Pieces(pieces)
        try:
            answer = await self._inner.post_pieces(url, headers=headers, pieces=watched, seconds=seconds)
        except TransportError:
            if watched.broke_off:
                breaker.abandon()
            else:
                breaker.fail()
            raise
        except BaseException:
            breaker.abandon()
            raise
        note(breaker, answer)
        return answer

    async def close(self) -> None:
        """See ``StreamingTransport.close``."""
        await self._inner.close()


class _Pieces:
    """Pieces of which it is known whether they ``broke_off``."""

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self._pieces = pieces
        self.broke_off = False

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        try:
            return await anext(self._pieces)
        except StopAsyncIteration:
            raise
        except BaseException:
            self.broke_off = True
            raise
