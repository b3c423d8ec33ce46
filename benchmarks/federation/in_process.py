"""What a request costs the interpreter: a gateway between clients and subgraphs that are all in this process, without a socket.

``python -m benchmarks.federation.in_process --queries small big`` prints microseconds of processor time per request: the best and the
median of many short batches. The best hardly depends on what else the machine does, so two checkouts can be compared on a busy one:
``PYTHONPATH=../other python benchmarks/federation/in_process.py``. The kernel's part is not in it. ``--profile FILE`` writes a profile of
cProfile.
"""

import argparse
import asyncio
import cProfile
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

import uvloop
from uvicorn.lifespan.on import LifespanOn
from uvicorn.server import ServerState

from benchmarks.federation.contest import write_supergraph
from benchmarks.federation.market import FAULTS, QUERIES, SUBGRAPHS, subgraph_schema
from benchmarks.federation.upstream import SCHEMAS, Connection, answer
from gateway.app import make_app, make_loader
from gateway.cli.workers import server_config
from gateway.settings import make_settings

HEAD: Final = (
    b"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1:4000\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
)


class Pipe(asyncio.Transport):
    """A connection to nowhere: what is written to it goes to a function."""

    def __init__(self, on_write: Callable[[bytes], None]) -> None:
        super().__init__({"peername": ("127.0.0.1", 1), "sockname": ("127.0.0.1", 2)})
        self._on_write = on_write

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._on_write(bytes(data))

    def is_closing(self) -> bool:
        return False

    def close(self) -> None: ...

    def abort(self) -> None: ...

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


class Loop(uvloop.Loop):
    """An event loop whose connections lead to the benchmark's subgraphs, which answer in its next turn."""

    async def create_connection(self, factory: Any, *_: Any, **__: Any) -> Any:  # type: ignore[override]
        protocol = factory()

        def respond(message: bytes) -> None:
            head, _, body = message.partition(b"\r\n\r\n")
            self.call_soon(protocol.data_received, answer(head.split(b" ", 2)[1], body))

        transport = Pipe(respond)
        protocol.connection_made(transport)
        return transport, protocol


class Clients:
    """Clients that ask again as soon as they are answered, until ``left`` is 0."""

    def __init__(self, config: Any, state: ServerState, request: bytes, connections: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._request = request
        self._protocols = [config.http_protocol_class(config, state, {}) for _ in range(connections)]
        self.answer = b""
        for protocol in self._protocols:
            protocol.connection_made(Pipe(partial(self._hear, protocol)))
        self._heard: dict[Any, bytes] = dict.fromkeys(self._protocols, b"")
        self._left = self._open = 0

    async def ask(self, count: int) -> None:
        """So many requests in all."""
        self._done: asyncio.Future[None] = self._loop.create_future()
        self._open, self._left = count, count - len(self._protocols)
        for protocol in self._protocols:
            self._loop.call_soon(protocol.data_received, self._request)
        await self._done

    def _hear(self, protocol: Any, data: bytes) -> None:
        heard = self._heard[protocol] + data if self._heard[protocol] else data
        head, found, body = heard.partition(b"\r\n\r\n")
        if not found or len(body) < int(head.lower().partition(b"content-length: ")[2].split(b"\r\n", 1)[0]):
            self._heard[protocol] = heard
            return
        self._heard[protocol] = b""
        self.answer = body
        self._open -= 1
        if self._left > 0:
            self._left -= 1
            self._loop.call_soon(protocol.data_received, self._request)
        elif not self._open:
            self._done.set_result(None)


async def measure(query: str, settings: Any, options: argparse.Namespace) -> None:
    config = server_config(make_app(settings, make_loader(settings)), settings.limits)
    config.load()
    lifespan = LifespanOn(config)
    await lifespan.startup()
    body = json.dumps({"query": QUERIES[query]}).encode()
    clients = Clients(config, ServerState(), HEAD % (len(body), body), options.connections)
    for _ in range(4):
        await clients.ask(options.batch)
    assert clients.answer.startswith(b'{"data":') or options.fault, clients.answer[:500]
    took = []
    with cProfile.Profile() if options.profile else nullcontext() as profile:
        for _ in range(options.batches):
            began = time.process_time()
            await clients.ask(options.batch)
            took.append((time.process_time() - began) / options.batch * 1e6)
    if profile is not None:
        profile.dump_stats(options.profile)
    print(
        f"{query:7} {min(took):8.1f} µs at best, median {statistics.median(took):8.1f}, {len(clients.answer)} bytes",
        flush=True,
    )
    await lifespan.shutdown()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--queries", nargs="+", choices=list(QUERIES), default=list(QUERIES))
    arguments.add_argument("--batch", type=int, default=250)
    arguments.add_argument("--batches", type=int, default=60)
    arguments.add_argument("--connections", type=int, default=50)
    arguments.add_argument("--sharing", choices=("none", "upstream", "whole"), default="none")
    arguments.add_argument("--fault", choices=list(FAULTS), default="")
    arguments.add_argument("--max-age", type=int, default=0)
    arguments.add_argument("--more", type=json.loads, default={}, help="further settings, as JSON")
    arguments.add_argument("--profile", type=Path)
    options = arguments.parse_args()
    SCHEMAS.update({f"/{name}".encode(): subgraph_schema(name, options.fault) for name in SUBGRAPHS})
    if options.max_age:
        Connection.headers = b"cache-control: public, max-age=%d\r\n" % options.max_age
    with tempfile.TemporaryDirectory() as name:
        supergraph = write_supergraph(Path(name), {each: f"http://127.0.0.1:1/{each}" for each in SUBGRAPHS})
        data = {
            "supergraph": {"file": str(supergraph)},
            "graphql": {"share_queries": options.sharing == "whole"},
            "traffic": {"share_requests": options.sharing != "none"},
            "log": {"level": "warning"},
            **options.more,
        }
        settings = make_settings(data, folder=Path(name))
        for query in options.queries:
            with asyncio.Runner(loop_factory=cast(Any, Loop)) as runner:
                runner.run(measure(query, settings, options))


if __name__ == "__main__":
    main()
