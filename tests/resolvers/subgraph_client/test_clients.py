"""What every subgraph client must do: in process, and over real HTTP with each transport."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from graphql import GraphQLSchema, build_schema, graphql

from gateway.errors import SubgraphError
from gateway.resolvers.subgraph_client import (
    Endpoint,
    HttpClient,
    HttpTransport,
    InProcessClient,
    LeanTransport,
    SubgraphClient,
    SubgraphRequest,
)
from gateway.resolvers.subgraph_client.aiohttp_transport import AiohttpTransport
from gateway.types import OperationKind

SDL = """
scalar _Any
union _Entity = Achievement
type Query { achievement(id: ID!): Achievement  broken: String  _entities(representations: [_Any!]!): [_Entity]! }
type Achievement { id: ID! title: String }
"""
TITLES = {"1": "Cold-rolled steel", "2": "Drought-proof rice"}


def city_schema() -> GraphQLSchema:
    schema = build_schema(SDL)
    assert schema.query_type

    def entities(_root: Any, _info: Any, representations: list[dict[str, Any]]) -> list[Any]:
        for representation in representations:
            representation["title"] = TITLES.get(representation["id"])
        return [representation if representation["title"] else None for representation in representations]

    def broken(_root: Any, _info: Any) -> str:
        raise ValueError("the secret is 42")

    schema.query_type.fields["achievement"].resolve = lambda _r, _i, id: {"id": id, "title": TITLES.get(id)}  # noqa: A006
    schema.query_type.fields["broken"].resolve = broken
    schema.query_type.fields["_entities"].resolve = entities
    schema.type_map["_Entity"].resolve_type = lambda value, *_: value["__typename"]  # type: ignore[attr-defined]
    return schema


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    """An HTTP server on a free port; gives the URL of its GraphQL endpoint."""
    application = web.Application()
    application.router.add_post("/graphql", handler)
    runner = web.AppRunner(application, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0]
    try:
        yield f"http://{host}:{port}/graphql"
    finally:
        await runner.cleanup()


async def serve_city(request: web.Request) -> web.Response:
    body = await request.json()
    result = await graphql(
        city_schema(), body["query"], variable_values=body.get("variables"), operation_name=body.get("operationName")
    )
    return web.json_response(result.formatted, content_type="application/graphql-response+json")


def http_client(url: str, make: Callable[..., HttpTransport], timeout: float = 20) -> HttpClient:
    return HttpClient({"city": Endpoint(url, timeout)}, make(limit=4, max_body_bytes=10_000))


@pytest.fixture(params=["in process", LeanTransport, AiohttpTransport])
async def client(request: pytest.FixtureRequest) -> AsyncIterator[SubgraphClient]:
    if request.param == "in process":
        yield InProcessClient({"city": city_schema()})
        return
    async with serving(serve_city) as url:
        made = http_client(url, request.param)
        yield made
        await made.close()


def ask(query: str, **variables: Any) -> SubgraphRequest:
    return SubgraphRequest("city", OperationKind.QUERY, query, variables)


async def test_data_comes_back(client: SubgraphClient) -> None:
    """Query and variables go out, data comes in."""
    response = await client.send(ask("query($i: ID!) { achievement(id: $i) { title } }", i="1"))
    assert (response.data, response.errors) == ({"achievement": {"title": "Cold-rolled steel"}}, ())


async def test_the_operation_is_chosen_by_name(client: SubgraphClient) -> None:
    """The operation's name is sent along."""
    text = "query A { __typename } query B { b: __typename }"
    response = await client.send(SubgraphRequest("city", OperationKind.QUERY, text, {}, operation_name="B"))
    assert response.data == {"b": "Query"}


async def test_variables_are_never_shared(client: SubgraphClient) -> None:
    """A subgraph that writes into its representations does not write into ours."""
    representations = [{"__typename": "Achievement", "id": "2"}]
    text = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Achievement { title } } }"
    response = await client.send(ask(text, r=representations))
    assert response.data == {"_entities": [{"title": "Drought-proof rice"}]}
    assert representations == [{"__typename": "Achievement", "id": "2"}]


async def test_errors_come_back_beside_data(client: SubgraphClient) -> None:
    """A resolver's failure is the subgraph's answer, not the client's exception."""
    response = await client.send(ask("{ broken }"))
    assert response.data == {"broken": None}
    assert [error["path"] for error in response.errors] == [["broken"]]


async def test_an_invalid_operation_is_an_answer_without_data(client: SubgraphClient) -> None:
    """Request errors of the subgraph are passed on."""
    response = await client.send(ask("{ nothing }"))
    assert response.data is None
    assert "nothing" in response.errors[0]["message"]


async def test_an_unknown_subgraph_is_an_error_by_name(client: SubgraphClient) -> None:
    """A plan may name a subgraph that has no address."""
    with pytest.raises(SubgraphError, match="'carbon'") as caught:
        await client.send(SubgraphRequest("carbon", OperationKind.QUERY, "{ __typename }", {}))
    assert caught.value.subgraph == "carbon"


