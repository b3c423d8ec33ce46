"""GraphQL over WebSockets, over real sockets: both protocols, every closing code, and nothing left behind."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.transport.events import Source, world
from tests.transport.test_authentication import CLAIMS, RSA, key_set, public, sign

MODERN, LEGACY = "graphql-transport-ws", "graphql-ws"


class Client:
    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def send(self, **message: Any) -> None:
        await self.socket.send_str(json.dumps(message))

    async def receive(self) -> Any:
        async with asyncio.timeout(10):
            message = await self.socket.receive()
        assert message.type is aiohttp.WSMsgType.TEXT, (message, self.socket.close_code)
        return json.loads(message.data)

    async def code(self) -> int | None:
        async with asyncio.timeout(10):
            while (await self.socket.receive()).type is aiohttp.WSMsgType.TEXT:
                pass
        return self.socket.close_code

    async def init(self, **payload: Any) -> None:
        await self.send(type="connection_init", payload=payload)
        while (await self.receive())["type"] != "connection_ack":
            pass

    async def subscribe(self, name: str, query: str, **variables: Any) -> None:
        await self.send(id=name, type="subscribe", payload={"query": query, "variables": variables})


@contextlib.asynccontextmanager
async def connect(
    protocol: str | None = MODERN, *, origin: str | None = None, **settings: Any
) -> AsyncIterator[tuple[Client, Source]]:
    async with world(**settings) as (address, source), aiohttp.ClientSession() as session:
        protocols = (protocol,) if protocol else ()
        async with session.ws_connect(f"ws://{address}/graphql", protocols=protocols, origin=origin) as socket:
            yield Client(socket), source


async def test_a_subscription_ticks_until_it_completes() -> None:
    """Each event is a next, the end is a complete."""
    async with connect() as (client, source):
        await client.init()
        await client.subscribe("a", "subscription { ticks { number } }")
        await source.until_open(1)
        await source.put(5)
        assert await client.receive() == {"id": "a", "type": "next", "payload": {"data": {"ticks": {"number": 5}}}}
        await source.put(None)
        assert await client.receive() == {"id": "a", "type": "complete"}


async def test_a_query_and_a_mutation_are_answered_too() -> None:
    """One next and a complete."""
    async with connect() as (client, _):
        await client.init()
        await client.subscribe("q", "query($n: Int!) { name(number: $n) }", n=3)
        assert (await client.receive())["payload"] == {"data": {"name": "number 3"}}
        assert (await client.receive())["type"] == "complete"
        await client.subscribe("m", "mutation { double(number: 4) }")
        assert (await client.receive())["payload"] == {"data": {"double": 8}}


async def test_what_is_not_valid_is_an_error_of_its_operation() -> None:
    """The connection stays."""
    async with connect() as (client, _):
        await client.init()
        await client.subscribe("q", "{ nothing }")
        failed = await client.receive()
        assert (failed["id"], failed["type"]) == ("q", "error")
        assert failed["payload"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
        await client.subscribe("q", "{ hello }")
        assert (await client.receive())["payload"] == {"data": {"hello": "world"}}


async def test_an_event_s_error_does_not_end_the_subscription() -> None:
    """The event has errors and no data; the next one is well."""
    async with connect() as (client, source):
        await client.init()
        await client.subscribe("a", "subscription { ticks { must } }")
        await source.until_open(1)
        await source.put(13)
        assert (await client.receive())["payload"]["errors"][0]["message"] == "thirteen"
        await source.put(14)
        assert (await client.receive())["payload"] == {"data": {"ticks": {"must": 14}}}


async def test_completing_ends_the_subscription_upstream() -> None:
    """The subgraph's own generator is closed; so it is when the client goes without a word."""
    async with connect() as (client, source):
        await client.init()
        await client.subscribe("a", "subscription { ticks { number } }")
        await source.until_open(1)
        await client.send(id="a", type="complete")
        await source.until_open(0)
        await client.subscribe("a", "subscription { ticks { number } }")
        await source.until_open(1)
        await client.socket.close()
        await source.until_open(0)


async def test_equal_subscriptions_are_one_upstream() -> None:
    """Two clients' worth of events come from one subscription; other variables are another."""
    async with connect() as (client, source):
        await client.init()
        for name in ("a", "b"):
            await client.subscribe(name, "subscription { ticks { number } }")
        await source.until_open(1)
        await client.send(type="ping")
        assert (await client.receive())["type"] == "pong"
        await source.put(1)
        assert {(await client.receive())["id"] for _ in range(2)} == {"a", "b"}
        assert source.begun == 1


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        (["no json"], 4400),
        (['{"type":"dance"}'], 4400),
        (['{"id":"a","type":"subscribe","payload":{"query":"{ hello }"}}'], 4401),
        (['{"type":"connection_init"}', '{"type":"connection_init"}'], 4429),
        (['{"type":"connection_init"}', '{"type":"subscribe","payload":{"query":"{ hello }"}}'], 4400),
        (['{"type":"connection_init"}', '{"id":"a","type":"subscribe","payload":{"query":5}}'], 4400),
        (
            [
                '{"type":"connection_init"}',
                *['{"id":"a","type":"subscribe","payload":{"query":"subscription { ticks { number } }"}}'] * 2,
            ],
            4409,
        ),
    ],
)
async def test_who_breaks_the_protocol_is_closed_with_its_code(messages: list[str], code: int) -> None:
    """graphql-transport-ws has a code for each way to break it."""
    async with connect() as (client, _):
        for message in messages:
            await client.socket.send_str(message)
        assert await client.code() == code


