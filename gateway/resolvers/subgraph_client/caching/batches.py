"""Fetches of which lately everything was found: their answers as they were put together, for as long as nothing in them may have changed.

Popular fetches ask for the same entities again and again. Looking each of them up, and joining their bodies, is most of what a hit costs.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final, NamedTuple

from msgspec.structs import replace

from gateway.resolvers.cache import Entry, Store
from gateway.resolvers.subgraph_client.caching.asking import Asker, Wanted
from gateway.resolvers.subgraph_client.caching.units import Kept
from gateway.resolvers.subgraph_client.protocol import SubgraphRequest
from gateway.resolvers.subgraph_client.transport import HttpAnswer, LastingAnswer
from gateway.types import SubgraphName

MOST_BYTES: Final = 16_000_000
OVERHEAD_BYTES: Final = 200
"""About what an entry costs here: it is counted where it lies, here only that it is named."""

Name = tuple[SubgraphName, bytes, Asker]


class Batch(NamedTuple):
    """What was found. ``changes`` is what the store said then; ``privacy`` tells which kinds of things were one person's."""

    wanted: Wanted
    entries: tuple[Entry, ...]
    answer: HttpAnswer
    key: bytes
    fresh_until: float
    changes: int
    privacy: tuple[tuple[Kept, bool], ...]
    size: int


class Batches:
    """The batches found last, in all no more than ``MOST_BYTES``."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store, self._clock = store, clock
        self._kept: OrderedDict[Name, Batch] = OrderedDict()
        self._size = 0

    async def find(self, request: SubgraphRequest, asker: Asker) -> Batch | None:
        """The batch of an equal request, if all of it would be found again.

        The store is asked for the first entry alone: it says so where it has lost what it knows, or has learnt of invalidations.
        """
        if request.body is None:
            return None
        name = (request.subgraph, request.body, asker)
        batch = self._kept.get(name)
        if batch is None:
            return None
        (first,) = await self._store.get_many((batch.key,))
        if (
            first is not batch.entries[0]
            or self._clock() >= batch.fresh_until
            or batch.changes != self._store.changes()
            or any(kept.is_private is not was_private for kept, was_private in batch.privacy)
        ):
            self._forget(name)
            return None
        if name in self._kept:
            self._kept.move_to_end(name)
        return batch

    def keep(self, wanted: Wanted, entries: tuple[Entry, ...], answer: HttpAnswer) -> HttpAnswer:
        """Keep what was found just now: nothing may have been awaited since. Gives the answer as it will be given again."""
        request, key = wanted.request, wanted.keys[0]
        if request.body is None or key is None:
            return answer
        lasting = LastingAnswer(answer.status, answer.headers, answer.body)
        kinds = {id(kept): (kept, kept.is_private) for kept in wanted.kept}
        size = len(answer.body) + len(request.body) + OVERHEAD_BYTES * len(entries)
        name = (request.subgraph, request.body, wanted.asker)
        self._forget(name)
        self._kept[name] = Batch(
            wanted._replace(request=replace(request, context=None)),
            entries,
            lasting,
            key,
            min(entry.fresh_until for entry in entries),
            self._store.changes(),
            tuple(kinds.values()),
            size,
        )
        self._size += size
        while self._size > MOST_BYTES:
            self._forget(next(iter(self._kept)))
        return lasting

    def _forget(self, name: Name) -> None:
        batch = self._kept.pop(name, None)
        if batch is not None:
            self._size -= batch.size
