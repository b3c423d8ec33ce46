"""Read a GraphQL response from JSON, and refuse what is not one (GraphQL specification, section 7.1)."""

from collections.abc import Mapping
from typing import Any

import msgspec

from gateway.resolvers.subgraph_client.protocol import SubgraphResponse
from gateway.types import ResponseKey


class MalformedResponseError(Exception):
    """The text completes the sentence "this is no GraphQL response: …"; it holds nothing of the body."""


def read_response(body: bytes, headers: Mapping[str, str]) -> SubgraphResponse:
    """The response in ``body``; raises ``MalformedResponseError``."""
    try:
        entries = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedResponseError("it is not JSON") from error
    return check_response(entries, headers)


def check_response(entries: Any, headers: Mapping[str, str]) -> SubgraphResponse:
    """The response that decoded JSON stands for; raises ``MalformedResponseError``. Entries of other names are ignored."""
    if not isinstance(entries, dict):
        raise MalformedResponseError("it is not a JSON object")
    data, errors = entries.get("data"), entries.get("errors") or []
    if data is not None and not isinstance(data, dict):
        raise MalformedResponseError("its data is neither an object nor null")
    if not isinstance(errors, list) or not all(_is_error(error) for error in errors):
        raise MalformedResponseError("its errors are not a list of GraphQL errors")
    if data is None and not errors:
        raise MalformedResponseError("it has neither data nor errors")
    extensions = entries.get("extensions")
    return SubgraphResponse(data, tuple(errors), extensions if isinstance(extensions, dict) else {}, headers)


def _is_error(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("message"), str)


def move_item(error: Mapping[str, Any], key: ResponseKey, by: int) -> dict[str, Any]:
    """An error whose path leads into the list under a root field's ``key``, counted from another item: its index is greater ``by`` so much."""
    path = error.get("path")
    if not isinstance(path, list | tuple) or len(path) < 2 or path[0] != key or not isinstance(path[1], int):
        return dict(error)
    return {**error, "path": [key, path[1] + by, *path[2:]]}