async def test_who_does_not_introduce_itself_is_closed() -> None:
    """4408 after the settings' time."""
    async with connect(subscriptions={"init_time": "50ms"}) as (client, _):
        assert await client.code() == 4408


async def test_an_unknown_subprotocol_is_closed() -> None:
    """4406, as browsers cannot see a refused handshake's reason."""
    async with connect("soap") as (client, _):
        assert await client.code() == 4406


async def test_a_token_that_does_not_count_is_forbidden_at_once(tmp_path: Path) -> None:
    """4403 in answer to connection_init; the token may come in its payload."""
    (tmp_path / "keys.json").write_bytes(key_set(public(RSA, "r")))
    async with connect(authentication={"keys": [str(tmp_path / "keys.json")]}) as (client, _):
        await client.send(type="connection_init", payload={"Authorization": f"Bearer {sign(CLAIMS)}"})
        assert (await client.receive())["type"] == "connection_ack"
    async with connect(authentication={"keys": [str(tmp_path / "keys.json")]}) as (client, _):
        await client.send(type="connection_init", payload={"Authorization": "Bearer nonsense"})
        assert await client.code() == 4403


async def test_a_page_of_another_site_cannot_connect() -> None:
    """Browsers send WebSockets across sites without asking; cors.origins lets some in."""
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with connect(origin="https://evil.example"):
            pass
    assert refused.value.status == 403
    async with connect(origin="https://good.example", cors={"origins": ["https://good.example"]}) as (client, _):
        await client.init()


async def test_a_message_that_is_too_long_closes_the_connection() -> None:
    """1009, whatever it would have said."""
    async with connect(subscriptions={"message_bytes": 1000}) as (client, _):
        await client.init()
        await client.subscribe("a", "{ hello }" + " " * 1000)
        assert await client.code() == 1009


async def test_too_many_operations_are_refused_one_by_one() -> None:
    """What is under way goes on."""
    async with connect(subscriptions={"per_connection": 1}) as (client, source):
        await client.init()
        await client.subscribe("a", "subscription { ticks { number } }")
        await source.until_open(1)
        await client.subscribe("b", "{ hello }")
        refused = await client.receive()
        assert (refused["id"], refused["type"]) == ("b", "error")
        await source.put(1)
        assert (await client.receive())["id"] == "a"


async def test_the_older_protocol_is_spoken_too() -> None:
    """start, data, stop; ka after the acknowledgement."""
    async with connect(LEGACY) as (client, source):
        await client.send(type="connection_init", payload={})
        assert [(await client.receive())["type"] for _ in range(2)] == ["connection_ack", "ka"]
        await client.send(id="1", type="start", payload={"query": "subscription { ticks { number } }"})
        await source.until_open(1)
        await source.put(7)
        assert await client.receive() == {"id": "1", "type": "data", "payload": {"data": {"ticks": {"number": 7}}}}
        await client.send(id="1", type="stop")
        await source.until_open(0)
        await client.send(id="2", type="start", payload={"query": "{ nothing }"})
        assert (await client.receive())["payload"]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


async def test_a_silent_connection_is_pinged() -> None:
    """The client hears that the gateway is there."""
    async with connect(subscriptions={"keep_alive": "20ms"}) as (client, _):
        await client.init()
        assert await client.receive() == {"type": "ping"}
        await client.send(type="pong")


async def test_nothing_is_left_of_those_who_left() -> None:
    """After many clients have come and gone in the middle of their subscriptions there are no more tasks than before."""
    async with world() as (address, source), aiohttp.ClientSession() as session:
        before = len(asyncio.all_tasks())
        for _ in range(20):
            socket = await session.ws_connect(f"ws://{address}/graphql", protocols=(MODERN,))
            client = Client(socket)
            await client.init()
            await client.subscribe("a", "subscription { ticks { number } }")
            await source.until_open(1)
            await socket.close()
            await source.until_open(0)
        async with asyncio.timeout(10):
            while len(asyncio.all_tasks()) > before:  # noqa: ASYNC110  # tasks tell nobody that they end
                await asyncio.sleep(0.01)
