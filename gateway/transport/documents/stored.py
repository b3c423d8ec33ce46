"""Automatic documents that all replicas know: in the memory of each, and in the store behind all of them."""

import time
from typing import Final

from gateway.resolvers.cache import LONGEST_SECONDS, Entry, Store
from gateway.transport.documents.automatic import AutomaticDocuments

PREFIX: Final = b"document:"


class StoredDocuments:
    """``AutomaticDocuments`` that asks ``near`` first, then ``store``, where documents stay for a week after they were put."""

    def __init__(self, near: AutomaticDocuments, store: Store) -> None:
        self._near, self._store = near, store

    async def get(self, digest: str) -> str | None:
        """See ``AutomaticDocuments.get``. A store that does not work knows nothing."""
        known = await self._near.get(digest)
        if known is not None:
            return known
        (found,) = await self._store.get_many([PREFIX + digest.encode()])
        if not isinstance(found, Entry):
            return None
        document = found.body.decode()
        await self._near.put(digest, document)
        return document

    async def put(self, digest: str, document: str) -> None:
        """See ``AutomaticDocuments.put``."""
        await self._near.put(digest, document)
        now = time.time()
        until = now + LONGEST_SECONDS
        entry = Entry(document.encode(), self._store.seen(), now, until, until, until)
        await self._store.set_many({PREFIX + digest.encode(): entry})
