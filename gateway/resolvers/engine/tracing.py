"""What each fetch of one request took, for those who may see the plan."""

import asyncio
from collections import defaultdict
from typing import Any

from gateway.errors import SubgraphError
from gateway.resolvers.query_plan import QueryPlan
from gateway.resolvers.subgraph_client import (
    Events,
    HttpAnswer,
    SubgraphClient,
    SubgraphRequest,
    SubgraphResponse,
    read_answer,
)

NAME = "fetches"
"""The entry of the response's ``extensions``: for each fetch its id in the plan, when it began, how long it took, and what came."""


class TracingClient:
    """A ``SubgraphClient`` for one request of a client, which reports how each fetch of ``plan`` went."""

    def __init__(self, inner: SubgraphClient, plan: QueryPlan) -> None:
        self._inner = inner
        self._began = asyncio.get_running_loop().time()
        self._ids: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for fetch in reversed(plan.fetches):
            self._ids[fetch.subgraph, fetch.operation].append(fetch.id)

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """The inner client's response."""
        return read_answer(request.subgraph, await self.post(request))

    async def post(self, request: SubgraphRequest) -> HttpAnswer:
        """The inner client's answer."""
        ids = self._ids.get((request.subgraph, request.query))
        began = asyncio.get_running_loop().time()
        entry: dict[str, Any] = {"id": str(ids.pop()) if ids else None, "subgraph": request.subgraph}
        try:
            answer = await self._inner.post(request)
            entry.update(status=answer.status, bytes=len(answer.body))
            return answer
        except SubgraphError as error:
            entry["code"] = error.code
            raise
        finally:
            ended = asyncio.get_running_loop().time()
            entry.update(startMs=milliseconds(began - self._began), durationMs=milliseconds(ended - began))
            if request.context is not None:
                request.context.report(NAME, entry)

    def subscribe(self, request: SubgraphRequest) -> Events:
        """The inner client's events."""
        return self._inner.subscribe(request)

    async def close(self) -> None:
        """Nothing to release: the inner client belongs to who made it."""


def milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 2)
