"""What only our own gateway is asked: against the floor of Python, with two workers, at half load, from its start, with many operations."""

import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from benchmarks.federation import cores
from benchmarks.federation.contest import Plan, open_market, start
from benchmarks.federation.gateways import GATEWAYS
from benchmarks.federation.load import ask, ask_bytes, measure
from benchmarks.federation.market import QUERIES
from benchmarks.federation.servers import core_seconds, free_port, megabytes, processor_seconds, running
from gateway.schema import Subgraph, compose

OURS: Final = GATEWAYS[0]
SENDING_MS: Final = 0.06
"""What a bare application takes for one request whose answer is as large as that of the big query."""
DEMO: Final = ("core", "city", "agriculture", "carbon", "healthcare")


def compare(plan: Plan, title: str, first: Callable[[], float], second: Callable[[], float]) -> None:
    """Run two in turn, and print the ratio of their medians."""
    pairs = [(first(), second()) for _ in range(plan.rounds)]
    a, b = (statistics.median(values) for values in zip(*pairs, strict=True))
    print(f"- {title}: {a:,.0f} against {b:,.0f} requests, ×{a / b:.2f}", flush=True)


def bare(plan: Plan) -> None:
    """The big answer from the response cache, against a bare uvicorn application that sends the same bytes."""
    body = plan.work / "big.json"
    with open_market(plan.work, max_age=3600) as market:

        def cached() -> float:
            more = {"cache": {"enabled": True}}
            with start(OURS, market, plan.work, more=more) as gateway:
                body.write_bytes(ask_bytes(gateway.url, json.dumps({"query": QUERIES["big"]}).encode()))
                return gateway.measure("big", plan).per_core_second

        def floor() -> float:
            with bare_app(plan, body) as (url, group):
                before = core_seconds(group)
                speed = measure(
                    url,
                    QUERIES["big"],
                    seconds=plan.seconds,
                    connections=plan.connections,
                    core=cores.LOAD,
                    folder=plan.work,
                )
                return speed.requests / (core_seconds(group) - before)

        compare(plan, "big from the response cache, against a bare uvicorn app, in a second of one core", cached, floor)


def workers(plan: Plan) -> None:
    """Two workers on two cores against one on one; the load and the subgraphs have a core each."""
    if len(cores.CORES) < 4:
        print("- big, two workers against one: needs four cores")
        return
    with open_market(plan.work, on=(cores.core(3), cores.core(3))) as market:

        def with_workers(count: int) -> float:
            on = ",".join(map(cores.core, range(count)))
            with start(OURS, market, plan.work, workers=count, on=on) as gateway:
                return gateway.measure("big", plan, core=cores.core(2)).speed.per_second

        compare(plan, "big, two workers against one", lambda: with_workers(2), lambda: with_workers(1))


@contextlib.contextmanager
def bare_app(plan: Plan, body: Path, *, busy_ms: float = 0.0) -> Iterator[tuple[str, int]]:
    """A bare application that sends a file; its address and process group."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.federation.bare", "--port", str(port), "--body", str(body)]
    command += ["--busy", str(busy_ms)]
    log, environment = plan.work / "bare.log", {"PYTHONPATH": os.getcwd()}
    with running(command, port=port, cores=cores.GATEWAY, log=log, environment=environment) as group:
        yield f"http://127.0.0.1:{port}/", group


def half_load(plan: Plan) -> None:
    """Latencies of the big query at half of what the gateway can do, beside those of a bare application that computes as long in vain.

    Each slot tells how much of the processors' time the host took away meanwhile: the quietest come first.
    """
    body = plan.work / "big.json"
    found: dict[str, list[tuple[float, float, float]]] = {"gateway": [], "bare": []}
    with open_market(plan.work) as market, start(OURS, market, plan.work) as gateway:
        body.write_bytes(ask_bytes(gateway.url, json.dumps({"query": QUERIES["big"]}).encode()))
        most = gateway.measure("big", plan).speed.per_second
        with bare_app(plan, body, busy_ms=1000 / most - SENDING_MS) as (url, _):
            for _ in range(plan.rounds):
                found["gateway"].append(latencies(plan, gateway.url, most / 2))
                found["bare"].append(latencies(plan, url, most / 2))
    print(f"- big at half load ({most / 2:,.0f} requests/s):")
    for name, title in (("gateway", "the gateway"), ("bare", "a bare application that computes as long in vain")):
        each = [
            f"p50 {p50:.2f} ms, p99 {p99:.2f} ms, ×{p99 / p50:.1f} ({stolen:.1%} stolen)"
            for stolen, p50, p99 in sorted(found[name])
        ]
        print(f"  - {title}: {'; '.join(each)}")


def latencies(plan: Plan, url: str, rate: float) -> tuple[float, float, float]:
    """What share of the processors' time was stolen, and p50 and p99 of the big query at a constant rate, in milliseconds."""
    command = ["taskset", "-c", cores.LOAD, sys.executable, "-m", "benchmarks.federation.steady", url]
    command += ["--rate", str(rate), "--seconds", str(plan.seconds), "--connections", str(plan.connections)]
    query = json.dumps({"query": QUERIES["big"]}).encode()
    before, stolen_before = processor_seconds()
    printed = subprocess.run(command, input=query, check=True, capture_output=True).stdout
    after, stolen_after = processor_seconds()
    _, p50, p99 = map(float, printed.split())
    return (stolen_after - stolen_before) / (after - before), p50, p99


def first_answer(plan: Plan) -> None:
    """From the start of the process to its first answer, on the supergraph of the demo."""
    root = Path(__file__).parents[2] / "subgraphs"
    subgraphs = [Subgraph(name, "http://127.0.0.1:1", (root / name / "schema.graphql").read_text()) for name in DEMO]
    path = plan.work / "demo.graphql"
    path.write_text(compose(subgraphs).supergraph_sdl or "")
    times = []
    for _ in range(max(5, plan.rounds)):
        port = free_port()
        command = [sys.executable, "-m", "gateway", "serve", "--supergraph", str(path), "--port", str(port)]
        began = time.perf_counter()
        with running(
            command,
            port=port,
            cores=cores.ALL,
            log=plan.work / "start.log",
            environment={"PYTHONPATH": os.getcwd(), "PYTHONDONTWRITEBYTECODE": ""},
        ):
            ask(f"http://127.0.0.1:{port}/graphql", "{ __typename }")
            times.append(time.perf_counter() - began)
    print(
        f"- start to first answer, supergraph of the demo, a worker for each core: {statistics.median(times):.2f} s, best {min(times):.2f} s"
    )


def operations(plan: Plan) -> None:
    """What a thousand more operations cost that are kept ready, each compiled."""
    query = QUERIES["medium"]
    with open_market(plan.work) as market, start(OURS, market, plan.work) as gateway:
        for number in range(100):
            ask_twice(gateway.url, query, number)
        before = megabytes(gateway.group)
        for number in range(100, 1_000):
            ask_twice(gateway.url, query, number)
        after = megabytes(gateway.group)
    print(
        f"- memory of a thousand more operations like medium, kept ready and compiled: {(after - before) / 0.9:.1f} MB"
    )


def ask_twice(url: str, query: str, number: int) -> None:
    text = f"query Medium{number} {query[query.index('{') :]}"
    for _ in range(2):
        assert "errors" not in ask(url, text)


PARTS: Final[dict[str, Callable[[Plan], None]]] = {
    "cache": bare,
    "workers": workers,
    "half-load": half_load,
    "start": first_answer,
    "operations": operations,
}
