"""Half load for a long time, while the supergraph is swapped, subgraphs are killed and started again, and subscriptions stay open.

``python -m benchmarks.soak --minutes 10`` ends with 1 where an answer is wrong, an error is not the injected one, a subscription stands still, or memory
or open files grow. Needs two cores; what it needs otherwise is in the project.
"""

import argparse
import asyncio
import contextlib
import json
import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from aiohttp import ClientSession, ClientTimeout, TCPConnector, web
from graphql import graphql_sync

from benchmarks.federation import cores
from benchmarks.federation.market import QUERIES, SUBGRAPHS, subgraph_sdl, undivided_schema
from benchmarks.federation.servers import free_port, megabytes, processes, running
from gateway.schema import Subgraph, compose

QUERY: Final = QUERIES["medium"]
STEADY, RESTARTED = SUBGRAPHS[:2], SUBGRAPHS[2:]
INJECTED: Final = {"SUBREQUEST_HTTP_ERROR", "SUBREQUEST_CIRCUIT_OPEN"}
TICKER: Final = "type Query { ticks: Int } type Subscription { tick: Int }"
TICK_SECONDS: Final = 0.5
GROWTH: Final = 1.15
"""How much more may be in use in the last quarter than in the second one."""
GRACE_SECONDS: Final = 15.0
"""How long after its start a subgraph may still be left alone by a breaker, or its old connections be found closed."""
STILL_SECONDS: Final = 20.0
"""How long a subscription may be without an event: swaps and restarts are shorter."""


@dataclass
class Soak:
    """What is seen meanwhile. ``up_again`` is when the restarted subgraphs came back, None while they are down."""

    end: float
    up_again: float | None = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    restarts: int = 0
    swaps: int = 0
    ticks: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    files: list[int] = field(default_factory=list)

    @property
    def goes_on(self) -> bool:
        return time.monotonic() < self.end

    def judge(self, began: float, status: int, body: bytes, expected: bytes) -> None:
        """Right, injected, or wrong."""
        if status == 200 and body == expected:
            self.outcomes["right"] += 1
            return
        with contextlib.suppress(ValueError, KeyError, TypeError):
            codes = {error["extensions"]["code"] for error in json.loads(body)["errors"]}
            if codes <= INJECTED and (self.up_again is None or began < self.up_again + GRACE_SECONDS):
                self.outcomes["injected"] += 1
                return
        self.outcomes["wrong"] += 1
        self.wrong.append(f"{status} {body[-300:]!r}")


async def ask(soak: Soak, client: ClientSession, url: str, expected: bytes, rate: float) -> None:
    """Ask again and again, so many times a second, or as fast as it goes for an infinite rate."""
    due = time.monotonic()
    while soak.goes_on:
        began = time.monotonic()
        async with client.post(url, json={"query": QUERY}) as response:
            soak.judge(began, response.status, await response.read(), expected)
        due = max(due + 1 / rate, time.monotonic() - 1)
        await asyncio.sleep(max(0.0, due - time.monotonic()))


async def listen(soak: Soak, client: ClientSession, url: str, number: int) -> None:
    """One subscription, which a new supergraph moves."""
    while soak.goes_on:
        headers = {"accept": "text/event-stream"}
        with contextlib.suppress(TimeoutError):
            async with client.post(url, json={"query": "subscription { tick }"}, headers=headers) as response:
                while soak.goes_on:
                    async with asyncio.timeout(STILL_SECONDS):
                        line = await response.content.readline()
                    if not line:
                        break
                    if b'"tick":' in line:
                        soak.ticks[number] = time.monotonic()


async def restart(soak: Soak, stack: AsyncExitStack, port: int, work: Path, every: float) -> None:
    """Kill two of the four subgraphs, and start them again, at the same address."""
    server = stack.enter_context(ExitStack())
    server.enter_context(upstream(port, work))
    while True:
        await asyncio.sleep(every)
        soak.up_again = None
        await asyncio.to_thread(server.close)
        await asyncio.sleep(every / 10)
        await asyncio.to_thread(server.enter_context, upstream(port, work))
        soak.up_again = time.monotonic()
        soak.restarts += 1


