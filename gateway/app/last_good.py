"""The last good supergraph, on disk: what a gateway starts from when the place where supergraphs come from is down."""

import os
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from gateway.app.loaded import Loaded, digest
from gateway.errors import SupergraphError
from gateway.schema.supergraph import read_supergraph

HEAD: Final = re.compile(r"# tongfen: sha256 ([0-9a-f]{64}), version (\S+), saved (\S+)\n")
"""The first line of the file. The rest is the supergraph, so that the file can be served as it is."""


@dataclass(frozen=True, slots=True)
class SavedSupergraph:
    """A copy that was read, and when it was written."""

    loaded: Loaded
    saved_at: datetime


class LastGood:
    """One file, replaced as a whole: a crash at any moment leaves the copy before or the copy after."""

    def __init__(self, path: Path, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._path = path
        self._now = now

    def save(self, loaded: Loaded) -> None:
        """Keep a copy. Raises OSError where it cannot be written, for instance on a full disk; the copy before stays."""
        saved = self._now().isoformat(timespec="seconds")
        head = f"# tongfen: sha256 {digest(loaded.sdl)}, version {loaded.version}, saved {saved}\n"
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=f".{self._path.name}-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(head + loaded.sdl)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, self._path)
        except BaseException:
            os.unlink(name)
            raise

    def load(self) -> SavedSupergraph | None:
        """The copy, or None if there is none. Raises SupergraphError for one that is not as it was written."""
        try:
            text = self._path.read_bytes().decode("utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise SupergraphError(
                f"The copy of the last good supergraph in {self._path} cannot be read: {error}."
            ) from error
        head = HEAD.match(text)
        sdl = text[head.end() :] if head else ""
        if head is None or digest(sdl) != head[1]:
            message = f"The copy of the last good supergraph in {self._path} is not as it was written; it is not used."
            raise SupergraphError(message)
        return SavedSupergraph(Loaded(read_supergraph(sdl), sdl, head[2]), datetime.fromisoformat(head[3]))
