"""Subscriptions fanned in: the events of several members are one stream, as they come, and members may join and leave meanwhile."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from msgspec.structs import replace

from gateway.errors import SubgraphError
from gateway.resolvers.subgraph_client.partitions.answers import unsupported
from gateway.resolvers.subgraph_client.partitions.asking import named_after
from gateway.resolvers.subgraph_client.partitions.members import Member, PartitionName, server_name
from gateway.resolvers.subgraph_client.partitions.own_schemas import Narrowed
from gateway.resolvers.subgraph_client.protocol import Events, SubgraphClient, SubgraphRequest, SubgraphResponse
from gateway.types import SubgraphName

WAITING: Final = 16
"""How many events wait to be read, before members have to."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one member is asked for its events; ``narrowed`` where its own schema lacks something. No request: it lacks all."""

    member: Member
    request: SubgraphRequest | None
    narrowed: Narrowed | None = None


WantedNow = Callable[[], Mapping[PartitionName, Wanted]]
"""Whose events are wanted, of the members as they are now."""

Changed = Callable[[], Awaitable[None]]
"""Waits until members have come or gone since it was last called."""


async def fan_in(
    inner: SubgraphClient, subgraph: SubgraphName, wanted: WantedNow, changed: Changed, *, retry_seconds: float
) -> Events:
    """All members' events until each of them has completed. One that breaks off is told of once, and tried again until it is back."""
    crowd = _Crowd(inner, subgraph, retry_seconds)
    crowd.follow(wanted())
    watcher = asyncio.create_task(crowd.watch(wanted, changed))
    try:
        while not crowd.is_over:
            event = await crowd.waiting.get()
            if event is not None:
                yield event
    finally:
        await crowd.leave(watcher)


class _Crowd:
    """The members who are followed, each by a task. One that has completed is not followed again while it stays."""

    def __init__(self, inner: SubgraphClient, subgraph: SubgraphName, retry_seconds: float) -> None:
        self._inner, self._subgraph, self._retry_seconds = inner, subgraph, retry_seconds
        self._followed: dict[PartitionName, tuple[Member, asyncio.Task[None]]] = {}
        self._left: set[asyncio.Task[None]] = set()
        self.waiting: asyncio.Queue[SubgraphResponse | None] = asyncio.Queue(WAITING)
        """What has come and was not read yet: an event, or None for the end of one member's stream."""

    @property
    def is_over(self) -> bool:
        return self.waiting.empty() and all(task.done() for _, task in self._followed.values())

    def follow(self, wanted: Mapping[PartitionName, Wanted]) -> None:
        """Follow these from now on; whoever is followed already, and is where it was, goes on."""
        for name, (member, task) in list(self._followed.items()):
            if name not in wanted or not is_where_it_was(member, wanted[name].member):
                del self._followed[name]
                task.cancel()
                self._left.add(task)
                task.add_done_callback(self._left.discard)
        for name, one in wanted.items():
            if name not in self._followed:
                self._followed[name] = one.member, asyncio.create_task(self._follow(one))

    async def watch(self, wanted: WantedNow, changed: Changed) -> None:
        """Follow whoever joins, and leave whoever leaves."""
        while True:
            await changed()
            self.follow(wanted())
            await self.waiting.put(None)  # perhaps nobody is left

    async def leave(self, watcher: asyncio.Task[None]) -> None:
        """End all of it."""
        tasks = [watcher, *self._left, *(task for _, task in self._followed.values())]
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

    async def _follow(self, wanted: Wanted) -> None:
        if wanted.request is None:
            await self.waiting.put(_broken(unsupported(self._subgraph, wanted.member.partition)))
        else:
            await self._follow_servers(wanted.member, wanted.request, wanted.narrowed)
        await self.waiting.put(None)

    async def _follow_servers(self, member: Member, request: SubgraphRequest, narrowed: Narrowed | None) -> None:
        is_told = False
        number = 0
        while True:
            name = server_name(self._subgraph, member.partition, number)
            try:
                async with contextlib.aclosing(self._inner.subscribe(replace(request, subgraph=name))) as events:
                    async for event in events:
                        is_told = False
                        if narrowed is not None:
                            narrowed.fill(event.data)
                        await self.waiting.put(event)
                return
            except SubgraphError as error:
                if not is_told:
                    await self.waiting.put(_broken(named_after(error, self._subgraph, member.partition)))
                is_told = True
            number = (number + 1) % len(member.urls)
            await asyncio.sleep(self._retry_seconds)


def is_where_it_was(old: Member, new: Member) -> bool:
    """Whether a member has only gained servers, if it has changed at all."""
    return old.sdl == new.sdl and set(old.urls) <= set(new.urls)


async def refuse(refusals: Sequence[dict[str, Any]]) -> Events:
    """The one event of a subscription that cannot be asked of anybody."""
    yield SubgraphResponse(None, tuple(refusals))


def _broken(error: SubgraphError) -> SubgraphResponse:
    return SubgraphResponse(None, ({"message": error.message, "extensions": {"code": error.code, **error.extensions}},))
