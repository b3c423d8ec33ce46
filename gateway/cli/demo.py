"""``tongfen demo``: the technology market on this machine, from nothing to answering."""

import asyncio
import contextlib
import json
import os
import signal
import socket
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click
import uvicorn

from gateway.app import make_app, make_loader
from gateway.cli.demo_places import Place, choose_places
from gateway.cli.demo_servers import Server, Servers, running
from gateway.cli.demo_text import describe_demo, restart_command
from gateway.cli.processes import ROOT, run_to_the_end
from gateway.cli.serve import address, start_logging
from gateway.cli.workers import open_port, server_config
from gateway.errors import TongfenError
from gateway.resolvers.subgraph_client.fetching import fetch
from gateway.resolvers.subgraph_client.transport import TransportError
from gateway.settings import Limits, Listen, Registry, Settings, SupergraphSource, read_settings
from gateway.transport.asgi import AsgiApp
from gateway.transport.graphiql import read_examples

SETTINGS: Final = ROOT / "config" / "demo.yaml"
START_SECONDS: Final = 60.0
"""How long the subgraphs may take to answer for the first time."""

SUBGRAPHS_QUERY: Final = json.dumps({"query": "{ subgraphs { name url members { partition urls } } }"}).encode()
JSON_HEADERS: Final = {"content-type": "application/json"}

ASK_AGAIN_SECONDS: Final = 0.1
"""How long to wait before a subgraph that did not answer is asked again."""


@dataclass(frozen=True, slots=True)
class Running:
    """A process of the demo, for those who look."""

    name: str
    port: int
    pid: int


@click.command("demo")
@click.option(
    "--port",
    type=click.IntRange(0, 65500),
    envvar="PORT",
    default=4000,
    show_default=True,
    help="Where the gateway listens; the markets and cities take ports up to 21 behind it. 0 takes any free ports.",
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".demo"),
    show_default=True,
    help="Where the demo data is kept; it is made the first time.",
)
def demo_command(port: int, data: Path) -> None:
    """Run the technology market: five subgraphs, one of them in eleven cities, their data, and the gateway before them. Ctrl-C stops all of it."""
    if not SETTINGS.exists():
        raise TongfenError(f"The demo needs the project's folder: there is no {SETTINGS}.")
    with (
        open_port(Listen(port=port)) as listening,
        asyncio.Runner(loop_factory=uvicorn.Config("", log_config=None).get_loop_factory()) as runner,
    ):
        runner.run(run_demo(listening, data / "market", any_ports=port == 0))


async def run_demo(listening: socket.socket, folder: Path, *, any_ports: bool) -> None:
    """Serve the demo until SIGINT or SIGTERM, then stop everything. Raises TongfenError where it cannot be served."""
    places = choose_places(0 if any_ports else port_of(listening), folder)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    working = asyncio.create_task(make_and_serve(listening, places, folder))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    working.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await working
    click.echo("Everything is stopped.")


def port_of(listening: socket.socket) -> int:
    return int(listening.getsockname()[1])


async def make_and_serve(listening: socket.socket, places: Sequence[Place], folder: Path) -> None:
    """Data, gateway, subgraphs that register themselves: and then tell of each subgraph that ends, until cancelled."""
    await seed(folder)
    settings = demo_settings(folder)
    start_logging(settings.log)
    click.echo("Starting four markets and the eleven cities, which register themselves.")
    registry = f"http://127.0.0.1:{port_of(listening)}{settings.registry.path}"
    async with running(places, registry) as servers:
        app = make_app(settings, make_loader(settings))
        async with serving(app, listening, settings.limits):
            await when_all_answer(servers, registry)
            click.echo(describe(listening, settings, servers))
            click.echo(
                f"The registry is at {registry}, open to this machine: docs/registry.md lets a sixth market join."
            )
            await asyncio.gather(*(tell_end(place, server, registry) for place, server in servers.items()))
            await asyncio.Event().wait()  # the gateway goes on alone


async def seed(folder: Path) -> None:
    """Make the demo data, where it is not there yet. Raises TongfenError."""
    code = await run_to_the_end("subgraphs.demo", "seed", "--into", str(folder))
    if code != 0:
        raise TongfenError(f"The demo data could not be made (exit code {code}); the reason is above.")


