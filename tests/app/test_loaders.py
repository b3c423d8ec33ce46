"""Supergraphs from files and from servers are followed."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from gateway.app import make_loader
from gateway.app.loaded import digest
from gateway.app.polling import CdnLoader, UplinkLoader
from gateway.app.watching import FileLoader
from gateway.errors import SupergraphError
from gateway.settings import make_settings
from tests.app.markets import SUPERGRAPH, ask_gateway, served_with_loader
from tests.app.markets import settings as settings_of_file

RENAMED = SUPERGRAPH.replace('name: "city"', 'name: "town"')


def replace(path: Path, text: str) -> None:
    """Write a file as editors and deployments do: aside, then in its place."""
    aside = path.with_suffix(".new")
    aside.write_text(text, encoding="utf-8")
    os.replace(aside, path)


async def test_a_file_is_read_when_it_was_written(tmp_path: Path) -> None:
    """The version is the text's hash; an unchanged file gives nothing new."""
    path = tmp_path / "supergraph.graphql"
    replace(path, SUPERGRAPH)
    loader = FileLoader(path)
    first = await loader.look(None)
    assert first is not None
    assert first.version == digest(SUPERGRAPH)
    assert await loader.look(first.version) is None
    replace(path, RENAMED)
    second = await loader.look(first.version)
    assert second is not None
    assert list(second.supergraph.subgraphs) == ["healthcare", "town"]


async def test_a_file_that_became_bad_says_so_until_it_is_good(tmp_path: Path) -> None:
    """Wrong, then gone, then back."""
    path = tmp_path / "supergraph.graphql"
    replace(path, SUPERGRAPH)
    loader = FileLoader(path)
    first = await loader.look(None)
    assert first is not None
    replace(path, "type Query {")
    for _ in range(2):
        with pytest.raises(SupergraphError, match=r"supergraph\.graphql: The supergraph is not GraphQL"):
            await loader.look(first.version)
    path.unlink()
    with pytest.raises(SupergraphError, match="it cannot be read"):
        await loader.look(first.version)
    replace(path, SUPERGRAPH)
    assert await loader.look(first.version) is None


async def test_a_gateway_follows_its_file(tmp_path: Path) -> None:
    """What is written into the file is served; something wrong is not, and readiness tells."""
    settings = settings_of_file(tmp_path)
    loader = make_loader(settings)
    async with served_with_loader(settings, loader) as client:
        assert await ask_gateway(client, '{ __type(name: "Query") { name } }') == {"__type": {"name": "Query"}}
        replace(tmp_path / "supergraph.graphql", SUPERGRAPH.replace("publish(", "announce("))
        names = '{ __type(name: "Mutation") { fields { name } } }'
        async with asyncio.timeout(30):
            while await ask_gateway(client, names) != {"__type": {"fields": [{"name": "announce"}]}}:  # noqa: ASYNC110
                await asyncio.sleep(0)
        replace(tmp_path / "supergraph.graphql", "type Query {")
        async with asyncio.timeout(30):
            while (state := await (await client.get("/health/ready")).json())["status"] != "degraded":  # noqa: ASYNC110
                await asyncio.sleep(0)
        assert "The supergraph is not GraphQL" in state["reasons"][0]
        assert await ask_gateway(client, names) == {"__type": {"fields": [{"name": "announce"}]}}


Handler = Callable[[web.Request], Awaitable[web.Response]]


@asynccontextmanager
async def serving(method: str, answer: Handler) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route(method, "/supergraph", answer)
    server = TestServer(app)
    await server.start_server()
    try:
        yield str(server.make_url("/supergraph"))
    finally:
        await server.close()


async def test_a_cdn_is_asked_with_key_and_etag() -> None:
    """The key goes in its header; what has not changed is not sent again."""
    asked: list[tuple[str | None, str | None]] = []
    text = SUPERGRAPH

    async def answer(request: web.Request) -> web.Response:
        etag = f'"{digest(text)}"'
        asked.append((request.headers.get("x-hive-cdn-key"), request.headers.get("if-none-match")))
        if request.headers.get("if-none-match") == etag:
            return web.Response(status=304)
        return web.Response(text=text, headers={"etag": etag})

    async with serving("GET", answer) as url:
        loader = CdnLoader(url, headers={"x-hive-cdn-key": "secret"}, seconds=1)
        first = await loader.look(None)
        assert first is not None
        assert await loader.look(first.version) is None
        text = RENAMED
        second = await loader.look(first.version)
    assert second is not None
    assert list(second.supergraph.subgraphs) == ["healthcare", "town"]
    etag = f'"{digest(SUPERGRAPH)}"'
    assert asked == [("secret", None), ("secret", etag), ("secret", etag)]


