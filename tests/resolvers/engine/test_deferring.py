"""``@defer``: what comes first, what comes later, in which form, and whose errors are whose."""

import asyncio
import contextlib
from typing import Any

import msgspec
import pytest
from graphql import build_schema

from gateway.resolvers.engine import Engine
from gateway.resolvers.messages import GraphQLRequest, GraphQLResponse, GraphQLStream, Incremental
from gateway.resolvers.subgraph_client import InProcessClient, SubgraphRequest, SubgraphResponse
from gateway.schema import Subgraph, compose
from tests.resolvers.engine.assembling import ask, assemble

CORE = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
type Query { items: [Item!]! one: Item }
type Item @key(fields: "id") { id: ID! fast: Int }
"""
CITY = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
type Item @key(fields: "id") { id: ID! slow: Int must: Int! maker: Maker }
type Maker { name: String }
"""


class Client(InProcessClient):
    """``city`` answers when it is let; without items it fails."""

    def __init__(self) -> None:
        core = build_schema("type Query { items: [Item!]! one: Item } type Item { id: ID! fast: Int }")
        city = build_schema(
            "scalar _Any union _Entity = Item type Query { _entities(representations: [_Any!]!): [_Entity]! }"
            " type Item { id: ID! slow: Int must: Int! maker: Maker } type Maker { name: String }"
        )
        items = [{"id": "1", "fast": 10}, {"id": "2", "fast": 20}]
        core.query_type.fields["items"].resolve = lambda *_: items  # type: ignore[union-attr]
        core.query_type.fields["one"].resolve = lambda *_: items[0]  # type: ignore[union-attr]
        city.query_type.fields["_entities"].resolve = self.entities  # type: ignore[union-attr]
        super().__init__({"core": core, "city": city})
        self.let = asyncio.Event()
        self.let.set()
        self.must: int | None = 5

    def entities(self, _: Any, __: Any, representations: list[Any]) -> list[Any]:
        return [
            {
                "__typename": "Item",
                "id": r["id"],
                "slow": 100 * int(r["id"]),
                "must": self.must,
                "maker": {"name": f"maker {r['id']}"},
            }
            for r in representations
        ]

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        if request.subgraph == "city":
            await self.let.wait()
        return await super().send(request)


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def engine(client: Client) -> Engine:
    supergraph = compose([Subgraph("core", "http://core", CORE), Subgraph("city", "http://city", CITY)]).supergraph
    assert supergraph is not None
    return Engine(supergraph, client)


async def test_the_first_answer_does_not_wait(engine: Engine, client: Client) -> None:
    """It is there while the deferred block's subgraph has not answered."""
    client.let.clear()
    request = GraphQLRequest("{ one { fast ... @defer { slow } } }", incremental=Incremental.PATHS)
    answer = await engine.stream(request)
    assert isinstance(answer, GraphQLStream)
    async with contextlib.aclosing(answer.payloads) as payloads:
        assert msgspec.json.decode(await anext(payloads)) == {"data": {"one": {"fast": 10}}, "hasNext": True}
        client.let.set()
        assert msgspec.json.decode(await anext(payloads)) == {
            "incremental": [{"data": {"slow": 100}, "path": ["one"]}],
            "hasNext": False,
        }


async def test_parts_of_a_list_have_their_own_paths_and_the_block_s_label(engine: Engine) -> None:
    """The older form: each part says where it belongs."""
    _, part = await ask(engine, '{ items { id ... @defer(label: "later") { slow } } }', Incremental.PATHS)
    assert part["incremental"] == [
        {"data": {"slow": 100 * (n + 1)}, "path": ["items", n], "label": "later"} for n in range(2)
    ]


async def test_parts_are_announced_and_completed_by_id(engine: Engine) -> None:
    """The newer form: what is pending is said before it comes."""
    first, part = await ask(engine, '{ one { id ... @defer(label: "later") { slow } } }', Incremental.IDS)
    assert first == {
        "data": {"one": {"id": "1"}},
        "pending": [{"id": "0", "path": ["one"], "label": "later"}],
        "hasNext": True,
    }
    assert part == {
        "incremental": [{"id": "0", "data": {"slow": 100}}],
        "completed": [{"id": "0"}],
        "hasNext": False,
    }


@pytest.mark.parametrize("form", Incremental)
async def test_a_null_stays_within_its_block(engine: Engine, client: Client, form: Incremental) -> None:
    """What must not be null makes the block null, not what the client has already; the error comes with the block."""
    client.must = None
    first, part = await ask(engine, "{ one { fast ... @defer { must } } }", form)
    assert first["data"] == {"one": {"fast": 10}}
    assert "errors" not in first
    told = part["incremental"][0] if form is Incremental.PATHS else part["completed"][0]
    assert told.get("data") is None
    assert [error["path"] for error in told["errors"]] == [["one", "must"]]


@pytest.mark.parametrize("form", Incremental)
async def test_blocks_inside_blocks_come_after_them(engine: Engine, form: Incremental) -> None:
    """And together they make the whole."""
    payloads = await ask(engine, "{ ... @defer { one { fast ... @defer { maker { ... @defer { name } } } } } }", form)
    assert payloads[0]["data"] == {}
    assert assemble(payloads)["data"] == {"one": {"fast": 10, "maker": {"name": "maker 1"}}}


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("{ one { fast slow } }", {}),
        ("{ one { fast ... @defer(if: false) { slow } } }", {}),
        ("query($d: Boolean!) { one { fast ... @defer(if: $d) { slow } } }", {"d": False}),
    ],
)
async def test_without_deferred_blocks_the_answer_is_whole(
    engine: Engine, query: str, variables: dict[str, Any]
) -> None:
    """One payload, as every client knows it."""
    (whole,) = await ask(engine, query, Incremental.PATHS, **variables)
    assert whole == {"data": {"one": {"fast": 10, "slow": 100}}}


async def test_a_skipped_block_is_not_announced(engine: Engine) -> None:
    """Its conditions count before it is deferred."""
    query = "query($s: Boolean!) { one { fast ... @defer @skip(if: $s) { slow } } }"
    assert await ask(engine, query, Incremental.IDS, s=True) == [{"data": {"one": {"fast": 10}}}]


async def test_a_client_that_takes_no_parts_gets_the_whole(engine: Engine) -> None:
    """``@defer`` is a wish; ``@stream`` is one too, and lists always come whole."""
    query = "{ items @stream(initialCount: 1) { id ... @defer { slow } } }"
    response = await engine.execute(GraphQLRequest(query))
    assert msgspec.json.decode(response.body)["data"] == {"items": [{"id": "1", "slow": 100}, {"id": "2", "slow": 200}]}


async def test_who_leaves_stops_the_fetches(engine: Engine, client: Client) -> None:
    """Closing the answer leaves no task."""
    client.let.clear()
    before = asyncio.all_tasks()
    request = GraphQLRequest("{ one { fast ... @defer { slow } } }", incremental=Incremental.PATHS)
    answer = await engine.stream(request)
    assert isinstance(answer, GraphQLStream)
    async with contextlib.aclosing(answer.payloads) as payloads:
        await anext(payloads)
    assert asyncio.all_tasks() == before


async def test_the_directives_are_seen_by_introspection(engine: Engine) -> None:
    """Tools offer what clients may write."""
    response = await engine.execute(GraphQLRequest("{ __schema { directives { name } } }"))
    assert isinstance(response, GraphQLResponse)
    names = {each["name"] for each in msgspec.json.decode(response.body)["data"]["__schema"]["directives"]}
    assert {"defer", "stream"} <= names
