"""How long members are waited for, and what a client wishes where some do not answer."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from gateway.resolvers.subgraph_client.protocol import SubgraphRequest
from gateway.types import SubgraphName

EXTENSION: Final = "partitions"
"""What a request's ``extensions`` say: ``{"missing": "fail", "withinMs": 300}``."""

HEADER: Final = "tongfen-partitions"
"""The same as a header: ``fail, within=300ms, sources``."""

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
    """What the client's request says of it, in its extensions or in a header; what cannot be understood is no wish."""
    if request.context is None:
        return NO_WISH
    said = request.context.extensions.get(EXTENSION)
    if isinstance(said, dict):
        return Wish(said.get("missing") == "fail", _seconds(said.get("withinMs")), said.get("sources") is True)
    header = request.context.headers.get(HEADER)
    return NO_WISH if header is None else _read_header(header)


def _read_header(text: str) -> Wish:
    words = [word.strip() for word in text.split(",")]
    within = next((_milliseconds(word) for word in words if word.startswith("within=")), None)
    return Wish("fail" in words, within, "sources" in words)


def _milliseconds(word: str) -> float | None:
    number = word.removeprefix("within=").removesuffix("ms")
    return _seconds(int(number)) if number.isascii() and number.isdecimal() else None


def _seconds(milliseconds: object) -> float | None:
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float) or milliseconds <= 0:
        return None
    return milliseconds / 1000


NO_WISH: Final = Wish()
