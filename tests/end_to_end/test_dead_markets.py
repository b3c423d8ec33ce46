"""Three of eleven cities and one industry market are dead: the ten front-end queries go on answering, from stale data inside their policy."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from gateway.app.caching import make_options
from gateway.app.engine import make_options as make_engine_options
from gateway.cli.demo_places import CITIES
from gateway.errors import SubgraphError
from gateway.resolvers.cache import MemoryStore
from gateway.resolvers.engine import Engine
from gateway.resolvers.messages import GraphQLRequest
from gateway.resolvers.subgraph_client import (
    Endpoint,
    HttpAnswer,
    HttpClient,
    LeanTransport,
    SubgraphRequest,
    SubgraphResponse,
    read_answer,
)
from gateway.resolvers.subgraph_client.caching import CachingClient
from gateway.resolvers.subgraph_client.partitions import (
    Member,
    MemberBook,
    MemberEndpoints,
    PartitionedClient,
    PartitionOptions,
)
from gateway.resolvers.subgraph_client.protocol import Events
from gateway.schema import Subgraph, compose
from gateway.schema.supergraph import Supergraph, read_supergraph
from gateway.settings import read_settings
from gateway.transport.graphiql import Example
from tests.cli.test_demo import Demo, demo
from tests.end_to_end.databases import beside
from tests.end_to_end.test_ten_queries import EXAMPLES
from tests.resolvers.cache.entries import Clock
from tests.subgraphs.conftest import market_databases
from tests.subgraphs.databases import MarketDatabases

__all__ = ["market_databases"]

ROOT: Final = Path(__file__).parents[2]
NAMES: Final = ("core", "city", "agriculture", "carbon", "healthcare")
DEAD: Final = {"city/3302", "city/3308", "city/3311", "healthcare"}
HOUR, DAY = 3_600, 86_400


@dataclass
class Servers:
    """The markets' and the cities' servers, some of which can die."""

    inner: HttpClient
    are_dead: bool = False
    refused: list[str] = field(default_factory=list)

    async def post(self, request: SubgraphRequest) -> HttpAnswer:
        name = request.subgraph.removesuffix("/0")
        if self.are_dead and name in DEAD:
            self.refused.append(name)
            raise SubgraphError(f"Subgraph {request.subgraph!r} cannot be reached.", subgraph=request.subgraph)
        return await self.inner.post(request)

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        return read_answer(request.subgraph, await self.post(request))

    def subscribe(self, request: SubgraphRequest) -> Events:
        return self.inner.subscribe(request)

    async def close(self) -> None:
        await self.inner.close()


@dataclass
class Province:
    """The gateway before the markets, with the demo's own settings of its cache and a clock that the test turns."""

    engine: Engine
    servers: Servers
    clock: Clock

    async def ask(self, example: Example) -> Mapping[str, Any]:
        request = GraphQLRequest(example.query, variables=json.loads(example.variables or "{}"))
        answer: dict[str, Any] = msgspec.json.decode((await self.engine.execute(request)).body)
        return answer


@pytest.fixture(scope="module")
def running(market_databases: MarketDatabases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with demo(beside(market_databases, tmp_path_factory.mktemp("demo"))) as started:
        yield started


def compose_markets(running: Demo) -> Supergraph:
    found = compose(
        [
            Subgraph(
                name,
                f"http://127.0.0.1:{running.ports.get(name, 0)}/graphql",  # the cities have no server but their own
                (ROOT / "subgraphs" / name / "schema.graphql").read_text(),
            )
            for name in NAMES
        ]
    )
    assert found.supergraph_sdl is not None
    return read_supergraph(found.supergraph_sdl)


def members_of(running: Demo) -> MemberBook:
    cities = (Member(each, (f"http://127.0.0.1:{running.ports[f'city {each}']}/graphql",)) for each in CITIES)
    return MemberBook({"city": tuple(cities)})


@pytest.fixture
async def province(running: Demo) -> AsyncIterator[Province]:
    supergraph, book, clock = compose_markets(running), members_of(running), Clock()
    endpoints = {name: Endpoint(view.url) for name, view in supergraph.subgraphs.items()}
    transport = LeanTransport(limit=20, max_body_bytes=10_000_000)
    servers = Servers(HttpClient(MemberEndpoints(endpoints, book), transport))
    partitioned = PartitionedClient(servers, book, supergraph, PartitionOptions(lambda _: 30.0))
    settings = read_settings(ROOT / "config" / "demo.yaml")
    options = make_options(settings.cache)
    store = MemoryStore(limit=100_000_000, clock=clock)
    client = CachingClient(partitioned, store, supergraph, options, clock=clock)
    engine = Engine(
        supergraph, client, options=make_engine_options(settings), chance=lambda: 1.0
    )  # one plan for each query
    yield Province(engine, servers, clock)
    await client.close()


async def test_the_ten_queries_outlive_dead_markets(province: Province) -> None:
    """Six hours after three cities and a market have died, every answer is whole and as it was, and says what of it is stale."""
    before = {example.name: await province.ask(example) for example in EXAMPLES}
    assert all("errors" not in answer for answer in before.values())
    province.servers.are_dead = True
    province.clock.now += 6 * HOUR
    stale = {}
    for example in EXAMPLES:
        for _ in range(2):  # The second time, the operation is compiled.
            answer = await province.ask(example)
            assert "errors" not in answer, example.name
            assert answer["data"] == before[example.name]["data"], example.name
        sources = [one for one in answer.get("extensions", {}).get("sources", []) if one["status"] == "STALE"]
        assert all(6 * HOUR <= source["ageSeconds"] < DAY for source in sources)
        stale[example.name] = sum(source["rows"] for source in sources)
    assert set(province.servers.refused) == DEAD
    assert sum(rows > 0 for rows in stale.values()) >= 8, stale


async def test_after_its_policy_stale_data_is_served_no_more(province: Province) -> None:
    """A week later the dead markets' parts are missing, with an error for each, and nothing of them is stale."""
    for example in EXAMPLES:
        await province.ask(example)
    province.servers.are_dead = True
    province.clock.now += 7 * DAY
    answers = {example.name: await province.ask(example) for example in EXAMPLES}
    assert answers["02_achievement_detail"]["errors"]
    assert answers["06_medical"]["errors"]
    statuses = {s["status"] for each in answers.values() for s in each.get("extensions", {}).get("sources", [])}
    assert "STALE" not in statuses
    assert "ERROR" in statuses


async def test_markets_that_are_back_are_asked_again(province: Province) -> None:
    """Nothing stale is served any more, once they answer."""
    for example in EXAMPLES:
        await province.ask(example)
    province.servers.are_dead = True
    province.clock.now += 6 * HOUR
    await province.ask(EXAMPLES[1])
    province.servers.are_dead = False
    answer = await province.ask(EXAMPLES[1])
    assert "sources" not in answer.get("extensions", {})
