"""Read a member's answer: what is only passed on stays as it is written, and is never decoded.

Of a page with many members' items few are wanted: each item is left in its bytes until it is looked at.
"""

from collections.abc import Mapping
from typing import Any, Final, TypedDict

import msgspec

from gateway.resolvers.subgraph_client.http_client import GRAPHQL_JSON, PLAIN_JSON, read_answer
from gateway.resolvers.subgraph_client.protocol import SubgraphResponse
from gateway.resolvers.subgraph_client.transport import HttpAnswer
from gateway.types import ResponseKey, SubgraphName

OK: Final = 200

Items = list[msgspec.Raw] | None
"""The type of a list whose items are left in their bytes."""

Decoder = msgspec.json.Decoder[Any]


def typed_object(name: str, types: Mapping[ResponseKey, Any]) -> Any:
    """The type of an object with these entries, all of which may be missing; others are passed over."""
    return TypedDict(name, dict(types), total=False)  # type: ignore[operator]  # its entries are known when a request comes


def make_decoder(types: Mapping[ResponseKey, Any]) -> Decoder:
    """What decodes an answer whose data has these entries."""
    data = typed_object("Data", types)
    return msgspec.json.Decoder(typed_object("Response", {"data": data | None, "errors": Any, "extensions": Any}))


def read_member(subgraph: SubgraphName, answer: HttpAnswer, decoder: Decoder | None) -> SubgraphResponse:
    """The response in an answer; raises ``SubgraphError`` as ``read_answer`` does, which reads what is out of the ordinary."""
    if decoder is not None and answer.status == OK and answer.headers.get("content-type") in (PLAIN_JSON, GRAPHQL_JSON):
        try:
            entries = decoder.decode(answer.body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return read_answer(subgraph, answer)
        if entries.get("data") is not None and not entries.get("errors"):
            return SubgraphResponse(entries["data"], (), {}, answer.headers)
    return read_answer(subgraph, answer)
