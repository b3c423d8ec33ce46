"""Listen to a market's events inside this process: over its WebSocket, or as server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from starlette.types import Message

from subgraphs.kit.events import MemoryEvents
from tests.subgraphs.asking import Asker

PATIENCE_SECONDS: Final = 30.0
"""How long anything may take before a test fails; nothing waits for it to pass."""


class Heard:
    """The answers of a subscription, one after the other."""

    def __init__(self) -> None:
        self._answers: asyncio.Queue[Any] = asyncio.Queue()

    def put(self, answer: Any) -> None:
        self._answers.put_nowait(answer)

    async def next(self) -> Any:
        """The next answer, or ``None`` when the subscription is over."""
        return await asyncio.wait_for(self._answers.get(), PATIENCE_SECONDS)

    async def data(self) -> Any:
        """The data of the next answer, which has no errors."""
        answer = await self.next()
        assert answer is not None
        assert not answer.get("errors"), answer
        return answer["data"]

    @property
    def waiting(self) -> int:
        return self._answers.qsize()


@asynccontextmanager
async def listening(market: Asker, query: str, *, over: str = "ws", **variables: Any) -> AsyncIterator[Heard]:
    """A subscription, over a WebSocket (``ws``) or as server-sent events (``sse``); the client leaves at the end."""
    heard, leave = Heard(), asyncio.Event()
    run = _over_websocket if over == "ws" else _as_sent_events
    task = asyncio.create_task(run(market, {"query": query, "variables": variables}, heard, leave))
    try:
        yield heard
    finally:
        leave.set()
        await asyncio.wait_for(task, PATIENCE_SECONDS)


async def until_listened(market: Asker, topic: str, *, by: int = 1) -> None:
    """Return as soon as so many listen to a topic in this process."""
    events = market.app.state.events
    assert isinstance(events, MemoryEvents)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while events.listeners(topic) != by:  # noqa: ASYNC110 - nothing tells of a listener
            await asyncio.sleep(0)


async def _over_websocket(market: Asker, request: dict[str, Any], heard: Heard, leave: asyncio.Event) -> None:
    scope = {
        "type": "websocket", "asgi": {"version": "3.0"}, "http_version": "1.1", "path": "/graphql", "raw_path": b"/graphql",
        "query_string": b"", "headers": [], "scheme": "ws", "server": ("testserver", 80), "client": ("testclient", 1),
        "subprotocols": ["graphql-transport-ws"],
    }  # fmt: skip
    texts = ({"type": "connection_init"}, {"id": "1", "type": "subscribe", "payload": request})
    incoming: list[Message] = [
        {"type": "websocket.connect"},
        *({"type": "websocket.receive", "text": json.dumps(text)} for text in texts),
    ]

    async def receive() -> Message:
        if incoming:
            return incoming.pop(0)
        await leave.wait()
        return {"type": "websocket.disconnect", "code": 1000}

    async def send(message: Message) -> None:
        if message["type"] != "websocket.send":
            return
        content = json.loads(message["text"])
        if content["type"] == "next":
            heard.put(content["payload"])
        elif content["type"] == "error":
            heard.put({"errors": content["payload"]})
        elif content["type"] == "complete":
            heard.put(None)

    await market.app(scope, receive, send)


async def _as_sent_events(market: Asker, request: dict[str, Any], heard: Heard, leave: asyncio.Event) -> None:
    headers = [(b"content-type", b"application/json"), (b"accept", b"text/event-stream")]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "path": "/graphql",
        "raw_path": b"/graphql", "query_string": b"", "headers": headers, "scheme": "http", "server": ("testserver", 80),
        "client": ("testclient", 1),
    }  # fmt: skip
    incoming: list[Message] = [{"type": "http.request", "body": json.dumps(request).encode(), "more_body": False}]
    text = ""

    async def receive() -> Message:
        if incoming:
            return incoming.pop(0)
        await leave.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        nonlocal text
        if message["type"] == "http.response.start":
            assert dict(message["headers"])[b"content-type"].startswith(b"text/event-stream")
            return
        text += message.get("body", b"").decode()
        *events, text = text.split("\r\n\r\n")
        for event in events:
            lines = dict(line.split(": ", 1) for line in event.splitlines() if not line.startswith(":"))
            if lines.get("event") == "next":
                heard.put(json.loads(lines["data"]))
            elif "complete" in event:
                heard.put(None)

    await market.app(scope, receive, send)
