"""Subscriptions over one HTTP response: which form a client gets, how it is written, and that it ends when the client goes."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from gateway.resolvers.messages import Incremental
from gateway.transport.streaming import Carrier, Carriers, read_carriers
from tests.transport.events import Source, world

TICKS = "subscription { ticks { number } }"
INCREMENTAL = ("multipart/mixed;deferSpec=20220824", "multipart/mixed;incrementalSpec=v0.2")
INVALID_VARIABLE = "VALIDATION_INVALID_TYPE_VARIABLE"
APOLLO = 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0,application/json'


@contextlib.asynccontextmanager
async def ask(query: str, accept: str, **settings: Any) -> AsyncIterator[tuple[aiohttp.ClientResponse, Source]]:
    async with world(**settings) as (address, source), aiohttp.ClientSession() as session:
        headers = {"accept": accept}
        async with session.post(f"http://{address}/graphql", json={"query": query}, headers=headers) as response:
            yield response, source


async def read_until(response: aiohttp.ClientResponse, ending: bytes) -> bytes:
    found = b""
    async with asyncio.timeout(10):
        while not found.endswith(ending):
            chunk = await response.content.readany()
            assert chunk, found
            found += chunk
    return found


async def test_events_are_server_sent() -> None:
    """graphql-sse's distinct connections mode: next for each event, complete at the end."""
    async with ask(TICKS, "text/event-stream") as (response, source):
        assert response.status == 200
        assert response.content_type == "text/event-stream"
        await source.until_open(1)
        await source.put(1)
        await read_until(response, b'event: next\ndata: {"data":{"ticks":{"number":1}}}\n\n')
        await source.put(None)
        assert (await response.read()).endswith(b"event: complete\ndata: \n\n")


async def test_parts_wrap_payloads_for_apollo_s_clients() -> None:
    """Each part is whole as soon as it is sent: its delimiter comes with it."""
    async with ask(TICKS, APOLLO, subscriptions={"keep_alive": "1m"}) as (response, source):
        assert response.headers["content-type"] == 'multipart/mixed; boundary="graphql"; subscriptionSpec=1.0'
        await source.until_open(1)
        await source.put(1)
        head = b"--graphql\r\ncontent-type: application/json; charset=utf-8\r\n\r\n"
        part = await read_until(response, b'{"payload":{"data":{"ticks":{"number":1}}}}\r\n--graphql')
        assert part.startswith(head)
        await source.put(None)
        assert await response.read() == b"--\r\n"


@pytest.mark.parametrize("spec", ["deferSpec=20220824", "incrementalSpec=v0.2"])
async def test_parts_of_incremental_delivery_say_whether_more_follow(spec: str) -> None:
    """Each event is a whole part as soon as it is sent; the last part says that it is the last."""
    async with ask(TICKS, f"multipart/mixed;{spec}, application/json") as (response, source):
        assert response.headers["content-type"] == f'multipart/mixed; boundary="-"; {spec}'
        await source.until_open(1)
        for number in (1, 2):
            await source.put(number)
            part = await read_until(response, b"\r\n---")
            assert json.loads(part.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n---")) == {
                "data": {"ticks": {"number": number}},
                "hasNext": True,
            }
        await source.put(None)
        head, _, last = (await response.read()).partition(b"\r\n\r\n")
    assert head == b"\r\ncontent-type: application/json; charset=utf-8"
    assert last == b'{"hasNext":false}\r\n-----\r\n'


@pytest.mark.parametrize("accept", INCREMENTAL)
async def test_errors_of_events_and_refusals_are_whole_parts_too(accept: str) -> None:
    """A fault of one event does not end the others; what is refused is one part that ends the response."""
    async with ask("subscription { ticks { must } }", accept) as (response, source):
        await source.until_open(1)
        for number in (13, 14, None):
            await source.put(number)
        failed, whole, last = parts_of(await response.text())
    assert (failed["data"], failed["hasNext"]) == (None, True)
    assert failed["errors"][0]["path"] == ["ticks", "must"]
    assert (whole, last) == ({"data": {"ticks": {"must": 14}}, "hasNext": True}, {"hasNext": False})
    async with ask("subscription { nothing }", accept) as (response, _):
        (refused,) = parts_of(await response.text())
    assert [error["extensions"]["code"] for error in refused["errors"]] == ["GRAPHQL_VALIDATION_FAILED"]


