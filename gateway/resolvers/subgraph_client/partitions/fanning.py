"""Subscriptions fanned in: the events of several members are one stream, as they come."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from gateway.errors import SubgraphError
from gateway.resolvers.subgraph_client.partitions.asking import named_after
from gateway.resolvers.subgraph_client.partitions.members import Member, server_name
from gateway.resolvers.subgraph_client.protocol import Events, SubgraphClient, SubgraphRequest, SubgraphResponse

Waiting = asyncio.Queue[SubgraphResponse | None]
"""What has come and was not read yet: an event, or the end of one member's stream."""


async def fan_in(
    inner: SubgraphClient,
    request: SubgraphRequest,
    members: Sequence[Member],
    refusals: Sequence[dict[str, Any]],
    *,
    retry_seconds: float,
) -> Events:
    """All members' events until each of them has completed. One that breaks off is told of once, and tried again until it is back."""
    if refusals:
        yield SubgraphResponse(None, tuple(refusals))
        return
    waiting: Waiting = asyncio.Queue(maxsize=len(members))
    tasks = [asyncio.create_task(_follow(inner, request, member, waiting, retry_seconds)) for member in members]
    left = len(tasks)
    try:
        while left:
            event = await waiting.get()
            if event is None:
                left -= 1
            else:
                yield event
    finally:
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)


async def _follow(
    inner: SubgraphClient, request: SubgraphRequest, member: Member, waiting: Waiting, retry_seconds: float
) -> None:
    is_told = False
    number = 0
    while True:
        name = server_name(request.subgraph, member.partition, number)
        try:
            async with contextlib.aclosing(inner.subscribe(replace(request, subgraph=name))) as events:
                async for event in events:
                    is_told = False
                    await waiting.put(event)
            await waiting.put(None)
            return
        except SubgraphError as error:
            if not is_told:
                await waiting.put(_broken(named_after(error, request.subgraph, member.partition)))
            is_told = True
        number = (number + 1) % len(member.urls)
        await asyncio.sleep(retry_seconds)


def _broken(error: SubgraphError) -> SubgraphResponse:
    return SubgraphResponse(None, ({"message": error.message, "extensions": {"code": error.code, **error.extensions}},))
