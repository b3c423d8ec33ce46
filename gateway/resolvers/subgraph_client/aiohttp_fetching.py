"""The request of ``fetching``, by aiohttp."""

import asyncio
import io
from collections.abc import Mapping
from typing import Final

import aiohttp

from gateway.resolvers.subgraph_client.guard import AddressGuard, ForbiddenAddressError, check_literal
from gateway.resolvers.subgraph_client.guarded_resolver import GuardedResolver
from gateway.resolvers.subgraph_client.transport import Failure, HttpAnswer, TransportError

CHUNK: Final = 65_536


async def fetch(
    url: str,
    *,
    method: str,
    headers: Mapping[str, str] | None,
    body: bytes | None,
    timeout: float,  # noqa: ASYNC109  # of the whole exchange
    max_bytes: int,
    guard: AddressGuard | None,
) -> HttpAnswer:
    """See ``fetching.fetch``."""
    try:
        async with asyncio.timeout(timeout):
            return await _fetch(url, method, headers, body, max_bytes, guard)
    except TimeoutError:
        raise TransportError(Failure.TIMED_OUT, f"no whole answer within {timeout:g} s") from None
    except ForbiddenAddressError as error:
        raise TransportError(Failure.FORBIDDEN, str(error)) from error
    except aiohttp.ClientConnectorError as error:
        if isinstance(error.os_error, ForbiddenAddressError):
            raise TransportError(Failure.FORBIDDEN, str(error.os_error)) from error
        raise TransportError(Failure.UNREACHABLE, str(error)) from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise TransportError(Failure.MALFORMED, f"{type(error).__name__}: {error}".removesuffix(": ")) from error


async def _fetch(
    url: str,
    method: str,
    headers: Mapping[str, str] | None,
    body: bytes | None,
    max_bytes: int,
    guard: AddressGuard | None,
) -> HttpAnswer:
    if guard is not None:
        check_literal(url, guard)
    connector = aiohttp.TCPConnector(resolver=GuardedResolver(guard) if guard else None, force_close=True)
    async with (
        aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session,
        session.request(
            method, url, headers=headers, data=io.BytesIO(body) if body else None, allow_redirects=False
        ) as response,
    ):
        found = bytearray()
        async for chunk in response.content.iter_chunked(CHUNK):
            found += chunk
            if len(found) > max_bytes:
                response.close()
                raise TransportError(Failure.TOO_LARGE, f"more than {max_bytes} bytes")
        names = {name.lower(): ", ".join(response.headers.getall(name)) for name in response.headers}
        return HttpAnswer(response.status, names, bytes(found))
