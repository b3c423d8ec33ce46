"""Automatic persisted queries: who knows a document's hash asks by it, who is told that it is not known sends both once."""

import hashlib
from collections import OrderedDict
from typing import Protocol


class AutomaticDocuments(Protocol):
    """Where documents that clients registered are kept, by their SHA-256 as 64 hexadecimal digits in lower case."""

    async def get(self, digest: str) -> str | None:
        """The document, or None where it is not known (any more)."""
        ...

    async def put(self, digest: str, document: str) -> None:
        """Keep a document, as long as there is room."""
        ...


def digest_of(document: str) -> str:
    """The name under which an automatic document is known."""
    return hashlib.sha256(document.encode()).hexdigest()


class MemoryDocuments:
    """Keeps documents of ``max_bytes`` in all; those that were asked for longest ago go first."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._kept: OrderedDict[str, str] = OrderedDict()

    async def get(self, digest: str) -> str | None:
        """See ``AutomaticDocuments.get``."""
        found = self._kept.get(digest)
        if found is not None:
            self._kept.move_to_end(digest)
        return found

    async def put(self, digest: str, document: str) -> None:
        """See ``AutomaticDocuments.put``. A document that is longer than all room is not kept."""
        if digest in self._kept:
            return
        self._kept[digest] = document
        self._bytes += size_of(document)
        while self._bytes > self._max_bytes:
            self._bytes -= size_of(self._kept.popitem(last=False)[1])


def size_of(document: str) -> int:
    return len(document.encode())
