"""Events from subgraphs over real sockets: each protocol, those who hang, refuse or break off, and what readers get who are slow."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from gateway.errors import SubgraphError
from gateway.resolvers.subgraph_client import SubgraphRequest
from gateway.resolvers.subgraph_client.streams import (
    StreamOptions,
    StreamProtocol,
    StreamSource,
    StreamTarget,
    WhenSlow,
)
from gateway.resolvers.subgraph_client.streams.callbacks import CallbackBook
from gateway.resolvers.subgraph_client.streams.shared import SharedStreams
from gateway.resolvers.subgraph_client.streams.target import RawEvents
from gateway.types import OperationKind

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
REQUEST = SubgraphRequest("core", OperationKind.SUBSCRIPTION, "subscription { n }", {})
ONCE = StreamOptions(reconnects=0)


def event(number: int) -> dict[str, Any]:
    return {"data": {"n": number}}


@contextlib.asynccontextmanager
async def source(
    handler: Handler, protocol: StreamProtocol, options: StreamOptions = ONCE, **target: Any
) -> AsyncIterator[StreamSource]:
    app = web.Application()
    app.router.add_route("*", "/graphql", handler)
    async with TestServer(app) as server:
        targets = {"core": StreamTarget(str(server.make_url("/graphql")), protocol, **target)}
        made = StreamSource(targets, options, CallbackBook("http://127.0.0.1:1/callback"))
        try:
            yield made
        finally:
            await made.close()


async def read(made: StreamSource, request: SubgraphRequest = REQUEST) -> list[Any]:
    async with asyncio.timeout(20), contextlib.aclosing(made.subscribe(request)) as events:
        return [(each.data or {}).get("n", each.errors) async for each in events]


def http(content_type: str, *chunks: bytes, status: int = 200) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=status, headers={"content-type": content_type})
        await response.prepare(request)
        for chunk in chunks:
            await response.write(chunk)
        return response

    return answer


def socket(
    *messages: Any, protocol: str = "graphql-transport-ws", close: int | None = None, seen: list[Any] | None = None
) -> Handler:
    """Acknowledges, and says these messages to the first operation; closes with that code, or waits for the client to."""

    async def answer(request: web.Request) -> web.WebSocketResponse:
        response = web.WebSocketResponse(protocols=(protocol,))
        await response.prepare(request)
        async for message in response:
            got = json.loads(message.data)
            if seen is not None:
                seen.append(got)
            if got["type"] == "connection_init":
                await response.send_json({"type": "connection_ack"})
            elif got["type"] in ("subscribe", "start"):
                for each in messages:
                    await response.send_json({"id": got["id"], **each})
                if close is not None:
                    await response.close(code=close)
        return response

    return answer


NEXT = [{"type": "next", "payload": event(n)} for n in (1, 2)]


async def test_events_come_over_a_websocket() -> None:
    """Pings are answered; the operation goes as it is."""
    seen: list[Any] = []
    handler = socket(NEXT[0], {"type": "ping"}, NEXT[1], {"type": "complete"}, seen=seen)
    async with source(handler, StreamProtocol.WEBSOCKET) as made:
        assert await read(made) == [1, 2]
    assert [message["type"] for message in seen] == ["connection_init", "subscribe", "pong"]
    assert seen[1]["payload"] == {"query": "subscription { n }"}


async def test_the_older_protocol_is_spoken_where_the_subgraph_chooses_it() -> None:
    """start and data; headers go into connection_init."""
    seen: list[Any] = []
    handler = socket({"type": "data", "payload": event(7)}, {"type": "complete"}, protocol="graphql-ws", seen=seen)
    request = SubgraphRequest("core", OperationKind.SUBSCRIPTION, "subscription { n }", {}, headers={"x-who": "ann"})
    async with source(handler, StreamProtocol.WEBSOCKET) as made:
        assert await read(made, request) == [7]
    assert seen[0] == {"type": "connection_init", "payload": {"x-who": "ann"}}
    assert seen[1]["type"] == "start"


async def test_an_operation_that_the_subgraph_refuses_is_one_event_with_errors() -> None:
    """The client reads why."""
    async with source(socket({"type": "error", "payload": [{"message": "no"}]}), StreamProtocol.WEBSOCKET) as made:
        assert await read(made) == [({"message": "no"},)]


@pytest.mark.parametrize(
    ("content_type", "chunks"),
    [
        ("text/event-stream", [b'event: next\ndata: {"data":', b'{"n":1}}\r\n\r\n:\n\nevent: next\n', b'data: {"data":{"n":2}}\n\nevent: complete\ndata:\n\n']),
        (
            'multipart/mixed; boundary="graphql"; subscriptionSpec=1.0',
            [
                b'--graphql\r\ncontent-type: application/json\r\n\r\n{}\r\n--gra',
                b'phql\r\ncontent-type: application/json\r\n\r\n{"payload":{"data":{"n":1}}}\r\n--graphql\r\n\r\n',
                b'{"payload":{"data":{"n":2}}}\r\n--graphql--\r\n',
            ],
        ),
    ],
)  # fmt: skip
async def test_events_come_in_one_response(content_type: str, chunks: list[bytes]) -> None:
    """However they are cut; heartbeats are none."""
    async with source(http(content_type, *chunks), StreamProtocol.SSE) as made:
        assert await read(made) == [1, 2]


async def test_a_response_that_is_no_stream_is_the_only_event() -> None:
    """As subgraphs answer what they refuse."""
    async with source(http("application/json", b'{"errors":[{"message":"no"}]}'), StreamProtocol.SSE) as made:
        assert await read(made) == [({"message": "no"},)]


@pytest.mark.parametrize(
    ("handler", "protocol", "words"),
    [
        (socket(NEXT[0], close=1011), StreamProtocol.WEBSOCKET, "closed the connection"),
        (socket(close=4403), StreamProtocol.WEBSOCKET, "4403"),
        (http("text/html", b"<h1>"), StreamProtocol.WEBSOCKET, "status 200"),
        (http("text/html", b"<h1>", status=502), StreamProtocol.SSE, "502"),
        (http("text/event-stream", b"event: next\n"), StreamProtocol.SSE, "closed the connection"),
        (http("multipart/mixed", b"---\r\n\r\nnonsense\r\n-----\r\n"), StreamProtocol.MULTIPART, "no event"),
        (http("multipart/mixed", b"---\r\n\r\n[1]\r\n-----\r\n"), StreamProtocol.MULTIPART, "no event"),
    ],
)
async def test_who_breaks_off_is_named(handler: Handler, protocol: StreamProtocol, words: str) -> None:
    """A failure, never a silent end."""
    async with source(handler, protocol) as made:
        with pytest.raises(SubgraphError, match=words):
            await read(made)


@pytest.mark.parametrize("protocol", [StreamProtocol.SSE, StreamProtocol.CALLBACK])
async def test_a_refusal_may_come_in_pieces(protocol: StreamProtocol) -> None:
    """It is read to its end; one that is too long, breaks off or does not end in time is a failure."""
    pieces = [b'{"errors":[{"mess', b'age":"no"}]}']
    async with source(slowly(*pieces), protocol) as made:
        assert await read(made) == [({"message": "no"},)]
    for handler, target, words in (
        (slowly(*pieces), {"max_bytes": 20}, "longer than 20 bytes"),
        (slowly(pieces[0], then="break off"), {}, "closed the connection"),
        (slowly(pieces[0], then="hang"), {"timeout": 0.1}, "in time"),
    ):
        async with source(handler, protocol, **target) as made:
            with pytest.raises(SubgraphError, match=words):
                await read(made)


def slowly(*pieces: bytes, then: str = "end") -> Handler:
    """JSON in pieces that are not read at once."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "application/json"})
        await response.prepare(request)
        for piece in pieces:
            await response.write(piece)
            await asyncio.sleep(0.02)
        if then == "hang":
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(20)
        if then != "end" and request.transport is not None:
            request.transport.abort()
        return response

    return answer


