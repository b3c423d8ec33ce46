"""How long members are waited for, and what a client wishes where some do not answer."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from gateway.resolvers.subgraph_client.protocol import SubgraphRequest
from gateway.types import SubgraphName

EXTENSION: Final = "partitions"
"""What a request's ``extensions`` say: ``{"missing": "fail", "withinMs": 300}``."""

PATIENCE: Final = 0.9
"""The share of the time until the client's deadline that members have: the rest is for joining what came."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a client wishes: everything or nothing, and an answer within so many seconds."""

    wants_all: bool = False
    within: float | None = None
    wants_sources: bool = False


@dataclass(frozen=True, slots=True)
class PartitionOptions:
    """``timeout`` tells how many seconds a member of a subgraph has; ``in_flight`` requests may be out at once.

    A second server of a member is asked when the first has not answered after ``hedge_after`` seconds, None never. A subscription to a
    member that broke off is tried again every ``retry_seconds``.
    """

    timeout: Callable[[SubgraphName], float]
    in_flight: int = 256
    hedge_after: float | None = None
    retry_seconds: float = 5.0

    def patience(self, request: SubgraphRequest, wish: Wish) -> float:
        """How many seconds members have for one request."""
        seconds = [request.timeout or self.timeout(request.subgraph)]
        if wish.within is not None:
            seconds.append(wish.within)
        if request.context is not None and request.context.deadline is not None:
            left = request.context.deadline - asyncio.get_running_loop().time()
            seconds.append(max(0.001, PATIENCE * left))
        return min(seconds)


def read_wish(request: SubgraphRequest) -> Wish:
    """What the client's request says of it; what cannot be understood is no wish."""
    said = request.context.extensions.get(EXTENSION) if request.context else None
    if not isinstance(said, dict):
        return Wish()
    within = said.get("withinMs")
    if isinstance(within, bool) or not isinstance(within, int | float) or within <= 0:
        within = None
    seconds = None if within is None else within / 1000
    return Wish(said.get("missing") == "fail", seconds, said.get("sources") is True)
