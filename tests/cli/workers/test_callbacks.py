"""Callbacks of subgraphs that come to whichever of several workers."""

import asyncio
import json
import socket
from pathlib import Path

from aiohttp import ClientSession

from gateway.schema import Subgraph, compose
from tests.cli.processes import serving
from tests.resolvers.subgraph_client.streams.emitter import Emitter, emitting

SDL = "type Query { a: Int } type Subscription { n: Int }"
EVENTS = 40


async def test_a_callback_finds_its_worker(tmp_path: Path) -> None:
    """Each is posted on a connection of its own, which any of three workers may take: all events come, in their order."""
    posts = [{"action": "next", "payload": {"data": {"n": number}}} for number in range(EVENTS)]
    emitter = Emitter([{"action": "check"}, *posts, {"action": "complete"}])
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    async with emitting(emitter) as url:
        composed = compose([Subgraph("core", url, SDL)])
        (tmp_path / "supergraph.graphql").write_text(composed.supergraph_sdl or "")
        settings = {
            "supergraph": {"file": "supergraph.graphql"},
            "listen": {"port": port},
            "workers": {"count": 3},
            "subscriptions": {"buffer": 1_000, "callback": {"public_url": f"http://127.0.0.1:{port}/callback"}},
            "traffic": {"subgraphs": {"core": {"subscriptions": {"protocol": "callback"}}}},
        }
        config = tmp_path / "gateway.yaml"
        config.write_text(json.dumps(settings))
        with serving("--config", str(config)) as (_, address):
            events = await asyncio.wait_for(subscribe(address), 60)
            await asyncio.wait_for(emitter.done.wait(), 60)  # the last post is answered after the client's last event
    assert events == list(range(EVENTS))
    assert set(emitter.statuses) == {204, 202}


async def subscribe(address: str) -> list[int]:
    async with (
        ClientSession(headers={"accept": "text/event-stream"}) as client,
        client.post(address, json={"query": "subscription { n }"}) as response,
    ):
        lines = [line.decode() async for line in response.content]
    data = [line.removeprefix("data: ") for line in lines if line.startswith("data: {")]
    return [json.loads(text)["data"]["n"] for text in data]