async def test_a_fault_of_ours_ends_the_readers(caplog: pytest.LogCaptureFixture) -> None:
    """They are told, and so is the log; nobody waits for ever."""

    async def broken(request: SubgraphRequest) -> RawEvents:
        yield b'{"data":{"n":1}}'
        raise ZeroDivisionError

    streams = SharedStreams(broken, ONCE)
    async with asyncio.timeout(20), contextlib.aclosing(streams.subscribe(REQUEST)) as events:
        assert (await anext(events)).data == {"n": 1}
        with pytest.raises(SubgraphError, match="failed"):
            await anext(events)
    assert "ZeroDivisionError" in caplog.text


async def test_a_subgraph_that_does_not_begin_is_given_up() -> None:
    """After the target's time, for each protocol."""
    release = asyncio.Event()

    async def hang(request: web.Request) -> web.StreamResponse:
        await release.wait()
        return web.Response()

    for protocol in StreamProtocol:
        async with source(hang, protocol, timeout=0.05) as made:
            with pytest.raises(SubgraphError, match="in time"):
                await read(made)
    release.set()


async def test_a_connection_that_breaks_is_opened_anew() -> None:
    """So often in a row; an event in between counts as well."""
    calls = 0

    async def breaking(request: web.Request) -> web.StreamResponse:
        nonlocal calls
        calls += 1
        complete = [{"type": "complete"}] if calls == 3 else []
        return await socket(NEXT[0], *complete, close=None if complete else 1012)(request)

    async with source(breaking, StreamProtocol.WEBSOCKET, StreamOptions(reconnects=1, base=0.001)) as made:
        assert await read(made) == [1, 1, 1]


