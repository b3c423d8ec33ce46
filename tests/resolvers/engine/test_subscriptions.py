"""A subscription's events, each answered as a request of its own; how it ends, and that nothing is left of it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from graphql import GraphQLSchema, build_schema

from gateway.errors import SubgraphError
from gateway.resolvers.engine import Engine
from gateway.resolvers.messages import GraphQLRequest, GraphQLResponse, GraphQLStream
from gateway.resolvers.subgraph_client import Events, InProcessClient, SubgraphRequest, SubgraphResponse
from gateway.schema import Subgraph, compose

CORE = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
type Query { hello: String }
type Subscription { news(from: Int! = 1): Item }
type Item @key(fields: "id") { id: ID! }
"""
CITY = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
type Query { cities: Int }
type Item @key(fields: "id") { id: ID! title: String! }
"""
SUBSCRIPTION = "subscription($n: Int! = 1) { news(from: $n) { id title } }"


def core_server(events: AsyncIterator[Any] | None = None) -> GraphQLSchema:
    schema = build_schema(
        "type Query { hello: String } type Subscription { news(from: Int! = 1): Item } type Item { id: ID! }"
    )

    async def news(_: Any, __: Any, **arguments: int) -> AsyncIterator[Any]:
        first = arguments["from"]
        for number in range(first, first + 2):
            yield {"news": {"id": str(number)}}

    field = schema.subscription_type.fields["news"]  # type: ignore[union-attr]
    field.subscribe = (lambda *_, **__: events) if events is not None else news
    return schema


def city_server() -> GraphQLSchema:
    schema = build_schema(
        "scalar _Any type Query { cities: Int _entities(representations: [_Any!]!): [Item]! }"
        " type Item { id: ID! title: String }"
    )

    def entities(_: Any, __: Any, representations: list[Any]) -> list[Any]:
        return [{"title": None if r["id"] == "2" else f"item {r['id']}"} for r in representations]

    schema.query_type.fields["_entities"].resolve = entities  # type: ignore[union-attr]
    return schema


def make_engine(client: Any) -> Engine:
    supergraph = compose([Subgraph("core", "http://core", CORE), Subgraph("city", "http://city", CITY)]).supergraph
    assert supergraph is not None
    return Engine(supergraph, client)


async def subscribe(engine: Engine, query: str = SUBSCRIPTION, **variables: Any) -> GraphQLStream | GraphQLResponse:
    return await engine.stream(GraphQLRequest(query, variables=variables, subscriptions=True))


async def answers(engine: Engine, query: str = SUBSCRIPTION, **variables: Any) -> list[Any]:
    stream = await subscribe(engine, query, **variables)
    assert isinstance(stream, GraphQLStream)
    async with contextlib.aclosing(stream.payloads) as payloads:
        return [msgspec.json.decode(payload) async for payload in payloads]


async def test_each_event_is_answered_by_the_rest_of_the_plan() -> None:
    """What the source does not have is fetched for every event; nulls are an event's own problem."""
    engine = make_engine(InProcessClient({"core": core_server(), "city": city_server()}))
    first, second = await answers(engine)
    assert first == {"data": {"news": {"id": "1", "title": "item 1"}}}
    assert second["data"] == {"news": None}


async def test_variables_reach_the_source() -> None:
    """The subscription's arguments are those of the client."""
    engine = make_engine(InProcessClient({"core": core_server(), "city": city_server()}))
    assert [
        a["data"]["news"]["id"] for a in await answers(engine, "subscription($n: Int!) { news(from: $n) { id } }", n=7)
    ] == ["7", "8"]


async def test_an_operation_that_is_no_subscription_is_answered_whole() -> None:
    """A transport that can stream need not know beforehand what comes."""
    engine = make_engine(InProcessClient({"core": core_server(), "city": city_server()}))
    assert isinstance(await subscribe(engine, "{ hello }"), GraphQLResponse)


async def test_an_invalid_subscription_is_a_request_error() -> None:
    """It is refused before anything is sent."""
    client = InProcessClient({"core": core_server(), "city": city_server()})
    response = await subscribe(make_engine(client), "subscription { nothing }")
    assert isinstance(response, GraphQLResponse)
    assert not response.executed
    assert client.requests == []


async def test_a_transport_that_cannot_stream_is_refused() -> None:
    """Without ``subscriptions`` the answer is an error, as it was before."""
    engine = make_engine(InProcessClient({"core": core_server(), "city": city_server()}))
    response = await engine.execute(GraphQLRequest(SUBSCRIPTION))
    assert b"SUBSCRIPTION_NOT_SUPPORTED" in response.body


class Breaking(InProcessClient):
    """Gives one event and breaks off."""

    async def subscribe(self, request: SubgraphRequest) -> Events:
        yield SubgraphResponse({"news": {"id": "1"}})
        raise SubgraphError("Subgraph 'core' has closed the subscription.", subgraph="core")


async def test_a_source_that_breaks_off_is_the_last_answer() -> None:
    """The client hears why there is nothing more."""
    engine = make_engine(Breaking({"city": city_server()}))
    first, last = await answers(engine)
    assert first["data"] == {"news": {"id": "1", "title": "item 1"}}
    assert last["errors"][0]["message"] == "Subgraph 'core' has closed the subscription."
    assert last["errors"][0]["path"] == ["news"]


async def test_who_leaves_ends_the_source() -> None:
    """Closing the answer closes the subgraph's own generator, and leaves no task."""
    ended = asyncio.Event()

    async def endless() -> AsyncIterator[Any]:
        try:
            while True:
                yield {"news": {"id": "1"}}
        finally:
            ended.set()

    engine = make_engine(InProcessClient({"core": core_server(endless()), "city": city_server()}))
    stream = await subscribe(engine)
    assert isinstance(stream, GraphQLStream)
    before = asyncio.all_tasks()
    async with contextlib.aclosing(stream.payloads) as payloads:
        await anext(payloads)
    assert ended.is_set()
    assert asyncio.all_tasks() == before
