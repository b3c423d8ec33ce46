"""A subgraph is asked for its SDL over HTTP."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from gateway.errors import SubgraphError
from gateway.resolvers.subgraph_client.introspection import fetch_sdl

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def subgraph(handler: Handler) -> AsyncIterator[str]:
    """The URL of a subgraph that answers as ``handler`` does."""
    application = web.Application()
    application.router.add_post("/graphql", handler)
    server = TestServer(application)
    await server.start_server()
    try:
        yield str(server.make_url("/graphql"))
    finally:
        await server.close()


async def test_the_sdl_is_what_the_service_field_says() -> None:
    """The query and the headers arrive; the SDL comes back as it is."""

    async def answer(request: web.Request) -> web.Response:
        assert "_service" in (await request.json())["query"]
        return web.json_response({"data": {"_service": {"sdl": f"# {request.headers['X-Key']}"}}})

    async with subgraph(answer) as url:
        assert await fetch_sdl("city", url, headers={"X-Key": "letmein"}) == "# letmein"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ('{"errors": [{"message": "Not for you."}]}', "Not for you."),
        ('{"data": {"_service": null}}', "no data._service.sdl"),
        ("<html>", "JSONDecodeError"),
    ],
)
async def test_an_answer_without_sdl_is_an_error_that_says_why(body: str, reason: str) -> None:
    """The error names the subgraph and carries the stable code."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=body, content_type="application/json")

    async with subgraph(answer) as url:
        with pytest.raises(SubgraphError, match=reason) as caught:
            await fetch_sdl("city", url)
    assert (caught.value.code, caught.value.subgraph) == ("DOWNSTREAM_SERVICE_ERROR", "city")


async def test_a_subgraph_that_is_down_is_an_error() -> None:
    """Nobody listens at the URL any more."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response()

    async with subgraph(answer) as url:
        pass
    with pytest.raises(SubgraphError, match="ClientConnectorError"):
        await fetch_sdl("city", url)
