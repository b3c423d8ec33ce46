"""The whole way over real HTTP: composed subgraphs behind real servers, one of which fails in every way there is."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import msgspec
import pytest
from aiohttp import web
from graphql import GraphQLSchema, graphql

from gateway.resolvers.engine import Engine, EngineOptions
from gateway.resolvers.headers import HeaderRules, PassHeader
from gateway.resolvers.messages import GraphQLRequest
from gateway.resolvers.subgraph_client import Endpoint, HttpClient, HttpTransport, LeanTransport
from gateway.resolvers.subgraph_client.aiohttp_transport import AiohttpTransport
from gateway.schema import Subgraph, compose
from tests.resolvers.servers import make_server

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])\n'
SDL = {
    "core": LINK + 'type Query { all: [Achievement] } type Achievement @key(fields: "id") { id: ID! title: String }',
    "city": LINK + 'type Achievement @key(fields: "id") { id: ID! city: String }',
}
DATA: dict[str, Any] = {
    "core": {"Query": {"all": [{"id": "1", "title": "干稻"}, {"id": "2", "title": "Steel"}]}},
    "city": {"Achievement": [{"id": "1", "city": "宁波"}, {"id": "2", "city": {"error": "no city"}}]},
}
QUERY = "{ all { title city } }"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def answering(schema: GraphQLSchema, seen: list[Mapping[str, str]]) -> Handler:
    async def handler(request: web.Request) -> web.Response:
        seen.append({name.lower(): value for name, value in request.headers.items()})
        body = await request.json()
        result = await graphql(
            schema, body["query"], variable_values=body.get("variables"), operation_name=body.get("operationName")
        )
        return web.json_response(result.formatted, content_type="application/graphql-response+json")

    return handler


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    application = web.Application()
    application.router.add_post("/", handler)
    runner = web.AppRunner(application, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0]
    try:
        yield f"http://{host}:{port}/"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def gateway(
    transport: Callable[..., HttpTransport] = LeanTransport,
    *,
    city: Handler | None = None,
    seconds: float = 20,
    seen: list[Mapping[str, str]] | None = None,
) -> AsyncIterator[Engine]:
    """An engine in front of two servers; ``city`` replaces the second one's handler."""
    composed = compose([Subgraph(name, "", sdl) for name, sdl in SDL.items()])
    assert composed.supergraph is not None, composed.errors
    async with AsyncExitStack() as stack:
        handlers = {
            name: answering(make_server(SDL[name], DATA[name]), seen if seen is not None else []) for name in SDL
        }
        handlers["city"] = city or handlers["city"]
        urls = {name: await stack.enter_async_context(serving(handler)) for name, handler in handlers.items()}
        endpoints = {name: Endpoint(url, seconds) for name, url in urls.items()}
        client = HttpClient(endpoints, transport(limit=4, max_body_bytes=100_000))
        stack.push_async_callback(client.close)
        yield Engine(
            composed.supergraph,
            client,
            options=EngineOptions(headers=HeaderRules((PassHeader("x-tenant", "x-tenant"),))),
        )


async def ask(engine: Engine, **headers: str) -> Any:
    return msgspec.json.decode((await engine.execute(GraphQLRequest(QUERY, headers=headers))).body)


@pytest.mark.parametrize("transport", [LeanTransport, AiohttpTransport])
async def test_two_servers_answer_as_one(transport: Callable[..., HttpTransport]) -> None:
    """Text in any script, an entity's error at its client path, and a named header passed on."""
    seen: list[Mapping[str, str]] = []
    async with gateway(transport, seen=seen) as engine:
        body = await ask(engine, **{"x-tenant": "zj", "cookie": "no"})
    assert body["data"] == {"all": [{"title": "干稻", "city": "宁波"}, {"title": "Steel", "city": None}]}
    assert [(error["message"], error["path"]) for error in body["errors"]] == [("no city", ["all", 1, "city"])]
    assert [(headers.get("x-tenant"), "cookie" in headers) for headers in seen] == [("zj", False)] * 2


async def drop(request: web.Request) -> web.StreamResponse:
    assert request.transport
    request.transport.close()
    return web.Response()


async def hang(_request: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    return web.Response()


async def crash(_request: web.Request) -> web.StreamResponse:
    return web.Response(status=500, text="Traceback: the secret is 42", content_type="text/plain")


async def babble(_request: web.Request) -> web.StreamResponse:
    return web.Response(text='{"data": {"_entities": [{"city": "the secret is 42"}]}}', content_type="application/json")


async def overflow(_request: web.Request) -> web.StreamResponse:
    return web.Response(text="x" * 200_000, content_type="application/json")


@pytest.mark.parametrize(
    ("city", "code"),
    [
        (drop, "SUBREQUEST_HTTP_ERROR"),
        (hang, "SUBREQUEST_HTTP_ERROR"),
        (crash, "SUBREQUEST_HTTP_ERROR"),
        (overflow, "SUBREQUEST_HTTP_ERROR"),
        (babble, "SUBREQUEST_MALFORMED_RESPONSE"),
    ],
)
async def test_a_failing_subgraph_costs_only_its_own_fields(city: Handler, code: str) -> None:
    """The rest is answered; the error names the subgraph, and nothing of what it said."""
    async with gateway(city=city, seconds=0.5) as engine:
        body = await ask(engine)
    assert body["data"] == {"all": [{"title": "干稻", "city": None}, {"title": "Steel", "city": None}]}
    (error,) = body["errors"]
    assert (error["path"], error["extensions"]["code"], error["extensions"]["service"]) == (["all"], code, "city")
    assert "secret" not in str(body)
