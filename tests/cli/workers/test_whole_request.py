"""Requests on heads that have come before, over real sockets: answered as the parser's are, and only when they are exactly alike."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn

from gateway.cli.workers import server_config
from gateway.cli.workers.whole_request import MAX_KNOWN_HEAD, MAX_KNOWN_HEADS, KnownHeads, write_head
from gateway.settings import Limits
from gateway.transport.asgi import WHOLE_BODY, KnownHeaders, Message, Receive, Scope, Send, send_response
from gateway.transport.leaving import LEAVING

HEAD = b"POST /graphql?x=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n"
SCOPE = {
    "http_version": "1.1",
    "method": "POST",
    "path": "/graphql",
    "headers": [(b"host", b"x"), (b"content-length", b"2")],
}


class App:
    """An ASGI application that says what it was asked, and how it learned of it. ``way`` decides how it answers."""

    def __init__(self) -> None:
        self.way = "whole"
        self.known: list[bool] = []
        self.scopes: list[Scope] = []
        self.messages: list[Message] = []
        self.begun, self.ended = asyncio.Event(), asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.known.append(isinstance(scope["headers"], KnownHeaders))
        self.scopes.append(scope)
        body = b""
        more = True
        while more:
            self.messages.append(await receive())
            body += self.messages[-1]["body"]
            more = self.messages[-1]["more_body"]
        await getattr(self, self.way)(body, receive, send)

    async def whole(self, body: bytes, _: Receive, send: Send) -> None:
        await send(start(len(body)))
        await send({"type": "http.response.body", "body": body})

    async def at_once(self, body: bytes, _: Receive, send: Send) -> None:
        await send_response(send, 200, ((b"x-told", b"a"),), body)

    async def at_once_and_large(self, body: bytes, _: Receive, send: Send) -> None:
        await send_response(send, 200, (), body * 10_000)

    async def at_once_and_again(self, body: bytes, _: Receive, send: Send) -> None:
        await send_response(send, 200, (), body)
        with contextlib.suppress(RuntimeError):
            await send_response(send, 200, (), body)

    async def at_once_injected(self, body: bytes, _: Receive, send: Send) -> None:
        await send_response(send, 200, ((b"x-told", b"a\r\nx-injected: b"),), body)

    async def large(self, body: bytes, _: Receive, send: Send) -> None:
        await send(start(len(body) * 10_000))
        await send({"type": "http.response.body", "body": body * 10_000})

    async def pieces(self, body: bytes, _: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body", "body": b"!"})

    async def announced_pieces(self, body: bytes, _: Receive, send: Send) -> None:
        await send(start(len(body) + 1))
        await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body", "body": b"!"})

    async def too_long(self, body: bytes, _: Receive, send: Send) -> None:
        await send(start(len(body) - 1))
        await send({"type": "http.response.body", "body": body})

    async def injected(self, body: bytes, _: Receive, send: Send) -> None:
        headers = [(b"content-length", b"%d" % len(body)), (b"x-told", b"a\r\nx-injected: b")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def failing(self, _body: bytes, _: Receive, _send: Send) -> None:
        raise ValueError("a fault")

    async def silent(self, _body: bytes, _: Receive, _send: Send) -> None:
        return None

    async def receiving(self, body: bytes, receive: Receive, send: Send) -> None:
        self.begun.set()
        self.messages.append(await receive())
        self.ended.set()
        await self.whole(body, receive, send)


def start(length: int) -> Message:
    return {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % length)]}


class Client:
    """A connection that reads whole answers."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def ask(self, *chunks: bytes) -> bytes:
        for chunk in chunks:
            self.writer.write(chunk)
            await self.writer.drain()
            await asyncio.sleep(0)
        head = await self.reader.readuntil(b"\r\n\r\n")
        if b"chunked" in head:
            body = await self.reader.readuntil(b"0\r\n\r\n")
        else:
            body = await self.reader.readexactly(int(head.lower().partition(b"content-length: ")[2].split()[0]))
        return head.split(b"\r\n")[0].removeprefix(b"HTTP/1.1 ") + b" " + body


@asynccontextmanager
async def serving(app: App) -> AsyncIterator[tuple[Client, uvicorn.Server]]:
    config = server_config(app, Limits())
    config.lifespan = "off"
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        running = asyncio.create_task(server.serve(sockets=[listening]))
        reader, writer = await asyncio.open_connection(*listening.getsockname())
        try:
            yield Client(reader, writer), server
        finally:
            writer.transport.abort()
            server.should_exit = server.force_exit = True
            await running


async def test_the_second_request_on_a_head_is_known_by_it() -> None:
    """Its scope is that of the first, and its body its own."""
    app = App()
    async with serving(app) as (client, _):
        assert await client.ask(HEAD + b"{}") == b"200 OK {}"
        assert await client.ask(HEAD + b"[]") == b"200 OK []"
    assert app.known == [False, True]
    first, second = ({k: v for k, v in scope.items() if k not in (LEAVING, WHOLE_BODY)} for scope in app.scopes)
    assert first == second
    assert first["query_string"] == b"x=1"
    assert app.messages == [{"type": "http.request", "body": body, "more_body": False} for body in (b"{}", b"[]")]


@pytest.mark.parametrize(
    ("way", "answer"),
    [
        ("at_once", b"200 OK {}"),
        ("at_once_and_large", b"200 OK " + b"{}" * 10_000),
        ("at_once_and_again", b"200 OK {}"),
        ("large", b"200 OK " + b"{}" * 10_000),
        ("pieces", b"200 OK 2\r\n{}\r\n1\r\n!\r\n0\r\n\r\n"),
        ("announced_pieces", b"200 OK {}!"),
        ("failing", b"500 Internal Server Error Internal Server Error"),
        ("silent", b"500 Internal Server Error Internal Server Error"),
    ],
)
async def test_every_answer_is_that_of_the_parser_s_requests(way: str, answer: bytes) -> None:
    """Whole or in pieces, with a length or without, or none at all."""
    app = App()
    async with serving(app) as (client, _):
        await client.ask(HEAD + b"{}")
        app.way = way
        assert await client.ask(HEAD + b"{}") == answer
    assert app.known == [False, True]


