"""Events that subgraphs post by Apollo's HTTP callback protocol, over real HTTP in both directions."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from gateway.errors import SubgraphError
from gateway.resolvers.subgraph_client import SubgraphRequest
from gateway.resolvers.subgraph_client.streams import StreamOptions, StreamProtocol, StreamSource, StreamTarget
from gateway.resolvers.subgraph_client.streams.callbacks import WAITING, CallbackBook
from gateway.types import OperationKind
from tests.resolvers.subgraph_client.streams.emitter import Emitter, emitting

REQUEST = SubgraphRequest("core", OperationKind.SUBSCRIPTION, "subscription ($a: Int) { n(a: $a) }", {"a": 1})
CHECK = {"action": "check"}
COMPLETE = {"action": "complete"}


def next_(number: int) -> dict[str, Any]:
    return {"action": "next", "payload": {"data": {"n": number}}}


@contextlib.asynccontextmanager
async def source(emitter: Emitter, **target: Any) -> AsyncIterator[StreamSource]:
    """What brings the emitter's events, with a server that takes its posts."""
    books: list[CallbackBook] = []

    async def take(request: web.Request) -> web.Response:
        status = await books[0].take(request.match_info["id"], await request.read())
        return web.Response(status=status, headers={"subscription-protocol": "callback/1.0"})

    application = web.Application()
    application.router.add_post("/callback/{id}", take)
    async with TestServer(application) as server, emitting(emitter) as url:
        books.append(CallbackBook(str(server.make_url("/callback"))))
        targets = {"core": StreamTarget(url, StreamProtocol.CALLBACK, **target)}
        made = StreamSource(targets, StreamOptions(reconnects=0), books[0])
        try:
            yield made
        finally:
            await made.close()


async def read(made: StreamSource) -> list[Any]:
    async with asyncio.timeout(20), contextlib.aclosing(made.subscribe(REQUEST)) as events:
        return [(each.data or {}).get("n", each.errors) async for each in events]


async def test_events_are_posted() -> None:
    """The subgraph is asked once, tries the address, and its events come in their order until it says that there are no more."""
    emitter = Emitter([CHECK, next_(1), CHECK, next_(2), COMPLETE])
    async with source(emitter, heartbeat=5.0) as made:
        assert await read(made) == [1, 2]
        await emitter.done.wait()
    assert emitter.statuses == [204, 204, 204, 204, 202]
    (asked,) = emitter.asked
    subscription = asked["extensions"]["subscription"]
    assert asked["query"] == REQUEST.query
    assert asked["variables"] == {"a": 1}
    assert subscription["callbackUrl"].endswith(f"/callback/{subscription['subscriptionId']}")
    assert subscription["heartbeatIntervalMs"] == 5_000
    assert emitter.accepts == ["application/json;callbackSpec=1.0"]


async def test_a_subscription_may_end_with_errors() -> None:
    """They are its last event."""
    async with source(Emitter([next_(1), {**COMPLETE, "errors": [{"message": "no more"}]}])) as made:
        assert await read(made) == [1, ({"message": "no more"},)]


async def test_who_does_not_know_the_secret_is_not_heard() -> None:
    """Nor is what is no message: and the subscription goes on."""
    strangers = [{**next_(7), "verifier": "guessed"}, {**next_(7), "verifier": "密"}, {**next_(7), "id": "another"}]
    wrong = [*strangers, {"action": "jump"}, {"kind": "x"}]
    emitter = Emitter([*wrong, next_(1), COMPLETE])
    async with source(emitter) as made:
        assert await read(made) == [1]
        await emitter.done.wait()
    assert emitter.statuses == [404, 404, 404, 400, 400, 204, 202]


async def test_a_subgraph_is_told_when_nobody_listens_any_more() -> None:
    """A client that leaves closes the subscription: what is posted then is answered with 404, which ends it upstream."""
    emitter = Emitter([next_(1), *[next_(n) for n in range(200)]])
    async with source(emitter) as made:
        events = made.subscribe(REQUEST)
        assert (await anext(events)).data == {"n": 1}
        await events.aclose()
        async with asyncio.timeout(20):
            await emitter.done.wait()
    assert emitter.statuses[-1] == 404


@pytest.mark.parametrize(
    ("answer", "status", "came"),
    [({"errors": [{"message": "no such field"}]}, 200, [({"message": "no such field"},)]), ("nonsense", 502, None)],
)
async def test_a_subgraph_may_refuse(answer: Any, status: int, came: Any) -> None:
    """Its errors are the only event; whatever else it says is told as a refusal."""
    async with source(Emitter([], answer=answer, status=status)) as made:
        if came is None:
            with pytest.raises(SubgraphError, match="HTTP status 502"):
                await read(made)
        else:
            assert await read(made) == came


async def test_a_subgraph_that_falls_silent_is_given_up() -> None:
    """Three heartbeats without a sign of life."""
    async with source(Emitter([CHECK, next_(1)]), heartbeat=0.05) as made:
        with pytest.raises(SubgraphError, match="closed the connection"):
            await read(made)


async def test_who_waits_for_room_is_told_when_nobody_reads_any_more() -> None:
    """A subgraph that posts faster than is read waits, and not beyond the end of the subscription."""
    book = CallbackBook("http://x")
    callback = book.open()
    body = msgspec.json.encode({"kind": "subscription", "id": callback.id, "verifier": callback.verifier, **next_(1)})
    posts = [asyncio.create_task(book.take(callback.id, body)) for _ in range(WAITING + 5)]
    async with asyncio.timeout(20):
        assert set(await asyncio.gather(*posts[:WAITING])) == {204}
        assert not any(post.done() for post in posts[WAITING:])
        await callback.next()
        assert await posts[WAITING] == 204
        book.close(callback)
        assert set(await asyncio.gather(*posts[WAITING + 1 :])) == {404}
