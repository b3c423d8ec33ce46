"""A gateway over HTTP in front of a subgraph with many members: any of them down, slow, wrong, behind, or back again."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from gateway.app import make_app
from gateway.app.loading import Given
from gateway.app.members import open_book
from gateway.errors import SettingsError
from gateway.resolvers.subgraph_client import SubgraphRequest
from gateway.settings import Traffic, make_settings
from gateway.types import OperationKind
from tests.app.markets import served
from tests.resolvers.subgraph_client.partitions.market import TYPES, MemberServer, Row, supergraph

PAGE = """query Page($after: String) {
  demands(first: 2, after: $after) { totalCount edges { node { id title } } pageInfo { hasNextPage endCursor } }
}"""
NAMES = ("10", "11", "12")
LAST_YEAR = (TYPES % {"shared": ""}).replace(" title: String field", " field")


@dataclass
class Province:
    """Three members over HTTP, each of which can be stopped, held up or made to talk nonsense, and a gateway."""

    client: ClientSession
    members: Mapping[str, MemberServer]
    broken: dict[str, Any] = field(default_factory=dict)

    async def ask(self, query: str, **more: Any) -> Any:
        variables, headers = more.pop("variables", {}), more.pop("headers", {})
        body = {"query": query, "variables": variables, **more}
        async with self.client.post("/graphql", json=body, headers=headers) as response:
            return await response.json()

    async def walk(self) -> list[str]:
        """The ids of all pages, and that none of them has an error."""
        ids: list[str] = []
        after = None
        while True:
            answer = await self.ask(PAGE, variables={"after": after})
            assert "errors" not in answer, answer
            demands = answer["data"]["demands"]
            ids += [edge["node"]["id"] for edge in demands["edges"]]
            if not demands["pageInfo"]["hasNextPage"]:
                return ids
            after = demands["pageInfo"]["endCursor"]


@asynccontextmanager
async def member(server: MemberServer, name: str, broken: dict[str, Any]) -> AsyncIterator[str]:
    """A member's address."""

    async def answer(request: web.Request) -> web.StreamResponse:
        how = broken.get(name)
        if how == "down":
            assert request.transport is not None
            request.transport.abort()
        elif isinstance(how, asyncio.Event):
            await how.wait()
        elif isinstance(how, bytes):
            return web.Response(body=how, content_type="application/json")
        body = await request.json()
        query, variables = body["query"], body.get("variables", {})
        own = await server.answer(SubgraphRequest("city", OperationKind.QUERY, query, variables))
        return web.Response(status=own.status, body=own.body, content_type="application/json")

    application = web.Application()
    application.router.add_post("/graphql", answer)
    http = TestServer(application)
    await http.start_server()
    try:
        yield str(http.make_url("/graphql"))
    finally:
        await http.close()


@asynccontextmanager
async def province(tmp_path: Path, **sections: Any) -> AsyncIterator[Province]:
    """Two demands in each city. City 12 has last year's schema."""
    rows = {name: [Row(f"{name}-{n}", f"2026-0{n}", n, "f") for n in (1, 2)] for name in NAMES}
    servers = {name: MemberServer(own, types=LAST_YEAR if name == "12" else None) for name, own in rows.items()}
    broken: dict[str, Any] = {}
    sdl = tmp_path / "last_year.graphql"
    sdl.write_text(LAST_YEAR, encoding="utf-8")
    async with AsyncExitStack() as stack:
        urls = {name: await stack.enter_async_context(member(servers[name], name, broken)) for name in NAMES}
        members: dict[Any, Any] = {int(name): {"urls": [url]} for name, url in urls.items()}  # as YAML reads 3301
        members[12]["sdl"] = str(sdl)
        traffic = {"retry": {"attempts": 1}, "subgraphs": {"city": {"members": members}}, **sections.pop("traffic", {})}
        data = {"supergraph": {"file": "none.graphql"}, "traffic": traffic, **sections}
        app = make_app(make_settings(data, folder=tmp_path), Given(supergraph()))
        client = await stack.enter_async_context(served(app))
        while (await client.get("/health/ready")).status != 200:  # noqa: ASYNC110  # nothing tells from outside
            await asyncio.sleep(0)
        yield Province(client, servers, broken)


