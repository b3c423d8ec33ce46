"""A list that a subgraph sends item by item (``@stream``): parts of a multipart response, in either form of incremental delivery.

Each part becomes a response of its own: the first one as it is, every further one with only the items that it brings, under the root field's key.
"""

from collections.abc import AsyncGenerator, Iterator, Mapping
from typing import Any, Final

import msgspec

from gateway.resolvers.subgraph_client.protocol import Events, SubgraphRequest, SubgraphResponse
from gateway.resolvers.subgraph_client.response import move_item
from gateway.resolvers.subgraph_client.streams.target import refused

DECODER: Final = msgspec.json.Decoder(dict[str, Any])


async def read_items(payloads: AsyncGenerator[bytes, None], request: SubgraphRequest) -> Events:
    """The responses that payloads come to. Raises ``SubgraphError`` for what is no such payload, and as ``payloads`` does."""
    keys: dict[str, str] = {}
    offsets: dict[str, int] = {}
    async for payload in payloads:
        try:
            for response in _responses(DECODER.decode(payload), keys, offsets):
                yield response
        except (msgspec.DecodeError, KeyError, TypeError, IndexError, RecursionError) as error:
            raise refused(request.subgraph, "it sent a part that is none of incremental delivery") from error


def _responses(payload: Mapping[str, Any], keys: dict[str, str], offsets: dict[str, int]) -> Iterator[SubgraphResponse]:
    """``keys`` are the root fields of pending lists by their ids, ``offsets`` how many items of each list have come."""
    for pending in payload.get("pending", ()):
        keys[pending["id"]] = pending["path"][0]
    if "data" in payload:
        data = payload["data"]
        offsets.update((key, len(value)) for key, value in (data or {}).items() if isinstance(value, list))
        yield SubgraphResponse(data, tuple(payload.get("errors", ())))
    for entry in payload.get("incremental", ()):
        key = keys[entry["id"]] if "id" in entry else entry["path"][0]
        yield _items(key, entry.get("items"), entry.get("errors", ()), offsets)
    for done in payload.get("completed", ()):
        if done.get("errors"):
            yield _items(keys[done["id"]], None, done["errors"], offsets)


def _items(key: str, items: Any, errors: Any, offsets: dict[str, int]) -> SubgraphResponse:
    """New items as a response: paths of errors count from the first of them."""
    if items is not None and not isinstance(items, list):
        raise TypeError("items are a list")
    before = offsets.get(key, 0)
    offsets[key] = before + len(items or ())
    return SubgraphResponse({key: items}, tuple(move_item(error, key, -before) for error in errors))
