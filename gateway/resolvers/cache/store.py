"""What it takes to be a store of entries. The rest of the gateway knows nothing of what is behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.resolvers.cache.entry import Entry, Miss


@dataclass(frozen=True, slots=True)
class StoreFigures:
    """What a store can tell of itself. ``failures`` are operations of a server that came to nothing, ``is_open`` its breaker."""

    kind: str
    entries: int | None = None
    size: int | None = None
    limit: int | None = None
    evictions: int = 0
    failures: int = 0
    is_open: bool = False
    marks: int = 0


@dataclass(frozen=True, slots=True)
class Invalidated:
    """What came of an invalidation. ``everywhere`` is False while other replicas cannot be told; that is tried until it works."""

    number: int
    everywhere: bool = True


class Store(Protocol):
    """Keeps entries under keys. Nothing of it raises: a store that does not work holds nothing."""

    async def get_many(self, keys: Sequence[bytes]) -> list[Entry | Miss]:
        """The entry under each key, or MISS. Never one that was invalidated before, by whichever replica."""
        ...

    def seen(self) -> int:
        """The last invalidation that is known here: what a fetch that begins now has seen."""
        ...

    def changes(self) -> int:
        """Another number whenever something may have been called back: while it is the same, what counted counts."""
        ...

    def holds(self, entry: Entry) -> bool:
        """Whether nothing is known here that has invalidated an entry."""
        ...

    async def set_many(self, entries: Mapping[bytes, Entry]) -> None:
        """Keep entries until they are of no use, or until others need the room."""
        ...

    async def delete(self, keys: Sequence[bytes]) -> None:
        """Keep nothing under these keys."""
        ...

    async def invalidate(self, tags: Sequence[str]) -> Invalidated:
        """From now on no entry that has one of these tags comes back, nor one whose fetch is under way."""
        ...

    async def lock(self, key: bytes, *, seconds: float) -> bool:
        """Whether the caller alone, of all replicas, is to fetch what is missing under a key. The lock ends by itself."""
        ...

    async def unlock(self, key: bytes) -> None:
        """End a lock of one's own early."""
        ...

    async def is_locked(self, key: bytes) -> bool:
        """Whether someone holds the lock."""
        ...

    async def find(self, tag: str, *, limit: int) -> list[tuple[bytes, Entry]]:
        """Some entries with a tag, those of no use among them: for people who look for the reason of an answer."""
        ...

    def figures(self) -> StoreFigures:
        """The store in numbers."""
        ...

    async def close(self) -> None:
        """Let go of everything."""
        ...
