"""Where supergraphs come from, as the serving half sees it: something that can be looked at again."""

import hashlib
from dataclasses import dataclass, field
from typing import Protocol

from gateway.resolvers.subgraph_client.partitions import Membership
from gateway.schema.supergraph import Supergraph


@dataclass(frozen=True, slots=True)
class Loaded:
    """A supergraph that was read. ``sdl`` is its text, ``version`` tells it apart from every other of its loader's.

    ``members`` are those of its partitioned subgraphs that come from where it comes from.
    """

    supergraph: Supergraph
    sdl: str
    version: str
    members: Membership = field(default_factory=dict)


class Loader(Protocol):
    """Gives the supergraph, and newer ones when there are any."""

    async def look(self, known: str | None) -> Loaded | None:
        """The supergraph as it is now; None if it still is the version ``known``. Raises TongfenError for what is missing or wrong."""
        ...

    async def wait(self) -> None:
        """Return when it is worth while to look again."""
        ...

    async def close(self) -> None:
        """Let go of whatever is held open."""
        ...


def digest(text: str) -> str:
    """The SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
