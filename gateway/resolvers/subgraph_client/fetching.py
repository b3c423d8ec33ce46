"""One HTTP request to somewhere else than a subgraph's traffic: bounded in time and size, never redirected, guarded where asked.

The library for it is imported at the first request: a gateway that follows a file makes none.
"""

from collections.abc import Mapping
from importlib import import_module

from gateway.resolvers.subgraph_client.guard import AddressGuard
from gateway.resolvers.subgraph_client.transport import HttpAnswer


async def fetch(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    timeout: float = 10.0,  # noqa: ASYNC109  # of the whole exchange
    max_bytes: int = 100_000_000,
    guard: AddressGuard | None = None,
) -> HttpAnswer:
    """The answer, whatever its status; a redirect is an answer like any other. Raises TransportError where there is none.

    With a ``guard``, addresses that it forbids are never connected to.
    """
    carrier = import_module("gateway.resolvers.subgraph_client.aiohttp_fetching")
    answer: HttpAnswer = await carrier.fetch(
        url, method=method, headers=headers, body=body, timeout=timeout, max_bytes=max_bytes, guard=guard
    )
    return answer
