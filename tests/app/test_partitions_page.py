"""The market of docs/partitions.md is a member, as the page says."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientSession

from benchmarks.federation.servers import free_port
from gateway.app import make_app
from gateway.app.loading import Given
from gateway.schema import Subgraph, compose
from gateway.settings import make_settings
from tests.app.markets import served

PAGE = (Path(__file__).parents[2] / "docs" / "partitions.md").read_text(encoding="utf-8")
QUERY = "{ offers(first: 4) { totalCount edges { node { id } } pageInfo { hasNextPage endCursor } } figures { offers newest } }"


def block(language: str, number: int = 0) -> str:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)[number]  # type: ignore[no-any-return]


@asynccontextmanager
async def market(folder: Path, city: str) -> AsyncIterator[str]:
    """The page's program, as a process of its own."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(sys.executable, "market.py", city, str(port), cwd=folder)
    url = f"http://127.0.0.1:{port}/graphql"
    try:
        async with ClientSession() as session:
            while not await answers(session, url):
                assert process.returncode is None
        yield url
    finally:
        process.terminate()
        await process.wait()


async def answers(session: ClientSession, url: str) -> bool:
    try:
        async with session.post(url, json={"query": "{ __typename }"}) as response:
            return response.status == 200
    except ClientError:
        return False


async def test_three_markets_are_one_subgraph(tmp_path: Path) -> None:
    """The answer is the page's, to the cursor; a mutation goes where it belongs."""
    sdl = block("graphql")
    (tmp_path / "offers.graphql").write_text(sdl, encoding="utf-8")
    (tmp_path / "market.py").write_text(block("python"), encoding="utf-8")
    composed = compose([Subgraph("offers", "http://none/graphql", sdl)])
    assert composed.supergraph is not None, composed.errors
    async with AsyncExitStack() as stack:
        cities = ("3301", "3302", "3303")
        urls = await asyncio.gather(*(stack.enter_async_context(market(tmp_path, city)) for city in cities))
        members = {city: {"urls": [url]} for city, url in zip(cities, urls, strict=True)}
        traffic = {"subgraphs": {"offers": {"members": members}}}
        settings = make_settings({"supergraph": {"file": "none"}, "traffic": traffic}, folder=tmp_path)
        client = await stack.enter_async_context(served(make_app(settings, Given(composed.supergraph))))

        async def ask(query: str) -> Any:
            async with client.post("/graphql", json={"query": query}) as response:
                return await response.text()

        while "GATEWAY_NOT_READY" in await ask(QUERY):
            pass
        shown = re.sub(r"\s", "", block("json"))
        assert re.sub(r"\s", "", await ask(QUERY)) == shown
        assert await ask('mutation { publishOffer(city: "3303", title: "new") { id } }') == (
            '{"data":{"publishOffer":{"id":"3303-010"}}}'
        )


def test_the_definitions_for_other_composers_are_ours() -> None:
    """A subgraph that defines the directives as the page says composes as one that does not."""
    definitions = block("graphql", 1)
    rest = block("graphql").partition("type Query")[2]
    result = compose([Subgraph("offers", "http://none/graphql", f"{definitions}\ntype Query{rest}")])
    assert result.errors == ()
