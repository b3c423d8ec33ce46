"""One gateway under load: started afresh, its answers checked, warmed, measured, checked again."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from graphql import graphql_sync

from benchmarks.federation import cores
from benchmarks.federation.gateways import Gateway, Setting
from benchmarks.federation.load import Speed, ask, measure
from benchmarks.federation.market import QUERIES, SUBGRAPHS, subgraph_sdl, undivided_schema
from benchmarks.federation.servers import core_seconds, free_port, running
from gateway.schema import Subgraph, compose

PATHS: Final = {"@apollo/gateway (JavaScript)": "/"}


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how hard, and where things are kept."""

    work: Path
    rounds: int = 3
    seconds: int = 6
    connections: int = 50


@dataclass(frozen=True, slots=True)
class Market:
    """The subgraphs at work, the supergraph over them, and what the right answers are."""

    urls: dict[str, str]
    supergraph: Path
    expected: dict[str, Any]


@contextmanager
def open_market(
    work: Path, *, latency: float = 0.0, fault: str = "", max_age: int = 0, on: tuple[str, str] = cores.UPSTREAM
) -> Iterator[Market]:
    """Two upstream processes for the four subgraphs."""
    urls: dict[str, str] = {}
    with ExitStack() as stack:
        for number, names in enumerate((SUBGRAPHS[:2], SUBGRAPHS[2:])):
            port = free_port()
            command = [sys.executable, "-m", "benchmarks.federation.upstream", "--port", str(port)]
            command += ["--latency", str(latency), "--fault", fault, "--max-age", str(max_age)]
            log, environment = work / f"upstream-{number}.log", {"PYTHONPATH": os.getcwd()}
            stack.enter_context(running(command, port=port, cores=on[number], log=log, environment=environment))
            urls |= {name: f"http://127.0.0.1:{port}/{name}" for name in names}
        schema = undivided_schema(fault)
        expected = {name: graphql_sync(schema, query).formatted["data"] for name, query in QUERIES.items()}
        yield Market(urls, write_supergraph(work, urls), expected)


def write_supergraph(work: Path, urls: dict[str, str]) -> Path:
    result = compose([Subgraph(name, urls[name], subgraph_sdl(name)) for name in SUBGRAPHS])
    assert result.supergraph_sdl is not None, result.errors
    path = work / "supergraph.graphql"
    path.write_text(result.supergraph_sdl)
    return path


@dataclass(frozen=True, slots=True)
class Measured:
    """What wrk saw, and how many requests the gateway answers in a second of one core's time, which other programs do not disturb."""

    speed: Speed
    per_core_second: float


@dataclass(frozen=True, slots=True)
class Running:
    """A gateway that answers."""

    gateway: Gateway
    url: str
    group: int
    market: Market

    def check(self, query: str) -> None:
        """Raises RuntimeError for a wrong answer."""
        answer = ask(self.url, QUERIES[query])
        if answer.get("data") != self.market.expected[query]:
            raise RuntimeError(f"{self.gateway.name} answers {query} wrongly: {json.dumps(answer)[-500:]}")

    def measure(self, query: str, plan: Plan, *, core: str = cores.LOAD) -> Measured:
        """Warm it, and measure it between two checks."""
        self.check(query)
        self.load(query, plan, core, plan.seconds)  # compilers of JavaScript need their time
        before = core_seconds(self.group)
        speed = self.load(query, plan, core, plan.seconds)
        taken = core_seconds(self.group) - before
        self.check(query)
        return Measured(speed, speed.requests / max(taken, 0.01))

    def load(self, query: str, plan: Plan, core: str, seconds: int) -> Speed:
        """Load it for so many seconds."""
        return measure(
            self.url, QUERIES[query], seconds=seconds, connections=plan.connections, core=core, folder=plan.work
        )


@contextmanager
def start(
    gateway: Gateway,
    market: Market,
    work: Path,
    *,
    sharing: str = "none",
    workers: int = 1,
    on: str = cores.GATEWAY,
    more: dict[str, Any] | None = None,
) -> Iterator[Running]:
    """A gateway afresh, until the block ends."""
    folder = gateway.install(work)
    port = free_port()
    setting = Setting(folder, port, market.supergraph, market.urls, sharing, workers, more or {})
    command, environment = gateway.command(setting)
    log = work / f"{gateway.name.split()[0].replace('/', '-')}.log"
    where = folder if gateway.peer else None
    with running(command, port=port, cores=on, log=log, folder=where, environment=environment) as group:
        yield Running(gateway, f"http://127.0.0.1:{port}{PATHS.get(gateway.name, '/graphql')}", group, market)
