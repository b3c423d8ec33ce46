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
                raise problem(path, f"the id {key!r} stands for two different documents; give each its own")
    return documents


def read_folder(path: Path) -> Iterator[tuple[str, str]]:
    for file in sorted(path.glob("*.graphql")):
        yield file.stem, read_text(file)


def read_file(path: Path) -> Iterator[tuple[str, str]]:
    try:
        content = json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        raise problem(path, f"it is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise problem(path, "it is no JSON object; write a manifest in Apollo's or in Relay's form")
    pairs = apollo_pairs(path, content) if "operations" in content else content.items()
    for key, document in pairs:
        if not isinstance(key, str) or not isinstance(document, str):
            raise problem(path, f"the document of the id {key!r} is not a text")
        yield key, document


def apollo_pairs(path: Path, content: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    version = content.get("version")
    if content.get("format") != APOLLO_FORMAT or version != 1:
        raise problem(path, f"its format is not {APOLLO_FORMAT!r} of version 1")
    operations = content["operations"]
    if not isinstance(operations, list) or not all(isinstance(operation, dict) for operation in operations):
        raise problem(path, "'operations' is not a list of objects")
    for operation in operations:
        yield operation.get("id"), operation.get("body")


def read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise problem(path, f"it cannot be read: {error}") from error


def problem(path: Path, text: str) -> SettingsError:
    return SettingsError(f"documents.trusted: {path}: {text}.")
