"""What the cache is worth, and what it costs: ``python -m benchmarks.caching``.

The big query of ``benchmarks.federation`` against our gateway with nothing kept, with the entities and root fields of half of the subgraphs, with those
of all, and with whole answers, in memory and on Redis; beside it grafbase with and without its entity cache. Then, without HTTP, what one
entity costs that is found, in batches of several sizes. Needs wrk, npm for the peer, and redis-server for the rows on Redis.
"""

import argparse
import asyncio
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import msgspec

from benchmarks.federation import cores
from benchmarks.federation.contest import Measured, Plan, open_market, start, write_supergraph
from benchmarks.federation.gateways import GATEWAYS, Gateway, Setting, grafbase
from benchmarks.federation.market import SUBGRAPHS
from benchmarks.federation.servers import free_port, running
from gateway.resolvers.cache import MemoryStore, Store
from gateway.resolvers.cache.policy import Policy
from gateway.resolvers.cache.redis_store import RedisOptions, RedisStore
from gateway.resolvers.subgraph_client import HttpAnswer, SubgraphRequest, SubgraphResponse, read_answer
from gateway.resolvers.subgraph_client.caching import CachingClient, CachingOptions, SubgraphRules
from gateway.resolvers.subgraph_client.protocol import Events
from gateway.schema.supergraph import read_supergraph
from gateway.types import OperationKind

HALF: Final = ("accounts", "products")
BATCHES: Final = (1, 10, 100, 1_000)


@dataclass(frozen=True, slots=True)
class Contestant:
    """One row: a gateway, and the ``cache`` section of its settings."""

    name: str
    gateway: Gateway
    cache: Mapping[str, Any] = field(default_factory=dict)


def kept(subgraphs: tuple[str, ...], *, whole: bool, redis: str = "") -> dict[str, Any]:
    """Settings by which everything of these subgraphs may be kept for an hour."""
    return {
        "enabled": True,
        "whole_answers": whole,
        "subgraphs": {name: {"max_age": "1h"} for name in subgraphs},
        "redis": {"url": redis} if redis else None,
    }


def contestants(redis: str) -> tuple[Contestant, ...]:
    ours = next(each for each in GATEWAYS if each.peer is None)
    theirs = next(each for each in GATEWAYS if each.peer == "grafbase")
    rows = [
        Contestant("tongfen, nothing kept", ours),
        Contestant("tongfen, half of the subgraphs kept", ours, kept(HALF, whole=False)),
        Contestant("tongfen, all entities and root fields kept", ours, kept(SUBGRAPHS, whole=False)),
        Contestant("tongfen, whole answers kept", ours, kept(SUBGRAPHS, whole=True)),
    ]
    if redis:
        rows += [
            Contestant(
                "tongfen, all entities and root fields on Redis", ours, kept(SUBGRAPHS, whole=False, redis=redis)
            ),
            Contestant("tongfen, whole answers on Redis", ours, kept(SUBGRAPHS, whole=True, redis=redis)),
        ]
    if shutil.which("npm"):
        rows += [
            Contestant("grafbase, nothing kept", theirs),
            Contestant("grafbase, entity cache", replace(theirs, command=grafbase_with_cache)),
        ]
    return tuple(rows)


def grafbase_with_cache(setting: Setting) -> tuple[list[str], dict[str, str]]:
    command, environment = grafbase(setting)
    path = setting.folder / "grafbase.toml"
    path.write_text(f'[entity_caching]\nenabled = true\nttl = "1h"\n\n{path.read_text()}')
    return command, environment