def parts_of(text: str) -> list[Any]:
    """The payloads of a multipart response that is whole."""
    assert text.startswith("---\r\n")
    assert text.endswith("\r\n-----\r\n")
    parts = text.removeprefix("---\r\n").removesuffix("\r\n-----\r\n").split("\r\n---\r\n")
    return [json.loads(part.partition("\r\n\r\n")[2]) for part in parts]


FRAGMENT = "fragment F on Tick { ... @defer(if: $on) { number } }"


@pytest.mark.parametrize("accept", [*INCREMENTAL, "text/event-stream"])
@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("subscription { ticks { ... @defer { number } } }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription ($on: Boolean = true) { ticks { ... @defer(if: $on) { number } } }", INVALID_VARIABLE),
        ("subscription ($on: Boolean) { ticks { ... @defer(if: $on) { number } } }", INVALID_VARIABLE),
        (f"subscription ($on: Boolean = true) {{ ticks {{ ...F }} }} {FRAGMENT}", INVALID_VARIABLE),
        ("subscription ($on: Boolean = true) { ticks { all @stream(if: $on) } }", INVALID_VARIABLE),
    ],
)
async def test_events_do_not_come_in_parts(query: str, code: str, accept: str) -> None:
    """A subscription that would defer or stream is refused, and its subgraph not asked, however the directive is switched on."""
    async with asyncio.timeout(10), ask(query, accept) as (response, source):
        text = await response.text()
    (error,) = json.loads(text[text.index("{") : text.rindex("}") + 1])["errors"]
    assert error["extensions"]["code"] == code
    assert source.begun == 0


async def test_events_come_whole_where_the_directives_are_off() -> None:
    """A client may use one document for all."""
    query = "subscription ($on: Boolean = false) { ticks(to: 1) { ... @defer(if: $on) { number } ... @defer(if: false) { must } } }"
    async with ask(query, "multipart/mixed") as (response, _):
        assert b'{"data":{"ticks":{"number":1,"must":1}}}' in await response.read()


async def test_a_silent_subscription_shows_that_it_is_alive() -> None:
    """A heartbeat is an empty part, or an empty comment."""
    async with ask(TICKS, APOLLO, subscriptions={"keep_alive": "20ms"}) as (response, _):
        await read_until(response, b"\r\n\r\n{}\r\n--graphql")
    async with ask(TICKS, "text/event-stream", subscriptions={"keep_alive": "20ms"}) as (response, _):
        await read_until(response, b":\n\n:\n\n")


async def test_who_leaves_ends_the_subscription() -> None:
    """Closing the connection closes the subgraph's own generator."""
    async with ask(TICKS, "text/event-stream") as (response, source):
        await source.until_open(1)
        response.close()
        await source.until_open(0)


async def test_a_query_is_answered_as_ever() -> None:
    """Clients offer streams with every request; what comes whole is JSON, if they take it."""
    async with ask("{ hello }", APOLLO) as (response, _):
        assert response.content_type == "application/json"
        assert await response.json() == {"data": {"hello": "world"}}


async def test_a_query_is_an_event_for_who_takes_nothing_else() -> None:
    """graphql-sse asks queries the same way."""
    async with ask("{ hello }", "text/event-stream") as (response, _):
        assert await response.read() == (
            b':\n\nevent: next\ndata: {"data":{"hello":"world"}}\n\nevent: complete\ndata: \n\n'
        )