async def swap(soak: Soak, path: Path, versions: list[str], every: float) -> None:
    """Put another supergraph where the gateway looks for it."""
    while True:
        await asyncio.sleep(every)
        soak.swaps += 1
        fresh = path.with_suffix(".new")
        fresh.write_text(versions[soak.swaps % len(versions)])
        fresh.replace(path)


async def watch(soak: Soak, group: int, every: float) -> None:
    """Note what is in use, and how old each subscription's last event is."""
    began = time.monotonic()
    while True:
        await asyncio.sleep(every)
        soak.memory.append(await asyncio.to_thread(megabytes, group))
        soak.files.append(sum(open_files(process) for process in processes(group)))
        now = time.monotonic()
        still = [now - last for last in soak.ticks if last]
        if max(still, default=0.0) > 2 * STILL_SECONDS:
            soak.wrong.append(f"a subscription has stood still for {max(still):.0f} s")
        print(
            f"{now - began:5.0f} s: {soak.memory[-1]:.0f} MB, {soak.files[-1]} files, {dict(soak.outcomes)}, "
            f"{soak.swaps} swaps, {soak.restarts} restarts",
            flush=True,
        )


def open_files(process: Path) -> int:
    with contextlib.suppress(OSError):
        return len(list((process / "fd").iterdir()))
    return 0


async def tick(request: web.Request) -> web.StreamResponse:
    """The subgraph that ticks, by server-sent events."""
    response = web.StreamResponse(headers={"content-type": "text/event-stream"})
    await response.prepare(request)
    number = 0
    with contextlib.suppress(ConnectionError):
        while True:
            number += 1
            event = json.dumps({"data": {"tick": number}})
            await response.write(f"event: next\ndata: {event}\n\n".encode())
            await asyncio.sleep(TICK_SECONDS)
    return response


@contextmanager
def upstream(port: int, work: Path) -> Iterator[int]:
    command = [sys.executable, "-m", "benchmarks.federation.upstream", "--port", str(port)]
    with running(
        command, port=port, cores=cores.LOAD, log=work / "upstream.log", environment={"PYTHONPATH": os.getcwd()}
    ) as group:
        yield group


@contextlib.asynccontextmanager
async def ticking() -> AsyncIterator[str]:
    application = web.Application()
    application.router.add_post("/", tick)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        await runner.cleanup()


def supergraphs(urls: dict[str, str]) -> list[str]:
    """Two that answer alike, and differ."""
    sdls = {name: subgraph_sdl(name) for name in SUBGRAPHS} | {"ticker": TICKER}
    versions = []
    for more in ("", " more: Int"):
        ticker = TICKER.replace("ticks: Int", f"ticks: Int{more}")
        composed = compose(
            [Subgraph(name, urls[name], ticker if name == "ticker" else sdl) for name, sdl in sdls.items()]
        )
        assert composed.supergraph_sdl is not None, composed.errors
        versions.append(composed.supergraph_sdl)
    return versions


def settings(path: Path, port: int) -> dict[str, Any]:
    return {
        "supergraph": {"file": str(path)},
        "listen": {"port": port},
        "workers": {"count": 1},
        "log": {"level": "error"},
        "subscriptions": {"on_new_schema": "resubscribe", "reconnects": 100},
        "traffic": {"subgraphs": {"ticker": {"subscriptions": {"protocol": "sse"}}}},
    }


