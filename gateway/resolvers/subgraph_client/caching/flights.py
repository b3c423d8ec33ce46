"""One fetch for all that miss the same at the same time: in this process by waiting for it, across replicas by a lock that ends by itself."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from msgspec.structs import replace

from gateway.errors import SubgraphError
from gateway.resolvers.cache import Entry, Store
from gateway.resolvers.request_context import RequestContext
from gateway.resolvers.subgraph_client.caching.answers import Parts, split
from gateway.resolvers.subgraph_client.caching.asking import Wanted
from gateway.resolvers.subgraph_client.caching.keeping import Keeper
from gateway.resolvers.subgraph_client.protocol import SubgraphClient
from gateway.resolvers.subgraph_client.transport import HttpAnswer

LOOK_AGAIN_SECONDS: Final = 0.02
"""How often a replica looks whether what another fetches is there."""


@dataclass(frozen=True, slots=True)
class Landed:
    """What came of a flight: the answer as it came and its parts, or why there is none. ``entries`` are what others may have of it."""

    answer: HttpAnswer | None = None
    parts: Parts | None = None
    error: SubgraphError | None = None
    entries: Mapping[bytes, Entry] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Flight:
    """A fetch under way. Nobody may be waiting for it: then it ends, unless it ``goes_on`` to fill the cache."""

    task: "asyncio.Task[Landed]"
    keys: tuple[bytes, ...]
    context: RequestContext
    waiters: int = 0
    goes_on: bool = False


class Flights:
    """The fetches under way to one subgraph."""

    def __init__(
        self, inner: SubgraphClient, store: Store, keeper: Keeper, clock: Callable[[], float], *, lock_seconds: float
    ) -> None:
        self._inner, self._store, self._keeper, self._clock = inner, store, keeper, clock
        self._lock_seconds = lock_seconds
        self._under_way: dict[bytes, Flight] = {}
        self._all: set[Flight] = set()

    def find(self, key: bytes) -> Flight | None:
        """The flight that brings what lies under a key."""
        return self._under_way.get(key)

    def start(self, wanted: Wanted, numbers: Sequence[int], *, goes_on: bool = False) -> Flight:
        """Fetch these things, on behalf of whoever will want them."""
        context = detach(wanted.request.context)
        keys = tuple(key for key in (wanted.keys[number] for number in numbers) if key is not None)
        task = asyncio.create_task(self._fly(wanted, tuple(numbers), keys, context))
        flight = Flight(task, keys, context, goes_on=goes_on)
        self._under_way.update(dict.fromkeys(keys, flight))
        self._all.add(flight)
        task.add_done_callback(lambda _: self._land(flight))
        return flight

    def _land(self, flight: Flight) -> None:
        self._all.discard(flight)
        for key in flight.keys:
            if self._under_way.get(key) is flight:
                del self._under_way[key]

    async def wait(self, flights: Iterable[Flight], *, seconds: float | None) -> bool:
        """Wait for flights; False where the time was not enough. Flights that nobody waits for any more end."""
        waited = list(flights)
        for flight in waited:
            flight.waiters += 1
        try:
            _, late = await asyncio.wait([flight.task for flight in waited], timeout=seconds)
            return not late
        finally:
            for flight in waited:
                flight.waiters -= 1
                if not flight.waiters and not flight.goes_on:
                    flight.task.cancel()
                    self._land(flight)

    async def close(self) -> None:
        """End all flights."""
        tasks = [flight.task for flight in self._all]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _fly(
        self, wanted: Wanted, numbers: tuple[int, ...], keys: tuple[bytes, ...], context: RequestContext
    ) -> Landed:
        if not keys:
            return await self._fetch(wanted, numbers, context)
        lock = min(keys)
        if not await self._store.lock(lock, seconds=self._lock_seconds):
            found = await self._wait_for_other(lock, keys)
            if found is not None and len(keys) == len(numbers):
                bodies = {n: found[key].body for n in numbers if (key := wanted.keys[n]) is not None}
                return Landed(parts=Parts(bodies), entries=found)
        try:
            return await self._fetch(wanted, numbers, context)
        finally:
            await self._store.unlock(lock)

    async def _wait_for_other(self, lock: bytes, keys: Sequence[bytes]) -> Mapping[bytes, Entry] | None:
        """What another replica has fetched meanwhile; None where it did not keep all of it, or took too long."""
        steps = max(1, int(self._lock_seconds / LOOK_AGAIN_SECONDS))
        for _ in range(steps):
            is_locked = await self._store.is_locked(lock)
            found = await self._store.get_many(keys)
            now = self._clock()
            fresh = {k: e for k, e in zip(keys, found, strict=True) if isinstance(e, Entry) and e.fresh_until > now}
            if len(fresh) == len(keys):
                return fresh
            if not is_locked:
                return None
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        return None

    async def _fetch(self, wanted: Wanted, numbers: tuple[int, ...], context: RequestContext) -> Landed:
        request = replace(wanted.request_for(numbers), context=context)
        since, seen = self._clock(), self._store.seen()
        try:
            answer = await self._inner.post(request)
        except SubgraphError as error:
            return Landed(error=error)
        parts = split(wanted, numbers, answer)
        if parts is None:
            return Landed(answer)
        made = self._keeper.entries(wanted, numbers, parts, answer.headers, since=since, seen=seen)
        entries = dict(made.values())
        if entries:
            await self._store.set_many(entries)
        return Landed(answer, parts, entries=entries)


def detach(context: RequestContext | None) -> RequestContext:
    """A context for work that several requests may share: it has nobody's deadline."""
    if context is None:
        return RequestContext()
    return RequestContext(context.headers, context.extensions, context.claims)


def share_reports(source: RequestContext, target: RequestContext | None) -> None:
    """Tell a request what was said for it while others waited for the same."""
    if target is None:
        return
    for name, entries in source.reports.items():
        for entry in entries:
            target.report(name, entry)
    for name, value in source.response_headers.items():
        target.response_headers.setdefault(name, value)
