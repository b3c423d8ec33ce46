"""A market of two subgraphs over real HTTP, and a gateway in front of it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import uvicorn
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from graphql import GraphQLSchema, graphql

from gateway.app import Loader, make_app
from gateway.settings import Settings, make_settings
from gateway.transport.asgi import AsgiApp
from tests.resolvers.servers import make_server

SUPERGRAPH: Final = """
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.4", for: EXECUTION)
{ query: Query mutation: Mutation }
enum join__Graph {
  CITY @join__graph(name: "city", url: "http://city.invalid/graphql")
  HEALTHCARE @join__graph(name: "healthcare", url: "http://healthcare.invalid/graphql")
}
type Query @join__type(graph: CITY) @join__type(graph: HEALTHCARE) {
  achievement(id: ID!): Achievement @join__field(graph: CITY)
}
type Mutation @join__type(graph: CITY) { publish(title: String!): String @join__field(graph: CITY) }
type Achievement @join__type(graph: CITY, key: "id") @join__type(graph: HEALTHCARE, key: "id") {
  id: ID!
  title: String @join__field(graph: CITY)
  indication: String @join__field(graph: HEALTHCARE)
}
"""

CITY: Final = make_server(
    """
    type Query { achievement(id: ID!): Achievement }
    type Mutation { publish(title: String!): String }
    type Achievement @key(fields: "id") { id: ID! title: String }
    """,
    {
        "Query": {"achievement": {"id": "330100-A-000001", "title": "人工耳蜗"}},
        "Mutation": {"publish": "published"},
        "Achievement": [{"id": "330100-A-000001", "title": "人工耳蜗"}],
    },
)
HEALTHCARE: Final = make_server(
    'type Achievement @key(fields: "id") { id: ID! indication: String } type Query { none: Int }',
    {"Achievement": [{"id": "330100-A-000001", "indication": "hearing loss"}]},
)

QUERY: Final = "query Detail($id: ID!) { achievement(id: $id) { title indication } }"
REQUEST: Final = {"query": QUERY, "variables": {"id": "330100-A-000001"}}


@asynccontextmanager
async def subgraph(
    schema: GraphQLSchema,
    *,
    port: int = 0,
    sdl: str = "",
    headers: dict[str, str] | None = None,
    heard: list[Any] | None = None,
) -> AsyncIterator[TestServer]:
    """A GraphQL server on a port of its own, or on that one, that tells this SDL.

    It answers with these headers, and adds the headers of each request to ``heard``.
    """

    async def answer(request: web.Request) -> web.Response:
        body = await request.json()
        if "_service" in body["query"]:
            return web.json_response({"data": {"_service": {"sdl": sdl}}})
        result = await graphql(schema, body["query"], variable_values=body.get("variables"))
        if heard is not None:
            heard.append({name.lower(): value for name, value in request.headers.items()})
        return web.json_response(result.formatted, headers=headers)

    application = web.Application()
    application.router.add_post("/graphql", answer)
    server = TestServer(application, port=port)
    await server.start_server()
    try:
        yield server
    finally:
        await server.close()


def url_of(server: TestServer) -> str:
    return str(server.make_url("/graphql"))


def settings(folder: Path, *, urls: dict[str, str] | None = None, **sections: Any) -> Settings:
    """Settings whose supergraph is SUPERGRAPH, with these subgraphs' addresses."""
    path = folder / "supergraph.graphql"
    path.write_text(SUPERGRAPH, encoding="utf-8")
    traffic = {"timeout": "5s", **sections.pop("traffic", {})}
    own = traffic.pop("subgraphs", {})
    traffic["subgraphs"] = {name: {"url": url, **own.get(name, {})} for name, url in (urls or {}).items()}
    data = {"supergraph": {"file": str(path)}, "traffic": traffic, **sections}
    return make_settings(data, folder=folder)


@asynccontextmanager
async def served(app: AsgiApp) -> AsyncIterator[ClientSession]:
    """A client of the application, which uvicorn serves on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, lifespan="on", log_config=None, access_log=False))
        running = asyncio.create_task(server.serve(sockets=[listening]))
        port = listening.getsockname()[1]
        try:
            async with ClientSession(f"http://127.0.0.1:{port}") as client:
                yield client
        finally:
            server.should_exit = True
            await running


@asynccontextmanager
async def served_with_loader(settings: Settings, loader: Loader) -> AsyncIterator[ClientSession]:
    """A client of the gateway that follows the loader, once it is ready."""
    async with served(make_app(settings, loader)) as client:
        while (await client.get("/health/ready")).status != 200:  # noqa: ASYNC110  # nothing tells from outside
            await asyncio.sleep(0)
        yield client


async def ask_gateway(client: ClientSession, query: str) -> Any:
    """The data of an answer without errors."""
    async with client.post("/graphql", json={"query": query}) as response:
        answer = await response.json()
    assert "errors" not in answer, answer
    return answer["data"]
