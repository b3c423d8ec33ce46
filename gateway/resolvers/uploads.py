"""Files that come with a request, as they stand in its variables (GraphQL multipart request specification)."""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, Protocol, runtime_checkable


class UploadError(Exception):
    """A file does not come whole. ``code`` is one of ``gateway.resolvers.codes``; the message is for the client."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


@runtime_checkable
class UploadedFile(Protocol):
    """A file that a client sends, perhaps still on its way. Files come one after another, in the order of ``number``."""

    @property
    def number(self) -> int:
        """Its place among the files of its request, from 0."""
        ...

    @property
    def name(self) -> str:
        """Its name, empty where the client gives none. Known when its first piece has come."""
        ...

    @property
    def content_type(self) -> str:
        """Its media type, as the client says. Known when its first piece has come."""
        ...

    def keep(self) -> None:
        """Let it be read more than once: what has come stays until its request is answered."""
        ...

    async def begun(self) -> None:
        """Wait until it begins to come. Raises UploadError."""
        ...

    def pieces(self) -> AsyncIterator[bytes]:
        """Its content, as it comes; once, if it is not kept. Raises UploadError."""
        ...


def find_files(variables: Mapping[str, Any]) -> dict[UploadedFile, list[str]]:
    """The files in variables and the paths that lead to each (``variables.input.files.0``), in the order in which they come."""
    found: dict[UploadedFile, list[str]] = {}
    for path, file in _walk("variables", variables):
        found.setdefault(file, []).append(path)
    return dict(sorted(found.items(), key=lambda item: item[0].number))


def _walk(path: str, value: Any) -> Iterator[tuple[str, UploadedFile]]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _walk(f"{path}.{name}", each)
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _walk(f"{path}.{number}", each)
    elif not isinstance(value, str | int | float | None) and isinstance(value, UploadedFile):
        yield path, value
