"""Read the documents that an operator trusts, in the forms in which build tools write them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from gateway.errors import SettingsError

APOLLO_FORMAT: Final = "apollo-persisted-query-manifest"


def read_manifests(paths: Iterable[Path]) -> dict[str, str]:
    """Documents by id, from all of these files and folders.

    A file is a manifest in Apollo's form (``{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"id", "body"}]}``)
    or in Relay's (``{id: document}``); in a folder each ``ID.graphql`` is a document. Raises SettingsError for what cannot be read, and
    for an id that stands for two documents.
    """
    documents: dict[str, str] = {}
    for path in paths:
        for key, document in read_folder(path) if path.is_dir() else read_file(path):
            if documents.setdefault(key, document) != document:
                raise clash(path, key)
    return documents


def read_folder(path: Path) -> Iterator[tuple[str, str]]:
    for file in sorted(path.glob("*.graphql")):
        yield file.stem, read_text(file)


def read_file(path: Path) -> Iterator[tuple[str, str]]:
    yield from read_manifest(path, read_text(path).encode()).items()


def read_manifest(source: Path | str, text: bytes) -> dict[str, str]:
    """Documents by id from a manifest's text. Raises SettingsError that names the source."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise problem(source, f"it is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise problem(source, "it is no JSON object; write a manifest in Apollo's or in Relay's form")
    pairs = apollo_pairs(source, content) if "operations" in content else content.items()
    documents: dict[str, str] = {}
    for key, document in pairs:
        if not isinstance(key, str) or not isinstance(document, str):
            raise problem(source, f"the document of the id {key!r} is not a text")
        if documents.setdefault(key, document) != document:
            raise clash(source, key)
    return documents


def apollo_pairs(source: Path | str, content: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    version = content.get("version")
    if content.get("format") != APOLLO_FORMAT or version != 1:
        raise problem(source, f"its format is not {APOLLO_FORMAT!r} of version 1")
    operations = content["operations"]
    if not isinstance(operations, list) or not all(isinstance(operation, dict) for operation in operations):
        raise problem(source, "'operations' is not a list of objects")
    for operation in operations:
        yield operation.get("id"), operation.get("body")


def read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise problem(path, f"it cannot be read: {error}") from error


def clash(source: Path | str, key: str) -> SettingsError:
    return problem(source, f"the id {key!r} stands for two different documents; give each its own")


def problem(source: Path | str, text: str) -> SettingsError:
    return SettingsError(f"documents.trusted: {source}: {text}.")
