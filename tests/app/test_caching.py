"""A gateway with a cache, over real HTTP: what it keeps, what it says of it, and who may call it back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from click.testing import CliRunner

from gateway.app import make_app, make_loader
from gateway.cli import main
from tests.app.markets import CITY, HEALTHCARE, REQUEST, served, settings, subgraph, url_of

TOKEN, CITY_TOKEN = "a token of the operator", "a token of the city"
CACHE = {
    "enabled": True,
    "show": True,
    "tokens": [TOKEN],
    "subgraphs": {
        "city": {"max_age": "1h", "token": CITY_TOKEN},
        "healthcare": {"types": {"Achievement": {"max_age": "12h"}}},
    },
}
ENTITY = {"__typename": "Achievement", "id": "330100-A-000001"}


@asynccontextmanager
async def market(
    folder: Path, heard: list[dict[str, str]], *, more: dict[str, Any] | None = None, **cache: Any
) -> AsyncIterator[ClientSession]:
    """A gateway with these settings; ``heard`` has an entry for each request that reached a subgraph."""
    async with subgraph(CITY, heard=heard) as city, subgraph(HEALTHCARE, heard=heard) as healthcare:
        made = settings(
            folder,
            urls={"city": url_of(city), "healthcare": url_of(healthcare)},
            cache={**CACHE, **cache},
            **(more or {}),
        )
        async with served(make_app(made, make_loader(made))) as client:
            while (await client.get("/health/ready")).status != 200:  # noqa: ASYNC110  # nothing tells from outside
                await asyncio.sleep(0)
            yield client


async def ask(client: ClientSession) -> Any:
    async with client.post("/graphql", json=REQUEST) as response:
        return await response.json()


async def call_back(client: ClientSession, token: str | None, body: Any) -> tuple[int, Any]:
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    async with client.post("/registry/invalidate", json=body, headers=headers) as response:
        return response.status, await response.json()


async def test_settings_alone_are_enough(tmp_path: Path) -> None:
    """For subgraphs that say nothing of keeping themselves: the second answer comes from what is kept."""
    heard: list[dict[str, str]] = []
    async with market(tmp_path, heard) as client:
        first = await ask(client)
        assert first == await ask(client)
        assert len(heard) == 2


async def test_the_gateway_is_as_it_was_without_a_cache(tmp_path: Path) -> None:
    """It keeps nothing, says nothing of keeping, and has no desk."""
    heard: list[dict[str, str]] = []
    async with market(tmp_path, heard, enabled=False) as client:
        await ask(client)
        await ask(client)
        assert len(heard) == 4
        async with client.post("/graphql", json=REQUEST) as response:
            assert "cache-control" not in response.headers
        assert (await client.post("/registry/invalidate", json={})).status == 404


async def test_lookups_are_counted(tmp_path: Path) -> None:
    """By subgraph, type and result, for Prometheus; and how old what was found was."""
    heard: list[dict[str, str]] = []
    async with market(tmp_path, heard, more={"metrics": {"enabled": True}}, whole_answers=False) as client:
        for _ in range(3):
            await ask(client)
        text = await (await client.get("/metrics")).text()
    counted = {
        line.split(" ")[0]: float(line.split(" ")[1])
        for line in text.splitlines()
        if "cache_lookups" in line and line[0] != "#"
    }
    of_city = {
        result: value
        for name, value in counted.items()
        if "Query.achievement" in name
        for result in ("hit", "miss")
        if result in name
    }
    assert of_city == {"hit": 2.0, "miss": 1.0}
    assert "cache_age_seconds" in text


async def test_a_browser_revalidates(tmp_path: Path) -> None:
    """An answer to GET has a validator, and whoever has the answer gets 304."""
    heard: list[dict[str, str]] = []
    async with market(tmp_path, heard, headers=False) as client:
        parameters = {"query": str(REQUEST["query"]), "variables": '{"id": "330100-A-000001"}'}
        headers = {"apollo-require-preflight": "1"}
        async with client.get("/graphql", params=parameters, headers=headers) as response:
            assert response.headers["cache-control"] == "public, max-age=3600"
            tag = response.headers["etag"]
        async with client.get("/graphql", params=parameters, headers={**headers, "if-none-match": tag}) as response:
            assert (response.status, await response.read()) == (304, b"")
        assert len(heard) == 2


@pytest.mark.parametrize(
    ("token", "body", "status", "fetches"),
    [
        (TOKEN, {"entities": [ENTITY]}, 200, 2),
        (TOKEN, {"types": ["Achievement"]}, 200, 2),
        (TOKEN, {"types": ["healthcare/Achievement"]}, 200, 1),
        (TOKEN, {"subgraphs": ["city"]}, 200, 1),
        (TOKEN, {"tags": ["nothing has it"]}, 200, 0),
        (CITY_TOKEN, {"subgraphs": ["city"]}, 200, 1),
        (CITY_TOKEN, {"entities": [ENTITY]}, 200, 2),
        (CITY_TOKEN, {"subgraphs": ["healthcare"]}, 403, 0),
        (CITY_TOKEN, {"types": ["Achievement"]}, 403, 0),
        ("a token of nobody at all", {"subgraphs": ["city"]}, 401, 0),
        (None, {"subgraphs": ["city"]}, 401, 0),
        (TOKEN, {}, 400, 0),
        (TOKEN, {"everything": True}, 400, 0),
        (TOKEN, {"entities": [{"id": "1"}]}, 400, 0),
        (TOKEN, {"partitions": ["3301"]}, 400, 0),
        (TOKEN, {"partitions": ["city/3301"]}, 200, 0),
    ],
)
async def test_what_is_named_is_called_back(
    token: str | None, body: Any, status: int, fetches: int, tmp_path: Path
) -> None:
    """By those who have a token for it: an operator anything, a sub-market its own answers, entities and tags."""
    heard: list[dict[str, str]] = []
    async with market(tmp_path, heard) as client:
        await ask(client)
        heard.clear()
        assert (await call_back(client, token, body))[0] == status
        await ask(client)
        assert len(heard) == fetches


async def test_the_command_line_calls_back_and_inspects(tmp_path: Path) -> None:
    """What it shows before is gone afterwards."""
    heard: list[dict[str, str]] = []

    async def tongfen(*words: str) -> str:
        result = await asyncio.to_thread(CliRunner().invoke, main, ["cache", *words])
        assert result.exit_code == 0, result.output
        return str(result.output)

    async with market(tmp_path, heard) as client:
        await ask(client)
        at = (
            "--url",
            str(client._base_url),
            "--token",
            TOKEN,
        )
        shown = await tongfen("inspect", *at, "--type", "Achievement")
        assert "人工耳蜗" in shown
        assert '"kind": "memory"' in shown
        assert await tongfen("invalidate", *at, "--type", "Achievement") == "Invalidated on every replica.\n"
        shown = await tongfen("inspect", *at, "--type", "Achievement")
        assert "人工耳蜗" not in shown
        heard.clear()
        await ask(client)
        assert len(heard) == 2
        wrong = await asyncio.to_thread(
            CliRunner().invoke, main, ["cache", "invalidate", *at[:3], "wrong token, long", "--tag", "x"]
        )
        assert wrong.exit_code == 1
        assert "Send a token that the settings know" in wrong.output