@pytest.mark.parametrize("accept", ["text/event-stream", "multipart/mixed", f"{APOLLO};q=0.5"])
async def test_a_mutation_by_get_is_not_allowed_to_who_takes_streams(accept: str) -> None:
    """GraphQL over HTTP, section 5.3: the status is 405 whatever the client takes, and nothing is streamed."""
    async with world() as (address, _), aiohttp.ClientSession() as session:
        headers = {"accept": accept, "apollo-require-preflight": "1"}
        query = {"query": "mutation { double(number: 4) }"}
        async with session.get(f"http://{address}/graphql", params=query, headers=headers) as response:
            assert (response.status, response.headers["allow"]) == (405, "POST")
            assert response.content_type == "application/json"
            assert (await response.json())["errors"][0]["extensions"]["code"] == "METHOD_NOT_ALLOWED"


async def test_who_takes_no_stream_gets_no_subscription() -> None:
    """The error says so, as before."""
    async with ask(TICKS, "application/json") as (response, _):
        body = json.loads(await response.read())
        assert body["errors"][0]["extensions"]["code"] == "SUBSCRIPTION_NOT_SUPPORTED"


async def test_one_subscription_too_many_is_refused() -> None:
    """503, which tells clients to try again."""
    async with world(subscriptions={"open": 1}) as (address, source), aiohttp.ClientSession() as session:
        url, headers = f"http://{address}/graphql", {"accept": APOLLO}
        async with session.post(url, json={"query": TICKS}, headers=headers):
            await source.until_open(1)
            async with session.post(url, json={"query": TICKS}, headers=headers) as refused:
                assert refused.status == 503
        await source.until_open(0)


EVENTS, PARTS, WRAPPED = Carrier.EVENTS, Carrier.PARTS, Carrier.WRAPPED_PARTS
PATHS, IDS = Carrier.PATHS_PARTS, Carrier.IDS_PARTS


@pytest.mark.parametrize(
    ("accept", "carriers"),
    [
        (None, Carriers()),
        ("application/json", Carriers()),
        ("text/event-stream", Carriers(EVENTS, EVENTS, Incremental.PATHS)),
        ("multipart/mixed;deferSpec=20220824, application/json", Carriers(PATHS, PARTS, Incremental.PATHS)),
        ("multipart/mixed;incrementalSpec=v0.2, application/json", Carriers(IDS, PARTS, Incremental.IDS)),
        (f"multipart/mixed;deferSpec=20220824, {APOLLO}", Carriers(PATHS, PARTS, Incremental.PATHS)),
        (f"{APOLLO}, multipart/mixed;incrementalSpec=v0.2", Carriers(WRAPPED, PARTS, Incremental.IDS)),
        ('multipart/mixed; boundary=graphql; subscriptionSpec="1.0"', Carriers(WRAPPED)),
        ("text/event-stream, multipart/mixed", Carriers(EVENTS, EVENTS, Incremental.PATHS)),
        ("text/event-stream;q=0.1, multipart/mixed", Carriers(PARTS, PARTS, Incremental.PATHS)),
        ("text/event-stream;q=0, multipart/mixed;deferSpec=1999", Carriers()),
    ],
)
def test_a_client_gets_the_form_it_likes_best(accept: str | None, carriers: Carriers) -> None:
    """By quality, then by order; a specification that is not known is not spoken."""
    assert read_carriers(accept) == carriers


async def test_a_deferred_answer_comes_in_parts() -> None:
    """Both multipart forms, each named in the response's content type."""
    query = "{ hello ... @defer { name(number: 1) } }"
    for spec, first in (
        ("deferSpec=20220824", b'{"data":{"hello":"world"},"hasNext":true}'),
        ("incrementalSpec=v0.2", b'{"data":{"hello":"world"},"pending":[{"id":"0","path":[]}],"hasNext":true}'),
    ):
        async with ask(query, f"multipart/mixed;{spec}, application/json") as (response, _):
            assert response.headers["content-type"] == f'multipart/mixed; boundary="-"; {spec}'
            parts = (await response.read()).split(b"\r\n---")
            assert parts[0].partition(b"\r\n\r\n")[2] == first
            assert b'"name":"number 1"' in parts[1]
            assert parts[2] == b"--\r\n"
