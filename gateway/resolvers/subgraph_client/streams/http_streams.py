"""Subscriptions as one HTTP response that does not end: server-sent events, or parts of a multipart body."""

import asyncio
from collections.abc import AsyncGenerator, Iterator

import aiohttp
import msgspec

from gateway.resolvers.subgraph_client.http_client import encode_request
from gateway.resolvers.subgraph_client.protocol import SubgraphRequest
from gateway.resolvers.subgraph_client.streams.parsing import boundary_of, read_events, read_parts
from gateway.resolvers.subgraph_client.streams.target import (
    RawEvents,
    StreamProtocol,
    StreamTarget,
    lost,
    refused,
    unreachable,
)
from gateway.resolvers.subgraph_client.streams.whole import read_whole

ACCEPTED = {
    StreamProtocol.SSE: "text/event-stream, application/graphql-response+json;q=0.9, application/json;q=0.8",
    StreamProtocol.MULTIPART: (
        'multipart/mixed;subscriptionSpec="1.0", application/graphql-response+json;q=0.9, application/json;q=0.8'
    ),
    StreamProtocol.INCREMENTAL: (
        "multipart/mixed;incrementalSpec=v0.2, multipart/mixed;deferSpec=20220824;q=0.9, "
        "application/graphql-response+json;q=0.8, application/json;q=0.7"
    ),
}


async def http_events(session: aiohttp.ClientSession, target: StreamTarget, request: SubgraphRequest) -> RawEvents:
    """See ``RawEvents``. A response that is no stream is the only event (the subgraph refuses the operation)."""
    headers = {**request.headers, "content-type": "application/json", "accept": ACCEPTED[target.protocol]}
    name = request.subgraph
    asking = session.post(target.url, data=encode_request(request), headers=headers, allow_redirects=False)
    try:
        async with asyncio.timeout(target.timeout):
            response = await asking
    except TimeoutError:
        raise refused(name, "it did not begin in time") from None
    except (aiohttp.ClientError, OSError) as error:
        raise unreachable(name) from error
    async with response:
        kind = response.content_type
        if kind not in ("text/event-stream", "multipart/mixed"):
            yield await _only_event(target, request, response)
            return
        try:
            chunks = _bounded(response, target, request)
            if kind == "text/event-stream":
                async for event in read_events(chunks):
                    yield event
            else:
                async for part in read_parts(chunks, boundary_of(response.headers["content-type"])):
                    for event in [part] if target.protocol is StreamProtocol.INCREMENTAL else _events_of(part):
                        yield event
        except msgspec.DecodeError as error:
            raise refused(name, "it sent a part that is no event") from error
        except (aiohttp.ClientError, OSError, EOFError) as error:
            raise lost(name) from error


async def _only_event(target: StreamTarget, request: SubgraphRequest, response: aiohttp.ClientResponse) -> bytes:
    if "json" not in response.content_type:
        raise refused(request.subgraph, f"it answered with HTTP status {response.status} and no events")
    return await read_whole(response, target, request.subgraph)


async def _bounded(
    response: aiohttp.ClientResponse, target: StreamTarget, request: SubgraphRequest
) -> AsyncGenerator[bytes, None]:
    """The body as it comes in. A subgraph that says nothing for three heartbeats is gone."""
    while True:
        try:
            async with asyncio.timeout(3 * target.heartbeat):
                chunk = await response.content.readany()
        except TimeoutError:
            raise lost(request.subgraph) from None
        if not chunk:
            return
        yield chunk


def _events_of(part: bytes) -> Iterator[bytes]:
    """What a part of Apollo's multipart protocol says: nothing (a heartbeat), an event, or why there will be no more."""
    message = msgspec.json.decode(part, type=dict[str, msgspec.Raw])
    payload = message.get("payload")
    if payload is not None and bytes(payload) != b"null":
        yield bytes(payload)
    elif "errors" in message:
        yield b'{"data":null,"errors":%b}' % bytes(message["errors"])
