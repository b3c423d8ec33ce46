"""Measure gateways side by side, in turn, one core each: ``python -m benchmarks.federation``.

Each round starts every gateway afresh, checks its answers against the undivided server, warms it, loads it with wrk and checks
its answers again; the medians over the rounds are printed. Needs npm for the peers and wrk from the distribution.
"""

import argparse
import json
import os
import shutil
import statistics
import sys
import urllib.error
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from graphql import graphql_sync

from benchmarks.federation.gateways import GATEWAYS, Gateway, Setting
from benchmarks.federation.load import Speed, ask, measure
from benchmarks.federation.market import QUERIES, SUBGRAPHS, subgraph_sdl, undivided_schema
from benchmarks.federation.servers import free_port, resident_megabytes, running
from gateway.schema import Subgraph, compose

GATEWAY_CORE, LOAD_CORE, UPSTREAM_CORES = 0, 1, (2, 3)
PATHS = {"grafbase (Rust)": "/graphql", "@apollo/gateway (JavaScript)": "/"}
Key = tuple[str, str]


def expected_answers() -> dict[str, Any]:
    schema = undivided_schema()
    return {name: graphql_sync(schema, query).formatted["data"] for name, query in QUERIES.items()}


def write_supergraph(folder: Path, urls: dict[str, str]) -> Path:
    result = compose([Subgraph(name, urls[name], subgraph_sdl(name)) for name in SUBGRAPHS])
    assert result.supergraph_sdl is not None, result.errors
    path = folder / "supergraph.graphql"
    path.write_text(result.supergraph_sdl)
    return path


def check(gateway: Gateway, url: str, query: str, expected: dict[str, Any]) -> None:
    answer = ask(url, QUERIES[query])
    if answer.get("data") != expected[query]:
        raise RuntimeError(f"{gateway.name} answers {query} wrongly: {json.dumps(answer)[-500:]}")


def run_gateway(gateway: Gateway, setting: Setting, options: argparse.Namespace) -> Iterator[tuple[str, Speed, float]]:
    """Start one gateway, and measure each query on it: the query's name, its speed, the memory in MB afterwards."""
    expected = expected_answers()
    command, environment = gateway.command(setting)
    folder = setting.folder if gateway.peer else None
    url = f"http://127.0.0.1:{setting.port}{PATHS.get(gateway.name, '/graphql')}"
    log = options.work / f"{gateway.name.split()[0].replace('/', '-')}.log"
    started = running(command, port=setting.port, core=GATEWAY_CORE, log=log, folder=folder, environment=environment)
    with started as group:
        for query in options.queries:
            check(gateway, url, query, expected)
            load = {"connections": options.connections, "core": LOAD_CORE, "folder": options.work}
            measure(url, QUERIES[query], seconds=max(1, options.seconds // 3), **load)
            speed = measure(url, QUERIES[query], seconds=options.seconds, **load)
            check(gateway, url, query, expected)
            yield query, speed, resident_megabytes(group)


def run(options: argparse.Namespace) -> None:
    speeds: dict[Key, list[Speed]] = defaultdict(list)
    memory: dict[str, float] = defaultdict(float)
    chosen = [each for each in GATEWAYS if options.sharing in each.sharings and options.only in each.name]
    with ExitStack() as stack:
        urls = start_upstream(stack, options)
        supergraph = write_supergraph(options.work, urls)
        for round_number in range(1, options.rounds + 1):
            for gateway in chosen:
                print(f"round {round_number} of {options.rounds}: {gateway.name}", file=sys.stderr)
                setting = Setting(gateway.install(options.work), free_port(), supergraph, urls, options.sharing)
                try:
                    for query, speed, megabytes in run_gateway(gateway, setting, options):
                        speeds[gateway.name, query].append(speed)
                        memory[gateway.name] = max(memory[gateway.name], megabytes)
                except (RuntimeError, urllib.error.URLError) as error:
                    print(f"left out: {error}", file=sys.stderr)
    print_table([each.name for each in chosen], speeds, memory, options)


def start_upstream(stack: ExitStack, options: argparse.Namespace) -> dict[str, str]:
    """Two upstream processes for the four subgraphs; gives the URL of each subgraph."""
    urls: dict[str, str] = {}
    for core, names in zip(UPSTREAM_CORES, (SUBGRAPHS[:2], SUBGRAPHS[2:]), strict=True):
        port = free_port()
        command = [sys.executable, "-m", "benchmarks.federation.upstream", "--port", str(port)]
        command += ["--latency", str(options.latency)]
        log = options.work / f"upstream-{core}.log"
        stack.enter_context(running(command, port=port, core=core, log=log, environment={"PYTHONPATH": os.getcwd()}))
        urls |= {name: f"http://127.0.0.1:{port}/{name}" for name in names}
    return urls


def print_table(
    names: list[str], speeds: dict[Key, list[Speed]], memory: dict[str, float], options: argparse.Namespace
) -> None:
    print(f"\nrequests per second (p50, p99 in ms), medians of {options.rounds} rounds of {options.seconds} s,")
    print(f"{options.connections} connections, sharing: {options.sharing}, upstream latency {options.latency:g} ms\n")
    print("| gateway | " + " | ".join(options.queries) + " | memory |")
    print("| --- |" + " ---: |" * (len(options.queries) + 1))
    for name in names:
        cells = [cell(speeds[name, query], speeds[names[0], query]) for query in options.queries]
        print(f"| {name} | " + " | ".join(cells) + f" | {memory[name]:.0f} MB |")


def cell(runs: list[Speed], ours: list[Speed]) -> str:
    """A median, and how many times as many requests the first gateway of the table answers."""
    if not runs:
        return "–"
    per_second = statistics.median(run.per_second for run in runs)
    first = statistics.median(run.per_second for run in ours) if ours else 0.0
    failures = sum(run.failures for run in runs)
    p50, p99 = (statistics.median(values) for values in zip(*((run.p50, run.p99) for run in runs), strict=True))
    noted = f", {failures} failed" if failures else ""
    return f"{per_second:,.0f} ({p50:.1f}, {p99:.1f}{noted}; ×{first / per_second:.2f})"


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m benchmarks.federation", description=__doc__)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--seconds", type=int, default=6)
    arguments.add_argument("--connections", type=int, default=50)
    arguments.add_argument("--latency", type=float, default=0.0, help="milliseconds that each subgraph takes")
    arguments.add_argument("--sharing", choices=("none", "upstream"), default="none")
    arguments.add_argument("--queries", nargs="+", choices=list(QUERIES), default=list(QUERIES))
    arguments.add_argument("--only", default="", help="only gateways whose name contains this")
    arguments.add_argument("--work", type=Path, default=Path(".bench"), help="where peers are installed and logs go")
    options = arguments.parse_args()
    options.work = options.work.resolve()
    options.work.mkdir(exist_ok=True)
    for tool in ("wrk", "npm", "taskset"):
        if not shutil.which(tool):
            arguments.error(f"{tool} is not installed; on Debian: apt-get install wrk npm util-linux")
    run(options)


if __name__ == "__main__":
    main()
