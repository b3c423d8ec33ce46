"""Core's events: achievements by turns."""

import asyncio
import json
from typing import Any

from tests.subgraphs.asking import Asker


async def converse(core: Asker, query: str, events: int) -> list[Any]:
    """The messages of a subscription over a WebSocket, until so many have come; then the client leaves."""
    sent: list[Any] = []
    enough = asyncio.Event()
    incoming: list[dict[str, Any]] = [
        {"type": "websocket.connect"},
        {"type": "websocket.receive", "text": json.dumps({"type": "connection_init"})},
        {
            "type": "websocket.receive",
            "text": json.dumps({"id": "1", "type": "subscribe", "payload": {"query": query}}),
        },
    ]
    scope = {
        "type": "websocket", "asgi": {"version": "3.0"}, "http_version": "1.1", "path": "/graphql", "raw_path": b"/graphql",
        "query_string": b"", "headers": [], "scheme": "ws", "server": ("testserver", 80), "client": ("testclient", 1),
        "subprotocols": ["graphql-transport-ws"],
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        if incoming:
            return incoming.pop(0)
        await enough.wait()
        return {"type": "websocket.disconnect", "code": 1000}

    async def send(message: Any) -> None:
        if message["type"] == "websocket.send":
            sent.append(json.loads(message["text"]))
            if len(sent) > events:
                enough.set()

    await core.app(scope, receive, send)  # type: ignore[arg-type]
    return sent[1 : events + 1]


async def test_achievements_come_by_turns(core: Asker) -> None:
    """Each is another one, by its id alone: whatever else a client wants is asked of its city."""
    found = await converse(core, "subscription { achievementTicker(seconds: 0.1) { id } }", 3)
    ids = [message["payload"]["data"]["achievementTicker"]["id"] for message in found]
    assert len(set(ids)) == 3
    assert all("-A-" in each for each in ids)


async def test_an_interval_that_is_too_short_is_refused(core: Asker) -> None:
    """By name."""
    (refused,) = await converse(core, "subscription { achievementTicker(seconds: 0) { id } }", 1)
    payload = refused["payload"]
    errors = payload if isinstance(payload, list) else payload["errors"]
    assert errors[0]["extensions"]["code"] == "INVALID_PERIOD"
