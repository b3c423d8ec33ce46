"""Ask a subgraph for its own SDL: ``{ _service { sdl } }``, as the federation specification has it."""

from collections.abc import Mapping
from typing import Any, Final

import aiohttp

from gateway.errors import SubgraphError

QUERY: Final = "query SubgraphIntrospectQuery { _service { sdl } }"


async def fetch_sdl(
    name: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    timeout: float = 30.0,  # noqa: ASYNC109  # aiohttp's own
) -> str:
    """The SDL of the subgraph at ``url``. Raises SubgraphError with code DOWNSTREAM_SERVICE_ERROR where it gives none."""
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=timeout)) as session,
            session.post(url, json={"query": QUERY}, headers=headers) as response,
        ):
            body = await response.json(content_type=None)
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise _no_sdl(name, url, f"{type(error).__name__}: {error}".removesuffix(": ")) from error
    return _read_sdl(name, url, body)


def _read_sdl(name: str, url: str, body: Any) -> str:
    match body:
        case {"data": {"_service": {"sdl": str(sdl)}}}:
            return sdl
        case {"errors": [{"message": message}, *_]}:
            raise _no_sdl(name, url, str(message))
        case _:
            raise _no_sdl(name, url, "the answer has no data._service.sdl")


def _no_sdl(name: str, url: str, reason: str) -> SubgraphError:
    message = f"The subgraph {name} at {url} does not tell its SDL ({reason})."
    return SubgraphError(message, subgraph=name, code="DOWNSTREAM_SERVICE_ERROR")
