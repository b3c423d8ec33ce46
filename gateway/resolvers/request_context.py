"""What belongs to one client request on its whole way: from the transport through the engine to every subgraph client."""

from collections.abc import Mapping
from math import inf
from typing import Any

import msgspec


class Freshness(msgspec.Struct):
    """How long the whole answer can be kept: each part that it is made of shortens it. Times are moments of the wall clock.

    ``tags`` are those of all parts. It starts as nothing's: an answer
    without parts is kept no longer than one that ``forbid`` was called for.
    """

    parts: int = 0
    is_forbidden: bool = False
    private: bool = False
    since: float = inf
    fresh_until: float = inf
    revalidate_until: float = inf
    error_until: float = inf
    tags: set[str] = msgspec.field(default_factory=set)

    def forbid(self) -> None:
        """A part may not be kept."""
        self.is_forbidden = True


class RequestContext(msgspec.Struct):
    """One client request, as subgraph clients see it. All requests to subgraphs that serve it share one context.

    ``headers`` are the client's, with lower-case names; ``extensions`` what it wrote under that name; ``claims`` those of its verified
    token, empty without one. Nobody waits after the event loop's clock shows ``deadline``. ``response_headers`` (lower-case names) go into
    the response. ``freshness`` is there where somebody wants to know how long the answer can be kept. ``reports`` become the entries of the
    response's ``extensions``: what each name has to say, in the order in which it was said. ``has_files``: there are uploaded files among
    the variables.
    """

    headers: Mapping[str, str] = msgspec.field(default_factory=dict)
    extensions: Mapping[str, Any] = msgspec.field(default_factory=dict)
    claims: Mapping[str, Any] = msgspec.field(default_factory=dict)
    deadline: float | None = None
    response_headers: dict[str, str] = msgspec.field(default_factory=dict)
    reports: dict[str, list[Any]] = msgspec.field(default_factory=dict)
    freshness: Freshness | None = None
    has_files: bool = False

    def report(self, name: str, entry: Any) -> None:
        """Say something (JSON) in the response's ``extensions[name]``, which is a list."""
        self.reports.setdefault(name, []).append(entry)