# Over HTTP only


async def failure(body: bytes, *, status: int = 200, content_type: str = "application/json") -> SubgraphError:
    async def handler(_request: web.Request) -> web.Response:
        return web.Response(body=body, status=status, content_type=content_type)

    async with serving(handler) as url:
        made = http_client(url, LeanTransport)
        with pytest.raises(SubgraphError) as caught:
            await made.send(ask("{ a }"))
        await made.close()
    return caught.value


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"secret",
        b'{"data": {"a": NaN}}',
        b'{"data": {"a": 1}',
        b'{"data": "\xff"}',
        b"[]",
        b"{}",
        b'{"data": null}',
        b'{"data": []}',
        b'{"data": null, "errors": []}',
        b'{"data": null, "errors": "secret"}',
        b'{"data": null, "errors": [{"text": "secret"}]}',
        b"[" * 9_000,
    ],
)
async def test_a_body_that_is_no_response_is_malformed(body: bytes) -> None:
    """The error names the subgraph and the cause, and repeats nothing of the body."""
    error = await failure(body)
    assert error.code == "SUBREQUEST_MALFORMED_RESPONSE"
    assert error.message.startswith("Subgraph 'city' did not answer with a GraphQL response: ")
    assert "secret" not in error.message


async def test_a_page_is_malformed() -> None:
    """A successful answer of another content type is no GraphQL response, whatever it holds."""
    error = await failure(b'{"data": {"a": 1}}', content_type="text/html")
    assert error.code == "SUBREQUEST_MALFORMED_RESPONSE"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"<h1>secret</h1>", "text/html"),
        (b'{"message": "secret"}', "application/json"),
        (b'{"data": {"a": 1}}', "application/json"),
        (b"secret", "application/graphql-response+json"),
    ],
)
async def test_an_http_error_is_one_with_its_status(body: bytes, content_type: str) -> None:
    """Without a GraphQL response of its own, a failed request shows its status."""
    error = await failure(body, status=503, content_type=content_type)
    assert (error.code, error.extensions) == ("SUBREQUEST_HTTP_ERROR", {"http": {"status": 503}})
    assert error.message == "Subgraph 'city' answered with HTTP status 503."


@pytest.mark.parametrize("content_type", ["application/json", "application/graphql-response+json"])
async def test_graphql_errors_count_whatever_the_status(content_type: str) -> None:
    """A subgraph that refuses with 400 and GraphQL errors has answered."""

    async def handler(_request: web.Request) -> web.Response:
        return web.json_response({"errors": [{"message": "no"}]}, status=400, content_type=content_type)

    async with serving(handler) as url:
        made = http_client(url, LeanTransport)
        response = await made.send(ask("{ a }"))
        await made.close()
    assert (response.data, response.errors) == (None, ({"message": "no"},))


async def test_both_media_types_are_asked_for_and_headers_are_passed_on() -> None:
    """The subgraph sees the new media type first, and cannot be sent another content type by a client's header."""
    seen: dict[str, str] = {}

    async def handler(request: web.Request) -> web.Response:
        seen.update({name.lower(): value for name, value in request.headers.items()})
        return web.json_response({"data": {}})

    async with serving(handler) as url:
        made = http_client(url, LeanTransport)
        headers = {"authorization": "Bearer x", "content-type": "text/plain"}
        await made.send(SubgraphRequest("city", OperationKind.QUERY, "{ a }", {}, headers=headers))
        await made.close()
    assert seen["accept"] == "application/graphql-response+json, application/json;q=0.9"
    assert (seen["authorization"], seen["content-type"]) == ("Bearer x", "application/json")


async def test_a_subgraph_that_hangs_is_given_up() -> None:
    """The endpoint's timeout holds where the request has none."""
    release = asyncio.Event()

    async def handler(_request: web.Request) -> web.Response:
        await release.wait()
        return web.json_response({"data": {}})

    async with serving(handler) as url:
        made = http_client(url, LeanTransport, timeout=0.05)
        with pytest.raises(SubgraphError, match="did not answer in time") as caught:
            await made.send(ask("{ a }"))
        release.set()
        await made.close()
    assert caught.value.code == "SUBREQUEST_HTTP_ERROR"


async def test_extensions_and_headers_of_an_answer_are_kept() -> None:
    """Whoever wraps the client can read them, for example cache-control."""

    async def handler(_request: web.Request) -> web.Response:
        body = {"data": {"a": 1}, "extensions": {"cost": 3}}
        return web.json_response(body, headers={"Cache-Control": "max-age=60"})

    async with serving(handler) as url:
        made = http_client(url, LeanTransport)
        response = await made.send(ask("{ a }"))
        await made.close()
    assert (response.extensions, response.headers["cache-control"]) == ({"cost": 3}, "max-age=60")