async def run(options: argparse.Namespace) -> int:
    work = options.work.resolve()
    work.mkdir(exist_ok=True)
    expected = (
        b'{"data":%b}'
        % json.dumps(
            graphql_sync(undivided_schema(""), QUERY).formatted["data"], separators=(",", ":"), ensure_ascii=False
        ).encode()
    )
    async with AsyncExitStack() as stack:
        steady, restarted, port = free_port(), free_port(), free_port()
        urls = {name: f"http://127.0.0.1:{steady}/{name}" for name in STEADY}
        urls |= {name: f"http://127.0.0.1:{restarted}/{name}" for name in RESTARTED}
        urls["ticker"] = await stack.enter_async_context(ticking())
        stack.enter_context(upstream(steady, work))
        versions = supergraphs(urls)
        path, config = work / "soak.graphql", work / "soak.yaml"
        path.write_text(versions[0])
        config.write_text(json.dumps(settings(path, port)))
        command = [sys.executable, "-m", "gateway", "serve", "--config", str(config)]
        environment = {"PYTHONPATH": os.getcwd()}
        log = work / "soak.log"
        group = stack.enter_context(running(command, port=port, cores=cores.GATEWAY, log=log, environment=environment))
        client = await stack.enter_async_context(
            ClientSession(connector=TCPConnector(limit=0), timeout=ClientTimeout(total=None))
        )
        url = f"http://127.0.0.1:{port}/graphql"
        soak = Soak(time.monotonic() + options.minutes * 60, ticks=[0.0] * options.subscriptions)
        beside = [asyncio.create_task(restart(soak, stack, restarted, work, options.restart))]
        await asyncio.sleep(3)
        rate = await half_of_most(client, url, expected) / options.connections
        print(f"{rate * options.connections:.0f} requests a second on {options.connections} connections", flush=True)
        beside += [
            asyncio.create_task(swap(soak, path, versions, options.swap)),
            asyncio.create_task(watch(soak, group, options.look)),
        ]
        try:
            async with asyncio.TaskGroup() as asking:
                for _ in range(options.connections):
                    asking.create_task(ask(soak, client, url, expected, rate))
                for number in range(options.subscriptions):
                    asking.create_task(listen(soak, client, url, number))
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
    return judge(soak)


async def half_of_most(client: ClientSession, url: str, expected: bytes) -> float:
    """Half of the requests a second that are answered when clients ask as fast as they can."""
    trial = Soak(time.monotonic() + 5, up_again=None)
    await asyncio.gather(*(ask(trial, client, url, expected, float("inf")) for _ in range(20)))
    assert not trial.wrong, trial.wrong[:3]
    return trial.outcomes.total() / 5 / 2


def judge(soak: Soak) -> int:
    """Say how it went; 0 if well."""
    failures = list(soak.wrong[:10])
    for name, values in (("memory", soak.memory), ("open files", list(map(float, soak.files)))):
        quarter = max(1, len(values) // 4)
        before, after = statistics.median(values[quarter : 2 * quarter] or values), statistics.median(values[-quarter:])
        print(f"{name}: {before:.0f} in the second quarter, {after:.0f} in the last (×{after / before:.2f})")
        if after > before * GROWTH:
            failures.append(f"{name} has grown")
    failures += [f"subscription {number} had no event" for number, last in enumerate(soak.ticks) if not last]
    print(f"{dict(soak.outcomes)}, {soak.swaps} swaps, {soak.restarts} restarts")
    print("\n".join(failures) or "nothing else was wrong")
    return bool(failures)


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    arguments.add_argument("--minutes", type=float, default=10.0)
    arguments.add_argument("--connections", type=int, default=20)
    arguments.add_argument("--subscriptions", type=int, default=50)
    arguments.add_argument("--restart", type=float, default=40.0, help="seconds between restarts of two subgraphs")
    arguments.add_argument("--swap", type=float, default=10.0, help="seconds between supergraphs")
    arguments.add_argument("--look", type=float, default=10.0, help="seconds between looks at memory and files")
    arguments.add_argument("--work", type=Path, default=Path(".bench"))
    sys.exit(asyncio.run(run(arguments.parse_args())))


if __name__ == "__main__":
    main()
