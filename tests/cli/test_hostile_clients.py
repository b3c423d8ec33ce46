"""Clients that stall, flood, leave and never read, over real sockets: each costs itself alone, and leaves nothing behind."""

import asyncio
import contextlib
import gc
import os
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
import uvicorn

from gateway.cli.workers import server_config
from gateway.resolvers.messages import GraphQLRequest, GraphQLResponse
from gateway.settings import Limits
from gateway.transport.admission import Admission
from gateway.transport.asgi import AsgiApp, Receive, Scope, Send
from gateway.transport.endpoint import EndpointOptions, GraphQLEndpoint, GraphQLService

HEAD = b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
BODY = b'{"query":"{ hello }"}'
GOOD = HEAD + b"content-length: %d\r\n\r\n%b" % (len(BODY), BODY)
LARGE = GraphQLResponse(b'{"data":"' + b"x" * 20_000_000 + b'"}', executed=True)


class Service:
    """Answers at once; ``large`` with 20 MB, ``hang`` never. ``cancelled`` counts those that were given up."""

    def __init__(self) -> None:
        self.cancelled = 0
        self.hanging = 0
        self.changed = asyncio.Condition()

    async def execute(self, request: GraphQLRequest) -> GraphQLResponse:
        if "large" in request.query:
            return LARGE
        if "hang" in request.query:
            await self._hang()
        return GraphQLResponse(b'{"data":{"hello":"world"}}', executed=True)

    async def _hang(self) -> None:
        await self._change(1, 0)
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.shield(self._change(-1, 1))

    async def _change(self, hanging: int, cancelled: int) -> None:
        async with self.changed:
            self.hanging += hanging
            self.cancelled += cancelled
            self.changed.notify_all()

    async def until(self, hanging: int, cancelled: int) -> None:
        async with self.changed:
            await self.changed.wait_for(lambda: (self.hanging, self.cancelled) == (hanging, cancelled))


ENDED = asyncio.Event()
"""Set whenever a request has ended, answered or not."""


def telling(app: AsgiApp) -> AsgiApp:
    async def told(scope: Scope, receive: Receive, send: Send) -> None:
        ENDED.clear()
        try:
            await app(scope, receive, send)
        finally:
            ENDED.set()

    return told


@asynccontextmanager
async def serving(service: GraphQLService, **limits: Any) -> AsyncIterator[int]:
    """A gateway's HTTP server before a service, as every command runs it; gives its port."""
    endpoint = GraphQLEndpoint(Admission(service, 10_000), options=EndpointOptions(body_seconds=0.2))
    config = server_config(telling(endpoint), Limits(**limits))
    config.lifespan = "off"
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listening:
        running = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = server.force_exit = True
            await running


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def ask(port: int) -> bytes:
    """The answer to a good request on a connection of its own."""
    async with connected(port) as (reader, writer):
        writer.write(GOOD)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split()[0])
        return head.split(b"\r\n")[0] + await reader.readexactly(length)


ANSWER = b'HTTP/1.1 200 OK{"data":{"hello":"world"}}'


def open_files() -> int:
    return len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0


@contextmanager
def nothing_left_behind() -> Iterator[None]:
    """Neither tasks nor files are more after the block than before."""
    gc.collect()
    tasks, files = len(asyncio.all_tasks()), open_files()
    yield
    gc.collect()
    assert (len(asyncio.all_tasks()), open_files()) == (tasks, files)


@pytest.mark.parametrize(
    "start", [b"", b"P", HEAD, HEAD + b"x-slow: "], ids=["nothing", "a byte", "headers", "in a header"]
)
async def test_a_client_that_does_not_finish_its_headers_is_left(start: bytes) -> None:
    """Its connection is closed, and nobody waits for it."""
    with nothing_left_behind():
        async with serving(Service(), head_time="200ms") as port, connected(port) as (reader, writer):
            writer.write(start)
            assert await reader.read() == b""
            assert await ask(port) == ANSWER


async def test_the_time_counts_for_each_request_of_a_connection() -> None:
    """The second one may stall as little as the first."""
    async with serving(Service(), head_time="200ms") as port, connected(port) as (reader, writer):
        writer.write(GOOD)
        await reader.readuntil(b'"world"}}')
        writer.write(b"POST /gra")
        assert await reader.read() == b""


