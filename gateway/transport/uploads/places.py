"""Where files belong: the paths of ``map`` in ``operations`` (GraphQL multipart request specification)."""

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from gateway.resolvers.uploads import UploadedFile
from gateway.transport.parameters import refuse


def place_files(operations: Any, places: Mapping[str, Sequence[str]], files: Mapping[str, UploadedFile]) -> None:
    """Put each file where its paths lead, which must be a ``null`` among the variables.

    A file that belongs in several places, and so may be sent on several times, is kept. Raises RequestError for a path that leads elsewhere.
    """
    for field, paths in places.items():
        if not paths:
            refuse(f"'map' says of the file {field!r} no place where it belongs.")
        if len(paths) > 1:
            files[field].keep()
        for path in paths:
            _place(operations, path, files[field])


def _place(operations: Any, path: str, file: UploadedFile) -> None:
    *way, last = path.split(".")
    if "variables" not in way[:2]:
        _lost(path)
    holder = operations
    for step in way:
        holder = _go(holder, step, path)
    if _go(holder, last, path) is not None:
        _lost(path)
    if isinstance(holder, list):
        holder[int(last)] = file
    else:
        holder[last] = file


def _go(holder: Any, step: str, path: str) -> Any:
    if isinstance(holder, dict) and step in holder:
        return holder[step]
    if not isinstance(holder, list) or not step.isdecimal() or int(step) >= len(holder):
        _lost(path)
    return holder[int(step)]


def _lost(path: str) -> NoReturn:
    refuse(f"'map' names the path {path!r}, but in 'operations' there is no null at such a place among the variables.")
