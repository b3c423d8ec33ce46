"""The keys by which tokens are verified: JSON Web Key Sets from files and addresses, read again when they may have changed."""

import asyncio
import json
import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import jwt

from gateway.errors import SettingsError
from gateway.resolvers.subgraph_client.fetching import fetch
from gateway.resolvers.subgraph_client.transport import TransportError

LOG: Final = logging.getLogger(__name__)

MAX_BYTES: Final = 1_000_000
UNKNOWN_KEY_SECONDS: Final = 10.0
"""A key that is not known makes the sets be read again, but not more often than this: anybody can write a token."""


class KeyRing:
    """All keys of ``sources``, each a file or an address of a JSON Web Key Set (RFC 7517, section 5).

    They are read at the first use and again after ``refresh_seconds``. Keys of a source that cannot be read again stay.
    """

    def __init__(
        self, sources: Sequence[Path | str], *, refresh_seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Raises SettingsError for a file that is no key set."""
        self._refresh_seconds = refresh_seconds
        self._clock = clock
        self._files = [source for source in sources if isinstance(source, Path)]
        self._urls = [source for source in sources if isinstance(source, str)]
        self._sets: dict[Path | str, tuple[jwt.PyJWK, ...]] = {file: read_file(file) for file in self._files}
        self._read_at: float | None = None if self._urls else self._clock()
        self._reading = asyncio.Lock()

    async def find(self, key_id: str | None) -> list[jwt.PyJWK]:
        """The keys that a token may be signed by: those of that id, or all where it names none."""
        await self._refresh(self._refresh_seconds)
        found = self._named(key_id)
        if not found:
            await self._refresh(UNKNOWN_KEY_SECONDS)
            found = self._named(key_id)
        return found

    def _named(self, key_id: str | None) -> list[jwt.PyJWK]:
        return [key for keys in self._sets.values() for key in keys if key_id is None or key.key_id == key_id]

    async def _refresh(self, older_than: float) -> None:
        async with self._reading:
            if self._read_at is not None and self._clock() < self._read_at + older_than:
                return
            self._read_at = self._clock()
            for file in self._files:
                try:
                    self._sets[file] = read_file(file)
                except SettingsError as error:
                    LOG.warning("keys are kept as they were: %s", error.message)
            await asyncio.gather(*(self._read_url(url) for url in self._urls))

    async def _read_url(self, url: str) -> None:
        try:
            answer = await fetch(url, headers={"accept": "application/json"}, max_bytes=MAX_BYTES)
            if answer.status != 200:
                raise ValueError(f"it answered with status {answer.status}")
            self._sets[url] = read_set(answer.body)
        except (TransportError, ValueError) as error:
            LOG.warning("keys of %s cannot be read: %s", url, error)


def read_file(path: Path) -> tuple[jwt.PyJWK, ...]:
    """The keys in a file. Raises SettingsError."""
    try:
        return read_set(path.read_bytes())
    except (OSError, ValueError) as error:
        raise SettingsError(f"authentication.keys: {path}: {error}") from error


def read_set(text: bytes) -> tuple[jwt.PyJWK, ...]:
    """The usable keys of a set; those of unknown kinds are left out (RFC 7517, section 5). Raises ValueError."""
    try:
        content = json.loads(text)
        keys = content["keys"]
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError("this is no JSON Web Key Set") from error
    usable = [key for entry in keys if (key := read_key(entry)) is not None]
    if not usable:
        raise ValueError("this JSON Web Key Set has no key that can be used")
    return tuple(usable)


def read_key(entry: object) -> jwt.PyJWK | None:
    if not isinstance(entry, dict) or entry.get("use", "sig") != "sig":
        return None
    try:
        return jwt.PyJWK.from_dict(entry)
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