async def test_a_client_that_does_not_finish_its_body_is_told() -> None:
    """408, and the connection ends."""
    async with serving(Service()) as port, connected(port) as (reader, writer):
        writer.write(HEAD + b"content-length: 100\r\n\r\n{")
        assert (await reader.readline()).startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize("flood", [b"x-%d: y\r\n", b"y"], ids=["many headers", "one long header"])
async def test_endless_headers_are_cut(flood: bytes) -> None:
    """431 as soon as there are too many bytes; memory does not grow with what a client sends."""
    with nothing_left_behind():
        async with serving(Service(), head_bytes=10_000) as port, connected(port) as (reader, writer):
            writer.write(HEAD + b"x-long: ")
            for number in range(10_000):
                writer.write(flood % number if b"%d" in flood else flood * 100)
            assert (await reader.readline()).startswith(b"HTTP/1.1 431")
            assert await ask(port) == ANSWER


@pytest.mark.parametrize("before", [b"", GOOD], ids=["first", "second of its connection"])
@pytest.mark.parametrize("is_too_long", [False, True])
async def test_a_head_in_one_piece_is_measured_too(before: bytes, *, is_too_long: bool) -> None:
    """To the byte, with the target and each header's colon, blank and line end."""
    request, _, body = GOOD.partition(b"\r\n\r\n")
    line, *headers = request.split(b"\r\n")
    length = len(line.split()[1]) + sum(len(header) + 2 for header in headers)
    filler = b"x" * (10_000 - length - len(b"x-long: \r\n") + is_too_long)
    async with serving(Service(), head_bytes=10_000) as port, connected(port) as (reader, writer):
        if before:
            writer.write(before)
            await reader.readuntil(b'"world"}}')
        writer.write(request + b"\r\nx-long: " + filler + b"\r\n\r\n" + body)
        status = (await reader.readline()).split()[1]
    assert status == (b"431" if is_too_long else b"200")


async def test_endless_fields_behind_a_body_are_cut() -> None:
    """A body in chunks may be followed by fields like those of a head: they count as such, answered or not."""
    with nothing_left_behind():
        async with serving(Service(), head_bytes=10_000) as port, connected(port) as (reader, writer):
            writer.write(HEAD + b"transfer-encoding: chunked\r\n\r\n0\r\n")
            for number in range(100_000):
                writer.write(b"x-%d: y\r\n" % number)
            with contextlib.suppress(ConnectionError):
                assert await reader.read() == b""
            assert await ask(port) == ANSWER


async def test_a_client_that_reads_nothing_of_its_answer_is_left() -> None:
    """What it does not take is not kept for it for ever: its request ends, though it is still there."""
    with nothing_left_behind():
        async with serving(Service(), reading_time="200ms") as port:
            with socket.create_connection(("127.0.0.1", port)) as client:
                client.sendall(GOOD.replace(b"hello", b"large"))
                await ENDED.wait()
                assert await ask(port) == ANSWER


async def test_clients_that_leave_take_their_work_with_them() -> None:
    """A hundred requests that hang are given up when their clients reset the connection."""
    service = Service()
    with nothing_left_behind():
        async with serving(service) as port:
            writers = []
            for _ in range(100):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(GOOD.replace(b"hello", b"hangs"))
                writers.append(writer)
            await service.until(100, 0)
            for writer in writers:
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                writer.transport.abort()
            await service.until(0, 100)
            assert await ask(port) == ANSWER
            del writers, writer


@pytest.mark.parametrize("at", [0, 1, 20, len(HEAD), len(GOOD) - 1])
async def test_a_reset_at_any_byte_harms_nobody(at: int) -> None:
    """The next client is answered, and nothing is left behind."""
    with nothing_left_behind():
        async with serving(Service()) as port:
            for _ in range(20):
                async with connected(port) as (_, writer):
                    writer.write(GOOD[:at])
                    await writer.drain()
            assert await ask(port) == ANSWER


async def test_hundreds_of_idle_connections_harm_nobody() -> None:
    """They cost a file each, and the others are answered."""
    with nothing_left_behind():
        async with serving(Service()) as port:
            clients = [await asyncio.open_connection("127.0.0.1", port) for _ in range(400)]
            assert await asyncio.gather(*(ask(port) for _ in range(20))) == [ANSWER] * 20
            for _, writer in clients:
                writer.transport.abort()
            del clients, writer
            await asyncio.sleep(0)
