"""A file that is looked at again and again."""

from pathlib import Path


class WatchedFile:
    """Tells whether a file's text has changed, however it was replaced: in place, by a rename, or behind a symbolic link."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = self._read()

    def has_changed(self) -> bool:
        """Whether the text is another than when it was last asked for. A file that is not there has not changed: it is being replaced."""
        text = self._read()
        if text is None or text == self._seen:
            return False
        self._seen = text
        return True

    def _read(self) -> bytes | None:
        try:
            return self._path.read_bytes()
        except OSError:
            return None