ALL = ["10-2", "11-2", "12-2", "10-1", "11-1", "12-1"]


async def test_pages_are_those_of_all_members(tmp_path: Path) -> None:
    """Again and again, so by the plain engine at first and then by the compiled one."""
    async with province(tmp_path) as of:
        for _ in range(3):
            assert await of.walk() == ALL


async def test_what_an_older_member_lacks_is_null_there(tmp_path: Path) -> None:
    """Its rows stand among the others'."""
    async with province(tmp_path) as of:
        for _ in range(3):
            answer = await of.ask("{ demands(first: 9) { nodes { id title } } }")
            titles = {node["id"]: node["title"] for node in answer["data"]["demands"]["nodes"]}
            assert titles == {id_: None if id_.startswith("12") else f"t{id_}" for id_ in ALL}


@pytest.mark.parametrize("how", ["down", b"nonsense", b'{"data": {"demands": [1]}}'])
async def test_a_member_that_fails_leaves_the_others_data(tmp_path: Path, how: Any) -> None:
    """One error names it, the summary says so, and it is whole again when it is back, without a restart."""
    async with province(tmp_path) as of:
        of.broken["11"] = how
        for _ in range(3):
            answer = await of.ask("{ demands(first: 9) { nodes { id } } }")
            found = [node["id"] for node in answer["data"]["demands"]["nodes"]]
            assert found == [id_ for id_ in ALL if not id_.startswith("11")]
            (error,) = answer["errors"]
            assert error["path"] == ["demands"]
            assert error["extensions"]["partition"] == "11"
            statuses = {source["partition"]: source["status"] for source in answer["extensions"]["sources"]}
            assert statuses == {"10": "OK", "11": "ERROR", "12": "OK"}
        of.broken.clear()
        assert await of.walk() == ALL


async def test_a_slow_member_does_not_hold_up_the_answer(tmp_path: Path) -> None:
    """It is waited for as long as the client says, by header or extension; another client wants all or nothing."""
    async with province(tmp_path) as of:
        gate = of.broken["10"] = asyncio.Event()
        try:
            query = "{ figures { demands } }"
            answer = await of.ask(query, headers={"tongfen-partitions": "within=200ms"})
            assert answer["data"]["figures"] == {"demands": 4}
            assert [source["status"] for source in answer["extensions"]["sources"]] == ["TIMEOUT", "OK", "OK"]
            answer = await of.ask(query, extensions={"partitions": {"withinMs": 200, "missing": "fail"}})
            assert answer["data"] == {"figures": None}
            assert len(answer["errors"]) == 1
        finally:
            gate.set()


async def test_a_breaker_opens_for_one_member_alone(tmp_path: Path) -> None:
    """Its status is OPEN then; the others are asked as before."""
    breaker = {"min_requests": 2, "failure_ratio": 0.5, "open": "60s", "max_open": "60s"}
    async with province(tmp_path, traffic={"breaker": breaker}) as of:
        of.broken["10"] = "down"
        for _ in range(4):
            answer = await of.ask("{ figures { demands } }")
            assert answer["data"]["figures"] == {"demands": 4}
        assert [source["status"] for source in answer["extensions"]["sources"]] == ["OPEN", "OK", "OK"]


async def test_what_is_kept_is_served_for_a_member_that_is_down(tmp_path: Path) -> None:
    """An entity of its own partition, stale, and told as such."""
    kept = {"enabled": True, "subgraphs": {"city": {"max_age": "1ms", "stale_if_error": "1h"}}}
    async with province(tmp_path, cache=kept) as of:
        query = '{ demand(id: "10-1") { title } }'
        assert (await of.ask(query))["data"] == {"demand": {"title": "t10-1"}}
        of.broken["10"] = "down"
        answer = await of.ask(query)
        assert answer["data"] == {"demand": {"title": "t10-1"}}
        assert "STALE" in {source["status"] for source in answer["extensions"]["sources"]}


def test_a_members_schema_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    """The key is named."""
    source = {"urls": ["http://a/"], "sdl": str(tmp_path / "none.graphql")}
    traffic = Traffic.model_validate({"subgraphs": {"city": {"members": {3301: source}}}})
    with pytest.raises(SettingsError, match=r"traffic\.subgraphs\.city\.members\.3301\.sdl"):
        open_book(traffic)
