"""The demo's servers as processes: one for each market, and one program that forks a process for each city."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final, Protocol

import click

from gateway.cli.demo_places import CITY, Place, common_arguments
from gateway.cli.processes import ChildProcess

CITIES_MODULE: Final = f"subgraphs.{CITY}.members"


class Server(Protocol):
    """A process that answers for a place."""

    @property
    def pid(self) -> int: ...

    async def ended(self) -> int:
        """Wait for its end, and give its exit code, negative for a signal."""

    def why(self) -> str:
        """Its last words, or nothing."""


Servers = Mapping[Place, Server]


class City:
    """A city's process, of which the program that forked it tells."""

    def __init__(self) -> None:
        self.pid = 0
        self.end: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.words = ""

    async def ended(self) -> int:
        """Wait for its end, and give its exit code, negative for a signal."""
        return await asyncio.shield(self.end)

    def why(self) -> str:
        """What was last said of it, or nothing."""
        return self.words


class Cities:
    """The cities' program, and what it has told of them so far."""

    def __init__(self, places: Sequence[Place]) -> None:
        self.cities = {place.partition: City() for place in places}
        self._all_started = asyncio.Event()

    def read_output(self, line: str) -> None:
        """Take a line of its standard output: a city's start or end."""
        told = json.loads(line)
        city = self.cities[told["partition"]]
        city.pid = told["pid"]
        if "code" in told:
            city.end.set_result(told["code"])
        if all(one.pid for one in self.cities.values()):
            self._all_started.set()

    def read_message(self, line: str) -> None:
        """Take a line of its standard error, which is one city's or nobody's."""
        for partition, city in self.cities.items():
            if f"{CITY} {partition}" in line:
                city.words = line
        echo(line)

    async def start(self, places: Sequence[Place], registry: str) -> ChildProcess:
        """Start the program, and wait until every city has a process, or until the program has ended, and all of them with it."""
        members = [text for place in places for text in ("--member", place.partition, str(place.port), place.database)]
        arguments = (*members, "--core", places[0].core, *common_arguments(registry))
        program = await ChildProcess.start(
            CITIES_MODULE, *arguments, on_message=self.read_message, on_output=self.read_output
        )
        self._watching = asyncio.create_task(self._watch(program))
        started = asyncio.create_task(self._all_started.wait())
        await asyncio.wait({self._watching, started}, return_when=asyncio.FIRST_COMPLETED)
        started.cancel()
        return program

    async def _watch(self, program: ChildProcess) -> None:
        code = await program.ended()
        for city in self.cities.values():
            if not city.end.done():
                city.words = city.words or program.why()
                city.end.set_result(code)


@contextlib.asynccontextmanager
async def running(places: Sequence[Place], registry: str) -> AsyncIterator[Servers]:
    """The servers' processes, which are stopped at the end."""
    programs: list[ChildProcess] = []
    try:
        servers: dict[Place, Server] = {}
        for place in places:
            if not place.partition:
                arguments = place.arguments(registry)
                servers[place] = child = await ChildProcess.start(
                    f"subgraphs.{place.name}", *arguments, on_message=echo
                )
                programs.append(child)
        members = [place for place in places if place.partition]
        cities = Cities(members)
        programs.append(await cities.start(members, registry))
        yield servers | {place: cities.cities[place.partition] for place in members}
    finally:
        await asyncio.gather(*(program.stop() for program in programs))


def echo(line: str) -> None:
    """Pass on what a server says."""
    click.echo(line, err=True)
