"""Measures requests to subgraphs as they really go out: behind caches and sharing, retries within."""

from collections import defaultdict
from collections.abc import Awaitable, Coroutine
from time import perf_counter
from typing import Any, TypeVar

from gateway.errors import SubgraphError
from gateway.resolvers.subgraph_client import Events, HttpAnswer, SubgraphClient, SubgraphRequest, SubgraphResponse
from gateway.telemetry.metrics.figures import Figures
from gateway.types import SubgraphName

T = TypeVar("T")


class SubgraphFigures:
    """What is counted of subgraphs; clients of one supergraph after another count in the same."""

    def __init__(self, figures: Figures) -> None:
        self.in_flight: dict[SubgraphName, int] = defaultdict(int)
        self.requests = figures.counter(
            "subgraph_requests", "Requests to subgraphs, by whether there was an answer.", "subgraph", "outcome"
        )
        self.seconds = figures.histogram("subgraph_seconds", "How long subgraphs take to answer.", "subgraph")
        figures.watch(
            "subgraph_requests_in_flight",
            "gauge",
            "Requests to subgraphs that are not answered yet.",
            lambda: [((name,), count) for name, count in self.in_flight.items()],
            "subgraph",
        )


class MeasuredClient:
    """A ``SubgraphClient`` around another one."""

    def __init__(self, inner: SubgraphClient, figures: SubgraphFigures) -> None:
        self._inner, self._figures = inner, figures

    def send(self, request: SubgraphRequest) -> Coroutine[Any, Any, SubgraphResponse]:
        """The inner client's response."""
        return self._measure(request.subgraph, self._inner.send(request))

    def post(self, request: SubgraphRequest) -> Coroutine[Any, Any, HttpAnswer]:
        """The inner client's answer."""
        return self._measure(request.subgraph, self._inner.post(request))

    def subscribe(self, request: SubgraphRequest) -> Events:
        """The inner client's events."""
        return self._inner.subscribe(request)

    async def close(self) -> None:
        """Close the inner client."""
        await self._inner.close()

    async def _measure(self, subgraph: SubgraphName, work: Awaitable[T]) -> T:
        figures = self._figures
        figures.in_flight[subgraph] += 1
        began = perf_counter()
        outcome = "abandoned"
        try:
            answer = await work
            outcome = "answered"
            return answer
        except SubgraphError:
            outcome = "failed"
            raise
        finally:
            figures.in_flight[subgraph] -= 1
            figures.requests.add((subgraph, outcome))
            figures.seconds.observe(perf_counter() - began, (subgraph,))