@pytest.mark.parametrize("way", ["too_long", "injected", "at_once_injected"])
async def test_an_answer_that_is_none_ends_the_connection(way: str) -> None:
    """A body of another length than announced, a header that breaks out of its line: as with the parser's requests."""
    app = App()
    async with serving(app) as (client, _):
        await client.ask(HEAD + b"{}")
        app.way = way
        client.writer.write(HEAD + b"{}")
        answer = await client.reader.read()
    assert b"{}" not in answer
    assert b"x-injected" not in answer


@pytest.mark.parametrize("cut", [1, 20, len(HEAD) - 1, len(HEAD), len(HEAD) + 1])
async def test_a_known_head_in_two_pieces_is_the_parser_s(cut: int) -> None:
    """It is answered all the same, and so is what follows."""
    app = App()
    async with serving(app) as (client, _):
        await client.ask(HEAD + b"{}")
        data = HEAD + b"{}"
        client.writer.write(data[:cut])
        for _ in range(50):
            await asyncio.sleep(0)
        assert await client.ask(data[cut:]) == b"200 OK {}"
        assert await client.ask(data) == b"200 OK {}"


async def test_pipelined_requests_are_answered_in_order() -> None:
    """Known heads or not: who asks on before being answered gets every answer, one after the other."""
    app = App()
    async with serving(app) as (client, _):
        await client.ask(HEAD + b"{}")
        client.writer.write(HEAD + b"{}")
        for body in (b"[]", b'""', b"12"):
            client.writer.write(HEAD + body)
        answers = [await client.ask() for _ in range(4)]
    assert answers == [b"200 OK {}", b"200 OK []", b'200 OK ""', b"200 OK 12"]


@pytest.mark.parametrize("way", ["whole", "at_once"])
async def test_a_server_that_stops_says_so_on_known_heads_too(way: str) -> None:
    """``Connection: close``, and the connection is closed."""
    app = App()
    app.way = way
    async with serving(app) as (client, server):
        await client.ask(HEAD + b"{}")
        await client.ask(HEAD + b"{}")
        server.server_state.default_headers.append((b"connection", b"close"))
        client.writer.write(HEAD + b"{}")
        answer = await client.reader.read()
    assert b"\r\nconnection: close\r\n" in answer
    assert answer.endswith(b"\r\n\r\n{}")


async def test_a_client_that_leaves_is_heard_of() -> None:
    """By ``http.disconnect``, where the application waits for it."""
    app = App()
    async with serving(app) as (client, _):
        await client.ask(HEAD + b"{}")
        app.way = "receiving"
        client.writer.write(HEAD + b"{}")
        await app.begun.wait()
        client.writer.transport.abort()
        await app.ended.wait()
    assert app.messages[-1] == {"type": "http.disconnect"}


@pytest.mark.parametrize(
    "changed",
    [
        {"http_version": "1.0"},
        {"method": "HEAD"},
        *(
            {"headers": [*SCOPE["headers"], (name, b"x")]}
            for name in (b"connection", b"expect", b"upgrade", b"transfer-encoding")
        ),
        {"headers": [(b"content-length", b"3")]},
    ],
)
def test_what_decides_on_the_connection_is_never_known(changed: dict[str, Any]) -> None:
    """Only the parser follows it."""
    heads = KnownHeads()
    heads.learn(HEAD + b"{}", SCOPE | changed)
    assert heads.find(HEAD + b"{}") is None


@pytest.mark.parametrize("data", [HEAD, HEAD + b"{", HEAD + b"{}P", b"\r\n" + HEAD + b"{}", HEAD[:-2], b"", b"{}"])
def test_only_all_of_one_request_is_found(data: bytes) -> None:
    """Neither a part nor the beginning of the next."""
    heads = KnownHeads()
    heads.learn(HEAD + b"{}", dict(SCOPE))
    assert heads.find(HEAD + b"{}") is not None
    assert heads.find(data) is None


def test_what_is_remembered_is_bounded() -> None:
    """However many heads come, and however long they are."""
    heads = KnownHeads()
    for number in range(MAX_KNOWN_HEADS + 1):
        heads.learn(HEAD.replace(b"x=1", b"x=%d" % number) + b"{}", dict(SCOPE))
    assert heads.find(HEAD.replace(b"x=1", b"x=%d" % MAX_KNOWN_HEADS) + b"{}") is not None
    assert heads.find(HEAD.replace(b"x=1", b"x=0") + b"{}") is None
    long = HEAD.replace(b"x=1", b"x" * MAX_KNOWN_HEAD)
    heads.learn(long + b"{}", dict(SCOPE))
    assert heads.find(long + b"{}") is None


@pytest.mark.parametrize(
    "headers",
    [
        [(b"x", b"1")],
        [(b"content-length", b"1"), (b"connection", b"close")],
        [(b"content-length", b"1"), (b"x", b"\n")],
        [(b"content-length", b"1"), (b"x", b"\r")],
        [(b"content-length", b"1"), (b"x", b"\0")],
        [(b"x-content-length", b"1")],
    ],
)
def test_only_a_plain_head_is_written_at_once(headers: list[tuple[bytes, bytes]]) -> None:
    """All others are uvicorn's affair, which refuses those that break out of their lines."""
    assert write_head(200, [], headers) is None
    assert write_head(200, [], [(b"content-length", b"1")]) == b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n"
