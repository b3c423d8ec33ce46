"""Who serves which part of a subgraph's data: members come and go while requests are answered."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from gateway.resolvers.subgraph_client.http_client import Endpoint
from gateway.types import SubgraphName

PartitionName = str
"""Names a part of a subgraph's data: ``3301``."""

SEPARATOR: Final = "/"


@dataclass(frozen=True, slots=True)
class Member:
    """A server of one partition, or several with the same data. ``sdl`` is its own schema, empty where it is its subgraph's."""

    partition: PartitionName
    urls: tuple[str, ...]
    sdl: str = ""


Membership = Mapping[SubgraphName, tuple[Member, ...]]
"""The members of each partitioned subgraph."""


class MemberBook:
    """The members as they are now, shared by all who ask them. It outlives supergraphs."""

    def __init__(self, membership: Membership | None = None) -> None:
        self._members: dict[SubgraphName, dict[PartitionName, Member]] = {}
        self._own: Membership = membership or {}
        self._changes = 0
        self._changed = asyncio.Event()
        self.replace({})

    def replace(self, membership: Membership) -> None:
        """Have these members from now on, and those that the book began with. Requests in flight end as they began."""
        self._members = {
            subgraph: {member.partition: member for member in members}
            for subgraph, members in {**self._own, **membership}.items()
            if members
        }
        self._changes += 1
        self._changed.set()
        self._changed = asyncio.Event()

    def changes(self) -> Callable[[], Awaitable[None]]:
        """What waits, each time it is called, for a change since the time before."""
        seen = self._changes

        async def wait() -> None:
            nonlocal seen
            while seen == self._changes:
                await self._changed.wait()
            seen = self._changes

        return wait

    def of(self, subgraph: SubgraphName) -> Mapping[PartitionName, Member]:
        """A subgraph's members by their partitions; none for one that is not partitioned."""
        return self._members.get(subgraph, {})

    def owner(self, url: str) -> SubgraphName | None:
        """The subgraph of which a member is at this address."""
        for subgraph, members in self._members.items():
            if any(url in member.urls for member in members.values()):
                return subgraph
        return None

    def find(self, name: str) -> tuple[SubgraphName, str] | None:
        """The subgraph and the address that a server's name stands for, if there is such a server."""
        subgraph, separator, rest = name.partition(SEPARATOR)
        partition, _, number = rest.rpartition(SEPARATOR)
        member = self.of(subgraph).get(partition) if separator else None
        if member is None or not number.isdecimal() or int(number) >= len(member.urls):
            return None
        return subgraph, member.urls[int(number)]


def server_name(subgraph: SubgraphName, partition: PartitionName, number: int) -> str:
    """The name under which a client knows one of a member's servers."""
    return SEPARATOR.join((subgraph, partition, str(number)))


class MemberEndpoints(Mapping[SubgraphName, Endpoint]):
    """The endpoints of subgraphs, and those of members by their servers' names: where they are now, with their subgraph's timeout."""

    def __init__(self, endpoints: Mapping[SubgraphName, Endpoint], book: MemberBook) -> None:
        self._endpoints, self._book = endpoints, book

    def __getitem__(self, name: SubgraphName) -> Endpoint:
        own = self._endpoints.get(name)
        if own is not None:
            return own
        found = self._book.find(name)
        if found is None:
            raise KeyError(name)
        subgraph, url = found
        return Endpoint(url, self._endpoints[subgraph].timeout)

    def __iter__(self) -> Iterator[SubgraphName]:
        return iter(self._endpoints)

    def __len__(self) -> int:
        return len(self._endpoints)