def run_http(options: argparse.Namespace, plan: Plan, redis: str) -> None:
    """Measure every contestant in turn, round after round."""
    found: dict[str, list[Measured]] = {}
    rows = contestants(redis)
    with open_market(plan.work, latency=options.latency) as market:
        for number in range(plan.rounds):
            for row in rows:
                print(f"round {number + 1} of {plan.rounds}: {row.name}", file=sys.stderr)
                try:
                    with start(
                        row.gateway, market, plan.work, more={"cache": row.cache} if row.cache else {}
                    ) as running:
                        found.setdefault(row.name, []).append(running.measure("big", plan))
                except RuntimeError as error:
                    print(f"left out: {error}", file=sys.stderr)
    print(f"\nbig query, medians of {plan.rounds} rounds of {plan.seconds} s, {plan.connections} connections,")
    print(f"upstream latency {options.latency:g} ms\n\n| what | requests/s | of a core's own time | p50 ms | p99 ms |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for row in rows:
        if runs := found.get(row.name):
            speeds = [statistics.median(getattr(m.speed, name) for m in runs) for name in ("per_second", "p50", "p99")]
            own = statistics.median(m.per_core_second for m in runs)
            print(f"| {row.name} | {speeds[0]:,.0f} | {own:,.0f} | {speeds[1]:.1f} | {speeds[2]:.1f} |")


def start_redis(stack: ExitStack, work: Path) -> str:
    program = shutil.which("redis-server")
    if program is None:
        return ""
    port = free_port()
    command = [program, "--port", str(port), "--save", "", "--dir", str(work)]
    stack.enter_context(running(command, port=port, cores=cores.LOAD, log=work / "redis.log", environment={}))
    return f"redis://127.0.0.1:{port}/0"


class Echo:
    """A subgraph that answers every representation with the same few fields."""

    async def post(self, request: SubgraphRequest) -> HttpAnswer:
        entities = [{"name": "a name", "price": 1, "weight": 2} for _ in request.variables["r"]]
        body = msgspec.json.encode({"data": {"_entities": entities}})
        return HttpAnswer(200, {"content-type": "application/json"}, body)

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        return read_answer(request.subgraph, await self.post(request))

    def subscribe(self, request: SubgraphRequest) -> Events:
        raise NotImplementedError

    async def close(self) -> None:
        """Nothing to close."""


async def run_hits(work: Path, redis: str) -> None:
    """What an entity costs that is found, and one of a batch of which every second is."""
    supergraph = read_supergraph((work / "supergraph.graphql").read_text())
    print(
        "\nmicroseconds per entity, in one process, without HTTP\n\n| store | entities in the batch | all found | half found | asked each time |"
    )
    print("| --- | ---: | ---: | ---: | ---: |")
    stores: list[tuple[str, Store]] = [("memory", MemoryStore(limit=10**9, clock=time.time))]
    if redis:
        stores.append(("Redis", RedisStore(RedisOptions(redis, timeout=1.0), clock=time.time)))
    rules = CachingOptions(others=SubgraphRules(default=Policy(max_age=3_600)))
    for name, store in stores:
        client = CachingClient(Echo(), store, supergraph, rules, clock=time.time)
        for size in BATCHES:
            keys = [str(number) for number in range(size)]
            cells = [await time_batches(client, keys, each) for each in ("all", "half")]
            cells.append(await time_batches(Echo(), keys, "all"))
            print(f"| {name} | {size:,} | " + " | ".join(f"{cell / size * 1e6:.2f}" for cell in cells) + " |")
        await client.close()
        await store.close()


async def time_batches(client: Any, keys: list[str], found: str) -> float:
    """Seconds for one batch: the median of many."""
    query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Product { name price weight } } }"
    times = []
    for number in range(max(20, 2_000 // len(keys))):
        fresh = range(0, len(keys), 2) if found == "half" else ()
        upcs = [f"{number}-{key}" if place in fresh else key for place, key in enumerate(keys)]
        representations = [{"__typename": "Product", "upc": upc} for upc in upcs]
        request = SubgraphRequest("products", OperationKind.QUERY, query, {"r": representations})
        started = time.perf_counter()
        await client.post(request)
        times.append(time.perf_counter() - started)
    return statistics.median(times[2:])


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--seconds", type=int, default=6)
    arguments.add_argument("--connections", type=int, default=50)
    arguments.add_argument("--latency", type=float, default=0.0, help="milliseconds before each answer of a subgraph")
    arguments.add_argument("--work", type=Path, default=Path(".bench"))
    arguments.add_argument("--only-hits", action="store_true", help="measure only the cost of entities that are found")
    options = arguments.parse_args()
    work = options.work.absolute()
    work.mkdir(exist_ok=True)
    plan = Plan(work, options.rounds, options.seconds, options.connections)
    with ExitStack() as stack:
        redis = start_redis(stack, work)
        if not options.only_hits:
            run_http(options, plan, redis)
        write_supergraph(work, {name: f"http://{name}.invalid/graphql" for name in SUBGRAPHS})
        asyncio.run(run_hits(work, redis))


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"a program failed: {error}")
