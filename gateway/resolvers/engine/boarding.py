"""Equal queries whose requests to subgraphs would all be shared are one run, as long as that makes no difference.

Where equal requests to subgraphs in flight are one, two equal queries that begin before the first of them has had any answer send the
same requests at the same times, and get the same answers: all that they do is the same, so one does it for both. A query that begins
after that has a run of its own, in which again only requests in flight are shared.
"""

from collections.abc import Callable

from gateway.resolvers.subgraph_client import Events, HttpAnswer, SubgraphClient, SubgraphRequest, SubgraphResponse


class BoardingClient:
    """A ``SubgraphClient`` for one run: ``on_first_answer`` is called before anybody sees an answer of ``inner``, or a failure."""

    def __init__(self, inner: SubgraphClient, on_first_answer: Callable[[], None]) -> None:
        self._inner = inner
        self._on_first_answer: Callable[[], None] | None = on_first_answer

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """The inner client's response."""
        try:
            return await self._inner.send(request)
        finally:
            self._close()

    async def post(self, request: SubgraphRequest) -> HttpAnswer:
        """The inner client's answer."""
        try:
            return await self._inner.post(request)
        finally:
            self._close()

    def subscribe(self, request: SubgraphRequest) -> Events:
        """The inner client's events."""
        return self._inner.subscribe(request)

    async def close(self) -> None:
        """Close the inner client."""
        await self._inner.close()

    def _close(self) -> None:
        if self._on_first_answer is not None:
            self._on_first_answer()
            self._on_first_answer = None
