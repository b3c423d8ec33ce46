"""The body of a response that is no stream, as subgraphs answer what they refuse."""

import asyncio

import aiohttp

from gateway.resolvers.subgraph_client.streams.target import StreamTarget, lost, refused
from gateway.types import SubgraphName


async def read_whole(response: aiohttp.ClientResponse, target: StreamTarget, subgraph: SubgraphName) -> bytes:
    """All of it, however it is cut. Raises ``SubgraphError`` where it is too long, not whole in time, or breaks off."""
    body = bytearray()
    try:
        async with asyncio.timeout(target.timeout):
            async for chunk in response.content.iter_any():
                body += chunk
                if len(body) > target.max_bytes:
                    raise refused(subgraph, f"its answer is longer than {target.max_bytes} bytes")
    except TimeoutError:
        raise refused(subgraph, "its answer was not whole in time") from None
    except (aiohttp.ClientError, OSError) as error:
        raise lost(subgraph) from error
    return bytes(body)
