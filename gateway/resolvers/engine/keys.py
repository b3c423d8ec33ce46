"""What tells requests and operations apart."""

from collections.abc import Hashable
from hashlib import blake2b
from typing import Any, Final

import msgspec

from gateway.resolvers.engine.ready import ReadyOperation
from gateway.resolvers.executor import RunOptions
from gateway.resolvers.messages import GraphQLRequest
from gateway.resolvers.subgraph_client.partitions.options import HEADER

CREDENTIALS: Final = ("authorization", "cookie", HEADER)
"""What tells clients apart even where no subgraph gets it: parts of an answer may be kept for one of them alone."""


def query_key(request: GraphQLRequest, ready: ReadyOperation, options: RunOptions) -> Hashable:
    """Equal for queries that may get each other's answers: the same operation, and everything that subgraphs get to know of the client.

    ``ready`` stands for the text, the operation's name, the active labels and what this client may see.
    """
    known = (request.variables, request.extensions, request.claims, options.headers)
    credentials = tuple(map(request.headers.get, CREDENTIALS))
    return id(ready), credentials, msgspec.json.encode(known, enc_hook=dict, order="sorted") if any(known) else b""


def identify(parts: tuple[Any, ...]) -> bytes:
    """A short name for what an operation is made of, the same in every process."""
    return blake2b(repr(parts).encode(), digest_size=16).digest()