async def test_a_cdn_without_etags_is_compared_by_content() -> None:
    """The same text is no new version."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(text=SUPERGRAPH)

    async with serving("GET", answer) as url:
        loader = CdnLoader(url, headers={}, seconds=1)
        first = await loader.look(None)
        assert first is not None
        assert await loader.look(first.version) is None


CDN_FAILURES = {
    "forbidden": (web.Response(status=403), "HTTP status 403"),
    "redirect": (web.Response(status=302, headers={"location": "http://127.0.0.1:1/"}), "HTTP status 302"),
    "wrong": (web.Response(text="<html>"), "not GraphQL"),
    "binary": (web.Response(body=b"\xff"), "not UTF-8"),
}


@pytest.mark.parametrize("failure", sorted(CDN_FAILURES))
async def test_a_cdn_that_gives_no_supergraph_is_an_error(failure: str) -> None:
    """The message has the address and what came; a redirect is not followed."""
    response, message = CDN_FAILURES[failure]

    async def answer(_: web.Request) -> web.Response:
        return response

    async with serving("GET", answer) as url:
        with pytest.raises(SupergraphError, match=f"{url}.*{message}"):
            await CdnLoader(url, headers={}, seconds=1).look(None)


async def test_a_server_that_is_down_is_an_error() -> None:
    """It cannot be reached, and the message says so."""
    with pytest.raises(SupergraphError, match="cannot be reached"):
        await CdnLoader("http://127.0.0.1:1/supergraph", headers={}, seconds=1).look(None)


class Uplink:
    """An Uplink service that has one version of a graph."""

    def __init__(self) -> None:
        self.id, self.sdl = "1", SUPERGRAPH
        self.asked: list[Any] = []

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.asked.append(body["variables"])
        return web.json_response({"data": {"routerConfig": self.config(body["variables"])}})

    def config(self, variables: dict[str, Any]) -> dict[str, Any]:
        if variables["apiKey"] != "secret":
            return {"__typename": "FetchError", "code": "AUTHENTICATION_FAILED", "message": "wrong key"}
        if variables["ifAfterId"] == self.id:
            return {"__typename": "Unchanged", "id": self.id, "minDelaySeconds": 30}
        return {"__typename": "RouterConfigResult", "id": self.id, "supergraphSdl": self.sdl, "minDelaySeconds": 30}


async def test_uplink_is_asked_for_what_comes_after() -> None:
    """Reference and key go as variables, and the id of what is there already."""
    uplink = Uplink()
    async with serving("POST", uplink.answer) as url:
        loader = UplinkLoader([url], graph_ref="market@production", key="secret", seconds=1)
        first = await loader.look(None)
        assert first is not None
        assert await loader.look(first.version) is None
        uplink.id, uplink.sdl = "2", RENAMED
        second = await loader.look(first.version)
    assert second is not None
    assert list(second.supergraph.subgraphs) == ["healthcare", "town"]
    shared = {"apiKey": "secret", "graph_ref": "market@production"}
    assert uplink.asked == [shared | {"ifAfterId": after} for after in (None, "1", "1")]


async def test_uplink_tells_why_it_gives_none() -> None:
    """A FetchError's code and message are told."""
    uplink = Uplink()
    async with serving("POST", uplink.answer) as url:
        loader = UplinkLoader([url], graph_ref="market@production", key="wrong", seconds=1)
        with pytest.raises(SupergraphError, match="AUTHENTICATION_FAILED: wrong key"):
            await loader.look(None)


async def test_the_next_endpoint_is_asked_when_one_fails() -> None:
    """One attempt each."""
    uplink = Uplink()
    async with serving("POST", uplink.answer) as url:
        loader = UplinkLoader(["http://127.0.0.1:1/", url], graph_ref="market@production", key="secret", seconds=1)
        with pytest.raises(SupergraphError):
            await loader.look(None)
        assert await loader.look(None) is not None


def test_the_settings_choose_the_loader(tmp_path: Path) -> None:
    """``supergraph.cdn`` and ``supergraph.uplink`` are the polling ones."""
    cdn = {"cdn": {"url": "http://127.0.0.1:1/", "key": "k"}}
    uplink = {"uplink": {"graph_ref": "market@production", "key": "k"}}
    assert isinstance(make_loader(make_settings({"supergraph": cdn}, folder=tmp_path)), CdnLoader)
    assert isinstance(make_loader(make_settings({"supergraph": uplink}, folder=tmp_path)), UplinkLoader)