async def test_equal_subscriptions_share_and_others_share_the_connection() -> None:
    """Two readers of one subscription, a third of another: two operations on one connection, which ends with the last."""
    seen: list[Any] = []
    connections = 0
    inner = socket(NEXT[0], seen=seen)

    async def counting(request: web.Request) -> web.StreamResponse:
        nonlocal connections
        connections += 1
        return await inner(request)

    other = SubgraphRequest("core", OperationKind.SUBSCRIPTION, "subscription { n m: n }", {})
    async with source(counting, StreamProtocol.WEBSOCKET) as made:
        readers = [made.subscribe(each) for each in (REQUEST, REQUEST, other)]
        async with asyncio.timeout(20):
            assert [(await task).data for task in [asyncio.create_task(anext(r)) for r in readers]] == [{"n": 1}] * 3  # type: ignore[arg-type]
        for reader in readers:
            await reader.aclose()
    assert [message["type"] for message in seen].count("subscribe") == 2
    assert connections == 1


@pytest.mark.parametrize("policy", WhenSlow)
async def test_a_slow_reader_loses_the_oldest_or_its_subscription(policy: WhenSlow) -> None:
    """As the settings say; what waits is bounded either way."""
    events = [{"type": "next", "payload": event(n)} for n in range(10)]
    handler = socket(*events, {"type": "complete"})
    async with source(handler, StreamProtocol.WEBSOCKET, StreamOptions(buffer=3, when_slow=policy)) as made:
        stream = made.subscribe(REQUEST)
        found = [(await anext(stream)).data]
        (feed,) = made._shared._feeds.values()
        async with asyncio.timeout(20):
            while not feed.is_over:  # noqa: ASYNC110  # the feed tells its readers only
                await asyncio.sleep(0.01)
        if policy is WhenSlow.DROP_OLDEST:
            found += [each.data async for each in stream]
            assert found[-3:] == [{"n": 7}, {"n": 8}, {"n": 9}]
            assert len(found) <= 4
        else:
            with pytest.raises(SubgraphError, match="more slowly"):
                found += [each.data async for each in stream]
        await stream.aclose()


async def test_nothing_is_left_when_the_source_is_closed() -> None:
    """Neither task nor connection."""
    before = asyncio.all_tasks()
    async with source(socket(NEXT[0]), StreamProtocol.WEBSOCKET) as made:
        stream = made.subscribe(REQUEST)
        await anext(stream)
        await made.close()
        assert [each async for each in stream] == []
    assert asyncio.all_tasks() == before


async def test_a_part_is_known_by_the_delimiter_behind_it() -> None:
    """An event does not wait for the next one: what may follow a delimiter is looked at when it comes."""
    more = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": 'multipart/mixed; boundary="graphql"'})
        await response.prepare(request)
        for number in (1, 2):
            text = json.dumps({"payload": event(number)})
            lead = "--graphql" if number == 1 else ""
            await response.write(f"{lead}\r\ncontent-type: application/json\r\n\r\n{text}\r\n--graphql".encode())
            await more.wait()
        await response.write(b"-")
        await response.write(b"-\r\n")
        return response

    async with (
        source(answer, StreamProtocol.MULTIPART) as made,
        asyncio.timeout(20),
        contextlib.aclosing(made.subscribe(REQUEST)) as events,
    ):
        assert (await anext(events)).data == {"n": 1}
        more.set()
        assert [each.data async for each in events] == [{"n": 2}]
