"""Apollo Server sends the events of subscriptions by its plugin for the HTTP callback protocol to three workers of ours.

Run by ``tests/interop/run``, which installs it.
"""

import asyncio
import json
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from aiohttp import ClientResponse, ClientSession

from gateway.schema import Subgraph, compose
from tests.cli.processes import serving
from tests.interop.check import ask, running

SDL: Final = """
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
    type Query { open: Int! }
    type Subscription { ticks(to: Int): Tick! }
    type Tick { number: Int! }
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
    query = {"query": f"subscription {{ {field} {{ number }} }}"}
    async with client.post(address, json=query, headers={"accept": "text/event-stream"}) as response:
        yield response


async def numbers(response: ClientResponse, count: int | None = None) -> list[int]:
    """The numbers of so many events, or of all until the stream is complete."""
    found: list[int] = []
    async for line in response.content:
        if line.startswith(b"data: {"):
            found.append(json.loads(line.removeprefix(b"data: "))["data"]["ticks"]["number"])
        if len(found) == count:
            break
    return found


async def until_open(subgraph: str, count: int) -> None:
    while (await asyncio.to_thread(ask, subgraph, "{ open }"))["data"]["open"] != count:  # noqa: ASYNC110  # it tells nobody
        await asyncio.sleep(0.1)


async def all_events(client: ClientSession, address: str, subgraph: str) -> None:
    """All events come in their order, then the end."""
    async with subscribed(client, address, "ticks(to: 25)") as response:
        assert await numbers(response) == list(range(1, 26))
    await until_open(subgraph, 0)


async def a_client_leaves(client: ClientSession, address: str, subgraph: str) -> None:
    """The subgraph hears of it, and stops."""
    async with subscribed(client, address, "ticks") as response:
        assert await numbers(response, 3) == [1, 2, 3]
        await until_open(subgraph, 1)
        response.close()
    await until_open(subgraph, 0)


async def many_at_once(client: ClientSession, address: str, subgraph: str) -> None:
    """Ten subscriptions do not mix."""

    async def one(to: int) -> None:
        async with subscribed(client, address, f"ticks(to: {to})") as response:
            assert await numbers(response) == list(range(1, to + 1))

    await asyncio.gather(*map(one, range(1, 11)))
    await until_open(subgraph, 0)


CHECKS: Final[tuple[Callable[[ClientSession, str, str], Awaitable[None]], ...]] = (
    all_events,
    a_client_leaves,
    many_at_once,
)


async def main() -> int:
    """The number of checks that are not passed."""
    failed = 0
    with tempfile.TemporaryDirectory() as folder, running(("node", "callbacks.mjs"), free_port()) as subgraph:
        ask(subgraph, "{ open }")
        with serving("--config", str(write_config(Path(folder), subgraph))) as (_, address):
            async with ClientSession() as client:
                for check in CHECKS:
                    try:
                        await asyncio.wait_for(check(client, address, subgraph), SECONDS)
                    except (AssertionError, TimeoutError) as error:
                        print(f"  {check.__name__}: {error!r}")
                        failed += 1
    print(f"@apollo/server's callbacks: {len(CHECKS) - failed} of {len(CHECKS)} checks passed")
    return failed


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
