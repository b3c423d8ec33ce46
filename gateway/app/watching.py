"""Follow a supergraph in a file: what is written into it is served, as soon as it is good."""

import asyncio
from pathlib import Path
from typing import Final

from gateway.app.loaded import Loaded, digest
from gateway.errors import SupergraphError
from gateway.schema.supergraph import read_supergraph

WATCH_SECONDS: Final = 0.5
"""How long to wait between two looks at the file."""

Stamp = tuple[int, int, int]
"""What tells whether a file was written: its inode, its time and its size."""


class FileLoader:
    """A ``Loader`` of one file. It is read again only when it has been written."""

    def __init__(self, path: Path, *, seconds: float = WATCH_SECONDS) -> None:
        self._path = path
        self._seconds = seconds
        self._stamp: Stamp | None = None
        self._found: Loaded | SupergraphError | None = None

    async def look(self, known: str | None) -> Loaded | None:
        """See ``Loader.look``. A file that is gone or wrong is a SupergraphError that begins with its path."""
        found = await asyncio.to_thread(self.read)
        return None if found.version == known else found

    async def wait(self) -> None:
        """See ``Loader.wait``."""
        await asyncio.sleep(self._seconds)

    async def close(self) -> None:
        """Nothing is held open."""

    def read(self) -> Loaded:
        """What the file holds now. Raises SupergraphError."""
        stamp = self._look_at_file()
        if self._found is None or stamp is None or stamp != self._stamp:
            self._found = self._try_to_read()
            self._stamp = stamp
        if isinstance(self._found, SupergraphError):
            raise self._found
        return self._found

    def _look_at_file(self) -> Stamp | None:
        try:
            stat = self._path.stat()
        except OSError:
            return None
        return stat.st_ino, stat.st_mtime_ns, stat.st_size

    def _try_to_read(self) -> Loaded | SupergraphError:
        try:
            text = read_text(self._path)
            return Loaded(read_supergraph(text), text, digest(text))
        except SupergraphError as error:
            return SupergraphError(f"{self._path}: {error.message}", code=error.code)


def read_text(path: Path) -> str:
    """The text of a file; raises SupergraphError."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SupergraphError(f"it cannot be read: {error}") from error
