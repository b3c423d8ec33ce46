"""A market's application: where it listens, what it hides, and whether it says that it is ready."""

import json
from pathlib import Path
from typing import Any

import pytest

from subgraphs.kit.database import sqlite_url
from tests.subgraphs.asking import TABLES, Asker, open_market


@pytest.mark.parametrize("name", TABLES)
async def test_a_market_lives_and_is_ready_while_its_database_answers(name: str, tmp_path: Path) -> None:
    """Live means the process; ready means the database with the market's tables."""
    async with open_market(name, sqlite_url(tmp_path / "empty.sqlite")) as market:
        assert await market.send("GET", "/health/live") == (200, b'{"status":"live"}')
        status, body = await market.send("GET", "/health/ready")
        assert status == 503
        assert json.loads(body) == {"status": "unavailable", "reason": "the database does not answer"}


async def test_a_market_with_its_tables_is_ready(core: Asker) -> None:
    """200 as soon as the tables are there."""
    assert await core.send("GET", "/health/ready") == (200, b'{"status":"ready"}')


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/graphql", 405), ("POST", "/health/live", 405), ("GET", "/", 404), ("POST", "/graphql/", 404)],
)
async def test_other_paths_and_methods_are_refused(core: Asker, method: str, path: str, status: int) -> None:
    """There is no page for browsers, no query by GET, and no redirect."""
    assert (await core.send(method, path))[0] == status


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("{ nope }", {}),
        ("{ figures { ", {}),
        ("query ($n: Int!) { deals(first: $n) { id } }", {"n": 2**31}),
        ("query ($d: Date!) { mountainCounties(on: $d) { kind } }", {"d": "27.6.2022"}),
        ("query ($d: Date!) { mountainCounties(on: $d) { kind } }", {"d": 20220627}),
        ("{ regions(level: VILLAGE) { code } }", {}),
    ],
)
async def test_a_wrong_request_is_told_what_is_wrong_with_it(
    core: Asker, query: str, variables: dict[str, Any]
) -> None:
    """Syntax, validity and variables are the client's: the message is whole, and nothing is asked of the database."""
    answer = await core.answer(query, **variables)
    assert answer.get("data") is None
    assert all("logged" not in error["message"] and error["locations"] for error in answer["errors"])
    assert core.statements == []


async def test_what_fails_inside_is_hidden_and_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The client sees a code and no text of ours; the log has one entry with the cause."""
    async with open_market("core", sqlite_url(tmp_path / "empty.sqlite")) as market:
        answer = await market.answer('{ region(code: "330000") { name } }')
    assert answer["data"] == {"region": None}
    (error,) = answer["errors"]
    assert error["message"] == "Something failed here; it is logged."
    assert (error["path"], error["extensions"]) == (["region"], {"code": "INTERNAL_SERVER_ERROR"})
    (record,) = caplog.records
    assert "no such table" in caplog.text
    assert record.name == "subgraphs"


async def test_a_refusal_is_told_and_not_logged(core: Asker, caplog: pytest.LogCaptureFixture) -> None:
    """What a client did wrong is no news for an operator."""
    answer = await core.answer("{ deals(first: 501) { id } }")
    (error,) = answer["errors"]
    assert error["message"] == "first: 501 is outside 0 to 500; ask for less and read on."
    assert error["extensions"] == {"code": "INVALID_PAGE_SIZE"}
    assert caplog.records == []


async def test_the_callers_representations_are_left_as_they_came(core: Asker) -> None:
    """Two fields that take the same variable see the same representations."""
    query = "query ($r: [_Any!]!) { a: _entities(representations: $r) { __typename } b: _entities(representations: $r) { __typename } }"
    found = await core.ask(query, r=[{"__typename": "Region", "code": "330000"}])
    assert found == {"a": [{"__typename": "Region"}], "b": [{"__typename": "Region"}]}


@pytest.mark.parametrize("name", TABLES)
async def test_the_service_answers_with_its_sdl(name: str, tmp_path: Path) -> None:
    """``_service { sdl }`` is what composition reads (subgraph specification)."""
    async with open_market(name, sqlite_url(tmp_path / "empty.sqlite")) as market:
        sdl = (await market.ask("{ _service { sdl } }"))["_service"]["sdl"]
    assert "https://specs.apollo.dev/federation/v2.9" in sdl