def demo_settings(folder: Path) -> Settings:
    """config/demo.yaml, with a registry that begins empty and is open to everybody on this machine: only a demo's may be."""
    file = folder.parent / "registry.db"
    for name in (file.name, f"{file.name}-wal", f"{file.name}-shm"):
        file.with_name(name).unlink(missing_ok=True)
    made = Registry(
        database=f"sqlite+aiosqlite:///{file.absolute()}",
        open=True,
        networks=("127.0.0.0/8",),
        poll=0.1,
        sub_markets=True,
    )
    source = SupergraphSource(registry="production")
    written = read_settings(SETTINGS)
    traffic = written.traffic.model_copy(update={"subgraphs": {}})  # the cities come by the registry
    return written.model_copy(update={"supergraph": source, "registry": made, "traffic": traffic})


async def when_all_answer(servers: Servers, registry: str) -> None:
    """Wait until every server is registered and the gateway answers. Raises TongfenError for a market that ends, or does not come in time.

    A city that ends is left out: the others go on without it.
    """
    alive = set(servers)
    ends = {asyncio.create_task(leave_out(place, server, alive)): place for place, server in servers.items()}
    markets = {task: place for task, place in ends.items() if not place.partition}
    registered = asyncio.create_task(when_registered(alive, registry))
    waiting: list[asyncio.Future[Any]] = [registered, *markets]
    done, _ = await asyncio.wait(waiting, timeout=START_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    for future in (registered, *ends):
        future.cancel()
    for place in (markets[task] for task in markets if task in done):
        raise TongfenError(f"{place} ended at its start. {servers[place].why()}")
    if registered in done:
        registered.result()
    else:
        raise TongfenError(f"The subgraphs were not all registered within {START_SECONDS:.0f} seconds.")


async def leave_out(place: Place, server: Server, alive: set[Place]) -> None:
    await server.ended()
    alive.discard(place)


async def when_registered(places: Set[Place], registry: str) -> None:
    """Ask until all of them are registered, and the gateway answers from what they make up: that comes a moment later."""
    served = registry.removesuffix("/registry") + "/graphiql/supergraph.json"
    while True:
        with contextlib.suppress(TransportError):
            answer = await fetch(registry, method="POST", headers=JSON_HEADERS, body=SUBGRAPHS_QUERY)
            data = json.loads(answer.body).get("data") or {"subgraphs": ()}  # none before its tables are made
            if places <= set(find_registered(places, data["subgraphs"])):
                known = json.loads((await fetch(served)).body)["subgraphs"]
                if {(place.name, place.partition) for place in places} <= set(served_places(known)):
                    return
        await asyncio.sleep(ASK_AGAIN_SECONDS)


def served_places(subgraphs: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """The names and partitions of which the gateway knows a server; a subgraph of one server has no partition."""
    for one in subgraphs:
        yield one["name"], ""
        yield from ((one["name"], partition) for partition in one["partitions"])


def find_registered(places: Iterable[Place], subgraphs: Iterable[Mapping[str, Any]]) -> Iterator[Place]:
    """Those of the places that the registry knows."""
    urls = {(one["name"], ""): [one["url"]] for one in subgraphs}
    urls |= {(one["name"], member["partition"]): member["urls"] for one in subgraphs for member in one["members"]}
    return (place for place in places if place.url in urls.get((place.name, place.partition), ()))


async def tell_end(place: Place, server: Server, registry: str) -> None:
    """Say when a server ends, and how to start it again: the gateway goes on, and finds it again by itself."""
    await server.ended()
    click.echo(f"{place} has ended. The others go on without it. Start it again by:", err=True)
    click.echo(f"  {restart_command(place.name, place.arguments(registry))}", err=True)


class QuietServer(uvicorn.Server):
    """uvicorn's server, which leaves signals to us: the subgraphs must stop after it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


@contextlib.asynccontextmanager
async def serving(app: AsgiApp, listening: socket.socket, limits: Limits) -> AsyncIterator[None]:
    """The gateway, answering on the socket until the end."""
    server = QuietServer(server_config(app, limits))
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield
    finally:
        server.should_exit = True
        await task


def describe(listening: socket.socket, settings: Settings, servers: Servers) -> str:
    processes = [Running("gateway", port_of(listening), os.getpid())]
    processes += [Running(f"{place}", place.port, server.pid) for place, server in servers.items()]
    folder = settings.graphiql.examples or SETTINGS.parent
    return describe_demo(address(Listen(port=port_of(listening)), settings), processes, read_examples(folder), folder)
