"""The documents that an operator trusts: from files, and from addresses that are asked again from time to time."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from gateway.errors import SettingsError
from gateway.resolvers.subgraph_client.fetching import fetch
from gateway.resolvers.subgraph_client.transport import TransportError
from gateway.transport.documents.manifest import read_manifest, read_manifests

LOG: Final = logging.getLogger(__name__)

OK: Final = 200
NOT_MODIFIED: Final = 304
FAILED_SECONDS: Final = 10.0
"""After which time an address that failed is asked again, at the earliest."""


class TrustedDocuments:
    """Documents by id. Those of an address that cannot be read again stay as they were."""

    def __init__(
        self,
        sources: Sequence[Path | str],
        *,
        refresh_seconds: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``sources`` are files and folders as paths, addresses as texts. Raises SettingsError for files that cannot be read."""
        self._files = read_manifests([source for source in sources if isinstance(source, Path)])
        self._remote: dict[str, Mapping[str, str]] = {source: {} for source in sources if isinstance(source, str)}
        self._tags: dict[str, str] = {}
        self._refresh_seconds, self._clock = refresh_seconds, clock
        self._due = clock() if self._remote else float("inf")
        self._reading = asyncio.Lock()
        self.by_id: Mapping[str, str] = self._files
        self.texts: frozenset[str] = frozenset(self._files.values())

    @property
    def is_due(self) -> bool:
        """Whether addresses should be asked again."""
        return self._clock() >= self._due

    async def refresh(self) -> None:
        """Ask the addresses, if they are due."""
        async with self._reading:
            if not self.is_due:
                return
            went_well = await asyncio.gather(*map(self._read, self._remote))
            merged: dict[str, str] = {}
            for documents in (*self._remote.values(), self._files):
                merged.update(documents)  # files count before addresses
            self.by_id, self.texts = merged, frozenset(merged.values())
            wait = self._refresh_seconds if all(went_well) else min(FAILED_SECONDS, self._refresh_seconds)
            self._due = self._clock() + wait

    async def _read(self, url: str) -> bool:
        """Whether an address could be read."""
        headers = {"accept": "application/json"}
        if tag := self._tags.get(url):
            headers["if-none-match"] = tag
        try:
            answer = await fetch(url, headers=headers)
            if answer.status == NOT_MODIFIED:
                return True
            if answer.status != OK:
                raise SettingsError(f"documents.trusted: {url}: it answered with status {answer.status}.")
            self._remote[url] = read_manifest(url, answer.body)
            self._tags[url] = answer.headers.get("etag", "")
        except TransportError as error:
            LOG.warning("trusted documents stay as they were: %s: %s", url, error)
            return False
        except SettingsError as error:
            LOG.warning("trusted documents stay as they were: %s", error.message)
            return False
        return True
