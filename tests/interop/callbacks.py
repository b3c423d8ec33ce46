"""Apollo Server sends the events of subscriptions by its plugin for the HTTP callback protocol to three workers of ours.

Run by ``tests/interop/run``, which installs it.
"""

import asyncio
import json
import os
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from aiohttp import ClientError, ClientResponse, ClientSession

from gateway.schema import Subgraph, compose
from tests.cli.processes import serving
from tests.interop.check import ask, running

SDL: Final = """
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
    type Query { open: Int! process: Int! }
    type Subscription { ticks(to: Int, pause: Int! = 20): Tick! breaks: Tick! refuses: Tick! }
    type Tick { number: Int! odd: Int }
"""
SECONDS: Final = 30


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def write_config(folder: Path, subgraph: str) -> Path:
    composed = compose([Subgraph("ticker", subgraph, SDL)])
    (folder / "supergraph.graphql").write_text(composed.supergraph_sdl or "")
    port = free_port()
    settings = {
        "supergraph": {"file": "supergraph.graphql"},
        "listen": {"port": port},
        "workers": {"count": 3},
        "subscriptions": {"callback": {"public_url": f"http://127.0.0.1:{port}/callback"}},
        "traffic": {"subgraphs": {"ticker": {"subscriptions": {"protocol": "callback", "heartbeat": "1s"}}}},
    }
    path = folder / "gateway.yaml"
    path.write_text(json.dumps(settings))
    return path


@asynccontextmanager
async def subscribed(client: ClientSession, address: str, field: str) -> AsyncIterator[ClientResponse]:
    """The response to a subscription to a field with its selections."""
    query = {"query": f"subscription {{ {field} }}"}
    async with client.post(address, json=query, headers={"accept": "text/event-stream"}) as response:
        yield response


async def events(response: ClientResponse, count: int | None = None) -> list[Any]:
    """So many events, or all until the stream is complete."""
    found: list[Any] = []
    async for line in response.content:
        if line.startswith(b"data: {"):
            found.append(json.loads(line.removeprefix(b"data: ")))
        if len(found) == count:
            break
    return found


async def numbers(response: ClientResponse, count: int | None = None) -> list[int]:
    """Those of events without errors."""
    found = await events(response, count)
    assert all("errors" not in event for event in found), found
    return [event["data"]["ticks"]["number"] for event in found]


def messages(event: Any) -> list[str]:
    return [error["message"] for error in event.get("errors", ())]


async def until_open(subgraph: str, count: int) -> None:
    while (await asyncio.to_thread(ask, subgraph, "{ open }"))["data"]["open"] != count:  # noqa: ASYNC110  # it tells nobody
        await asyncio.sleep(0.1)


async def all_events(client: ClientSession, address: str, subgraph: str) -> None:
    """All events come in their order, then the end."""
    async with subscribed(client, address, "ticks(to: 25) { number }") as response:
        assert await numbers(response) == list(range(1, 26))
    await until_open(subgraph, 0)


async def a_client_leaves(client: ClientSession, address: str, subgraph: str) -> None:
    """The subgraph hears of it, and stops."""
    async with subscribed(client, address, "ticks { number }") as response:
        assert await numbers(response, 3) == [1, 2, 3]
        await until_open(subgraph, 1)
        response.close()
    await until_open(subgraph, 0)


async def many_at_once(client: ClientSession, address: str, subgraph: str) -> None:
    """Ten subscriptions do not mix."""

    async def one(to: int) -> None:
        async with subscribed(client, address, f"ticks(to: {to}) {{ number }}") as response:
            assert await numbers(response) == list(range(1, to + 1))

    await asyncio.gather(*map(one, range(1, 11)))
    await until_open(subgraph, 0)


async def a_silence_is_no_end(client: ClientSession, address: str, subgraph: str) -> None:
    """Heartbeats keep a subscription whose events are rarer than three of them; they end with it."""
    async with subscribed(client, address, "ticks(to: 2, pause: 4500) { number }") as response:
        assert await numbers(response) == [1, 2]
    await until_open(subgraph, 0)


async def an_event_has_errors(client: ClientSession, address: str, subgraph: str) -> None:
    """They are its own: the next one comes as ever."""
    async with subscribed(client, address, "ticks(to: 3) { odd }") as response:
        first, second, third = await events(response)
    assert [each["data"]["ticks"]["odd"] for each in (first, second, third)] == [1, None, 3]
    assert [messages(each) for each in (first, second, third)] == [[], ["even"], []]
    assert second["errors"][0]["path"] == ["ticks", "odd"]


async def the_source_breaks(client: ClientSession, address: str, subgraph: str) -> None:
    """What the subgraph says of it is the last event."""
    async with subscribed(client, address, "breaks { number }") as response:
        first, last = await events(response)
    assert first == {"data": {"breaks": {"number": 1}}}
    assert (last["data"], messages(last)) == (None, ["broken"])


async def the_source_refuses(client: ClientSession, address: str, subgraph: str) -> None:
    """There is one event, which says why."""
    async with subscribed(client, address, "refuses { number }") as response:
        (only,) = await events(response)
    assert (only["data"], messages(only)) == (None, ["refused"])


async def the_subgraph_stops(client: ClientSession, address: str, subgraph: str) -> None:
    """A server that is told to stop completes its subscriptions: no error."""
    async with subscribed(client, address, "ticks { number }") as response:
        assert await numbers(response, 1) == [1]
        await send(signal.SIGTERM, subgraph)
        found = await numbers(response)
    assert found == list(range(2, 2 + len(found)))


async def the_subgraph_dies(client: ClientSession, address: str, subgraph: str) -> None:
    """Nobody says so: no heartbeat comes, and then the client is told."""
    async with subscribed(client, address, "ticks(pause: 1000000) { number }") as response:
        assert await numbers(response, 1) == [1]
        await send(signal.SIGKILL, subgraph)
        (last,) = await events(response)
    assert last["data"] is None
    assert last["errors"][0]["extensions"]["service"] == "ticker"


async def send(told: signal.Signals, subgraph: str) -> None:
    answer = await asyncio.to_thread(ask, subgraph, "{ process }")
    os.kill(answer["data"]["process"], told)


CHECKS: Final[tuple[Callable[[ClientSession, str, str], Awaitable[None]], ...]] = (
    all_events,
    a_client_leaves,
    many_at_once,
    a_silence_is_no_end,
    an_event_has_errors,
    the_source_breaks,
    the_source_refuses,
    the_subgraph_stops,
    the_subgraph_dies,
)


async def passes(check: Callable[[ClientSession, str, str], Awaitable[None]], address: str, port: int) -> bool:
    """Whether a check is passed, with a subgraph of its own; says why not."""
    with running(("node", "callbacks.mjs"), port) as subgraph:
        ask(subgraph, "{ open }")
        async with ClientSession() as client:
            try:
                await asyncio.wait_for(check(client, address, subgraph), SECONDS)
            except (AssertionError, ValueError, TimeoutError, ClientError) as error:
                print(f"  {check.__name__}: {error!r}")
                return False
    return True


async def main() -> int:
    """The number of checks that are not passed."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        config = write_config(Path(folder), f"http://127.0.0.1:{port}")
        with serving("--config", str(config)) as (_, address):
            passed = sum([await passes(check, address, port) for check in CHECKS])
    print(f"@apollo/server's callbacks: {passed} of {len(CHECKS)} checks passed")
    return len(CHECKS) - passed


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
