"""Three of eleven cities and one industry market are dead: the ten front-end queries go on answering, from stale data inside their policy."""

import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from gateway.app.caching import make_options
from gateway.app.engine import make_options as make_engine_options
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
from gateway.resolvers.subgraph_client.protocol import Events
from gateway.schema import Subgraph, compose
from gateway.schema.supergraph import Supergraph, read_supergraph
from gateway.settings import read_settings
from gateway.transport.graphiql import Example
from tests.cli.test_demo import Demo, demo
from tests.end_to_end.test_ten_queries import EXAMPLES
from tests.resolvers.cache.entries import Clock
from tests.subgraphs.conftest import market_databases
from tests.subgraphs.databases import MarketDatabases

__all__ = ["market_databases"]

ROOT: Final = Path(__file__).parents[2]
NAMES: Final = ("core", "city", "agriculture", "carbon", "healthcare")
DEAD_CITIES: Final = ("3302", "3308", "3311")
DEAD_MARKET: Final = "healthcare"
HOUR, DAY = 3_600, 86_400


@dataclass
class Members:
    """The markets, some of which can die. The city market answers as one of many members does: for those that are gone with an error each.

    What names a dead city (an id, a code) is null there; what asks all cities lacks what the dead ones would say.
    """

    inner: HttpClient
    are_dead: bool = False
    refused: list[str] = field(default_factory=list)

    async def post(self, request: SubgraphRequest) -> HttpAnswer:
        if not self.are_dead:
            return await self.inner.post(request)
        if request.subgraph == DEAD_MARKET:
            self.refused.append(DEAD_MARKET)
            raise SubgraphError(f"Subgraph {DEAD_MARKET!r} cannot be reached.", subgraph=DEAD_MARKET)
        answer = await self.inner.post(request)
        return self._without_dead_cities(request, answer) if request.subgraph == "city" else answer

    def _without_dead_cities(self, request: SubgraphRequest, answer: HttpAnswer) -> HttpAnswer:
        body = msgspec.json.decode(answer.body)
        errors = []
        for alias, value in body["data"].items():
            if isinstance(value, list) and "_entities" in request.query:
                variable = re.search(rf"{alias}\b.*?representations: \$(\w+)", request.query, re.DOTALL)
                assert variable
                for number, representation in enumerate(request.variables[variable[1]]):
                    if any(str(each).startswith(DEAD_CITIES) for each in representation.values()):
                        value[number] = None
                        errors.append(_unreachable([alias, number]))
            else:
                errors.append(_unreachable([alias]))
        self.refused += ["city"] * len(errors)
        return HttpAnswer(
            answer.status, answer.headers, msgspec.json.encode({**body, "errors": errors} if errors else body)
        )

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        return read_answer(request.subgraph, await self.post(request))

    def subscribe(self, request: SubgraphRequest) -> Events:
        return self.inner.subscribe(request)

    async def close(self) -> None:
        await self.inner.close()


def _unreachable(path: list[str | int]) -> dict[str, Any]:
    return {"message": "A city cannot be reached.", "path": path, "extensions": {"code": "SUBREQUEST_HTTP_ERROR"}}


@dataclass
class Province:
    """The gateway before the markets, with the demo's own settings of its cache and a clock that the test turns."""

    engine: Engine
    members: Members
    clock: Clock

    async def ask(self, example: Example) -> Mapping[str, Any]:
        request = GraphQLRequest(example.query, variables=json.loads(example.variables or "{}"))
        answer: dict[str, Any] = msgspec.json.decode((await self.engine.execute(request)).body)
        return answer


@pytest.fixture(scope="module")
def running(market_databases: MarketDatabases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("dead")
    market_databases.copy_all(folder / "market")
    with demo(folder) as started:
        yield started


def compose_markets(running: Demo) -> Supergraph:
    ports = dict(re.findall(r"^  (\w+) +port (\d+)", running.text, re.MULTILINE))
    found = compose(
        [
            Subgraph(
                name,
                f"http://127.0.0.1:{ports[name]}/graphql",
                (ROOT / "subgraphs" / name / "schema.graphql").read_text(),
            )
            for name in NAMES
        ]
    )
    assert found.supergraph_sdl is not None
    return read_supergraph(found.supergraph_sdl)


@pytest.fixture
async def province(running: Demo) -> AsyncIterator[Province]:
    supergraph, clock = compose_markets(running), Clock()
    endpoints = {name: Endpoint(view.url) for name, view in supergraph.subgraphs.items()}
    members = Members(HttpClient(endpoints, LeanTransport(limit=20, max_body_bytes=10_000_000)))
    settings = read_settings(ROOT / "config" / "demo.yaml")
    options = make_options(settings.cache)
    store = MemoryStore(limit=100_000_000, clock=clock)
    client = CachingClient(members, store, supergraph, options, clock=clock)
    engine = Engine(
        supergraph, client, options=make_engine_options(settings), chance=lambda: 1.0
    )  # one plan for each query
    yield Province(engine, members, clock)
    await client.close()


async def test_the_ten_queries_outlive_dead_markets(province: Province) -> None:
    """Six hours after three cities and a market have died, every answer is whole and as it was, and says what of it is stale."""
    before = {example.name: await province.ask(example) for example in EXAMPLES}
    assert all("errors" not in answer for answer in before.values())
    province.members.are_dead = True
    province.clock.now += 6 * HOUR
    stale = {}
    for example in EXAMPLES:
        for _ in range(2):  # The second time, the operation is compiled.
            answer = await province.ask(example)
            assert "errors" not in answer, example.name
            assert answer["data"] == before[example.name]["data"], example.name
        sources = answer.get("extensions", {}).get("sources", [])
        assert {source["status"] for source in sources} <= {"STALE"}
        assert all(6 * HOUR <= source["ageSeconds"] < DAY for source in sources)
        stale[example.name] = sum(source["rows"] for source in sources)
    assert {"city", DEAD_MARKET} == set(province.members.refused)
    assert sum(rows > 0 for rows in stale.values()) >= 8, stale


async def test_after_its_policy_stale_data_is_served_no_more(province: Province) -> None:
    """A week later the dead markets' parts are missing, with an error for each, and nothing of them is stale."""
    for example in EXAMPLES:
        await province.ask(example)
    province.members.are_dead = True
    province.clock.now += 7 * DAY
    answers = {example.name: await province.ask(example) for example in EXAMPLES}
    assert answers["02_achievement_detail"]["errors"]
    assert answers["06_medical"]["errors"]
    statuses = {s["status"] for each in answers.values() for s in each.get("extensions", {}).get("sources", [])}
    assert statuses == set()


async def test_markets_that_are_back_are_asked_again(province: Province) -> None:
    """Nothing stale is served any more, once they answer."""
    for example in EXAMPLES:
        await province.ask(example)
    province.members.are_dead = True
    province.clock.now += 6 * HOUR
    await province.ask(EXAMPLES[1])
    province.members.are_dead = False
    answer = await province.ask(EXAMPLES[1])
    assert "sources" not in answer.get("extensions", {})
