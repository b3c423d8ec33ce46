"""Subscribe at the gateway as clients do: over a WebSocket (graphql-transport-ws) or by server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from aiohttp import ClientSession, ClientTimeout
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

PATIENCE_SECONDS: Final = 60.0
"""How long anything may take before a test fails; nothing waits for it to pass."""

Answers = asyncio.Queue[Any]


@asynccontextmanager
async def subscribed(address: str, query: str, *, over: str = "ws", **variables: Any) -> AsyncIterator[Answers]:
    """The answers of a subscription as they come; ``None`` stands for its end."""
    answers: Answers = asyncio.Queue()
    request = {"query": query, "variables": variables}
    run = _over_websocket if over == "ws" else _by_sent_events
    task = asyncio.create_task(run(address, request, answers))
    try:
        yield answers
    finally:
        task.cancel()
        await asyncio.wait({task})


async def next_data(answers: Answers) -> Any:
    """The data of the next answer, which has no errors."""
    answer = await asyncio.wait_for(answers.get(), PATIENCE_SECONDS)
    assert answer is not None
    assert not answer.get("errors"), answer
    return answer["data"]


async def _over_websocket(address: str, request: dict[str, Any], answers: Answers) -> None:
    url = address.replace("http://", "ws://")
    async with connect(url, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
        await socket.send(json.dumps({"type": "connection_init"}))
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": request}))
        async for text in socket:
            message = json.loads(text)
            if message["type"] == "ping":
                await socket.send(json.dumps({"type": "pong"}))
            elif message["type"] == "next":
                answers.put_nowait(message["payload"])
            elif message["type"] == "error":
                answers.put_nowait({"errors": message["payload"]})
            elif message["type"] == "complete":
                answers.put_nowait(None)


async def _by_sent_events(address: str, request: dict[str, Any], answers: Answers) -> None:
    headers = {"accept": "text/event-stream"}
    async with (
        ClientSession(timeout=ClientTimeout(total=None)) as client,
        client.post(address, json=request, headers=headers) as response,
    ):
        event = ""
        async for line in response.content:
            name, _, value = line.decode().rstrip("\r\n").partition(": ")
            if name == "event":
                event = value
            elif name == "data" and event == "next":
                answers.put_nowait(json.loads(value))
        answers.put_nowait(None)
