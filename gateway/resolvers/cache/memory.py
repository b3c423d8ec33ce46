"""Entries in this process, bounded by bytes: what was used longest ago goes first.

aiocache's own memory store sets a timer for each key and has no bound; this one keeps a plain ordered dict.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from gateway.resolvers.cache.entry import MISS, Entry, Miss
from gateway.resolvers.cache.ledger import Ledger
from gateway.resolvers.cache.store import Invalidated, StoreFigures

OVERHEAD_BYTES: Final = 400
"""About what an entry costs beside its key, its body and its tags."""

LARGEST_SHARE: Final = 8
"""An entry may take at most this part of the room: one that large would drive out everything else."""


class Held(NamedTuple):
    """An entry, its size, and when it is of no more use."""

    entry: Entry
    size: int
    until: float


class MemoryStore:
    """A ``Store`` of at most ``limit`` bytes. ``clock`` is the wall clock; ``ledger`` another store's, before which this one stands."""

    def __init__(self, *, limit: int, clock: Callable[[], float], ledger: Ledger | None = None) -> None:
        self._limit = limit
        self._clock = clock
        self._kept: OrderedDict[bytes, Held] = OrderedDict()
        self._size = 0
        self._evictions = self._deletions = 0
        self._ledger = Ledger() if ledger is None else ledger

    async def get_many(self, keys: Sequence[bytes]) -> list[Entry | Miss]:
        """The entry under each key, or MISS."""
        kept, ledger, now = self._kept, self._ledger, self._clock()
        get, use = kept.get, kept.move_to_end
        found: list[Entry | Miss] = []
        for (
            key
        ) in keys:  # The hot loop of a fetch that is served from here: a microsecond is a microsecond for each entity.
            held = get(key)
            if held is None:
                found.append(MISS)
            elif held.until <= now or not ledger.holds(held.entry):
                self._drop(key)
                found.append(MISS)
            else:
                use(key)
                found.append(held.entry)
        return found

    def seen(self) -> int:
        """The last invalidation."""
        return self._ledger.latest

    def changes(self) -> int:
        """See ``Store.changes``."""
        return self._ledger.changes + self._deletions

    def holds(self, entry: Entry) -> bool:
        """Whether nothing has invalidated an entry."""
        return self._ledger.holds(entry)

    async def set_many(self, entries: Mapping[bytes, Entry]) -> None:
        """Keep entries, except those that were invalidated meanwhile or are too large."""
        for key, entry in entries.items():
            size = size_of(key, entry)
            self._drop(key)
            if size * LARGEST_SHARE > self._limit or not self._ledger.holds(entry):
                continue
            self._kept[key] = Held(entry, size, entry.keep_until)
            self._size += size
        while self._size > self._limit:
            self._drop(next(iter(self._kept)))
            self._evictions += 1

    async def delete(self, keys: Sequence[bytes]) -> None:
        """Keep nothing under these keys."""
        self._deletions += 1
        for key in keys:
            self._drop(key)

    async def invalidate(self, tags: Sequence[str]) -> Invalidated:
        """Mark the tags. The entries themselves go when they are next asked for, or when others need the room."""
        self._ledger.mark(self._ledger.latest + 1, tags)
        return Invalidated(self._ledger.latest)

    async def lock(self, key: bytes, *, seconds: float) -> bool:  # noqa: ARG002  # a store's signature
        """There is no other replica."""
        return True

    async def unlock(self, key: bytes) -> None:
        """Nothing to end."""

    async def is_locked(self, key: bytes) -> bool:  # noqa: ARG002  # a store's signature
        """There is no other replica."""
        return False

    async def find(self, tag: str, *, limit: int) -> list[tuple[bytes, Entry]]:
        """The newest entries with a tag that still count."""
        found: list[tuple[bytes, Entry]] = []
        for key, held in reversed(self._kept.items()):
            if len(found) == limit:
                break
            if tag in held.entry.tags and self._ledger.holds(held.entry):
                found.append((key, held.entry))
        return found

    def figures(self) -> StoreFigures:
        """The store in numbers."""
        return StoreFigures(
            "memory", len(self._kept), self._size, self._limit, evictions=self._evictions, marks=len(self._ledger)
        )

    async def close(self) -> None:
        """Forget everything."""
        self._kept.clear()
        self._size = 0

    def _drop(self, key: bytes) -> None:
        found = self._kept.pop(key, None)
        if found is not None:
            self._size -= found.size


def size_of(key: bytes, entry: Entry) -> int:
    """About how many bytes an entry takes."""
    return len(key) + len(entry.body) + sum(len(tag) for tag in entry.tags) + OVERHEAD_BYTES
