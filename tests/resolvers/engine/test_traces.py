"""A run that gets the same lasting answers as one before it has its data, and one that gets others asks nothing twice."""

from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from gateway.resolvers.cache import MemoryStore
from gateway.resolvers.cache.policy import Policy
from gateway.resolvers.engine import Engine
from gateway.resolvers.executor.compiled import traces
from gateway.resolvers.messages import GraphQLRequest
from gateway.resolvers.subgraph_client import HttpAnswer, SubgraphClient, SubgraphRequest, SubgraphResponse
from gateway.resolvers.subgraph_client.caching import CachingClient, CachingOptions, SubgraphRules
from gateway.resolvers.subgraph_client.protocol import Events
from tests.resolvers.cache.entries import Clock
from tests.resolvers.subgraph_client.caching.shops import MARKET, Fake

QUERY = "query($city: ID) { listings(city: $city) { id title stars } }"
OPTIONS = CachingOptions(others=SubgraphRules(default=Policy(max_age=60)))


@dataclass
class Watched:
    """Notes what the engine asks the cache for."""

    inner: SubgraphClient
    requests: list[SubgraphRequest] = field(default_factory=list)

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        self.requests.append(request)
        return await self.inner.send(request)

    async def post(self, request: SubgraphRequest) -> HttpAnswer:
        self.requests.append(request)
        return await self.inner.post(request)

    def subscribe(self, request: SubgraphRequest) -> Events:
        return self.inner.subscribe(request)

    async def close(self) -> None:
        await self.inner.close()


@dataclass
class Gateway:
    """An engine behind which everything is kept."""

    clock: Clock = field(default_factory=Clock)
    fake: Fake = field(default_factory=Fake)

    def __post_init__(self) -> None:
        self.store = MemoryStore(limit=10_000_000, clock=self.clock)
        self.watched = Watched(CachingClient(self.fake, self.store, MARKET, OPTIONS, clock=self.clock))
        self.engine = Engine(MARKET, self.watched)

    async def ask(self, **variables: Any) -> Any:
        return msgspec.json.decode((await self.engine.execute(GraphQLRequest(QUERY, variables=variables))).body)

    async def asked_for(self, **variables: Any) -> tuple[Any, list[str]]:
        """What comes, and which subgraphs the engine wanted it of."""
        self.watched.requests.clear()
        found = await self.ask(**variables)
        return found, [request.subgraph for request in self.watched.requests]


@pytest.fixture
def encoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of the traces that were kept."""
    sizes: list[int] = []
    keep = traces.Traces.keep

    def noting(self: traces.Traces, trace: traces.Trace, variables: Any) -> None:
        sizes.append(trace.size)
        keep(self, trace, variables)

    monkeypatch.setattr(traces.Traces, "keep", noting)
    return sizes


async def test_an_equal_run_has_the_data_of_the_one_before(encoded: list[int]) -> None:
    """The third run finds what the second has left: it asks the cache the same, and keeps nothing anew."""
    gateway = Gateway()
    told = [await gateway.asked_for(city="1") for _ in range(4)]
    assert told[0] == told[1] == told[2] == told[3]
    assert told[0][1] == ["city", "shop"]
    assert len(encoded) == 1


async def test_what_was_called_back_is_asked_for_and_nothing_twice() -> None:
    """The root field's answer is still kept, one entity of the other subgraph is not."""
    gateway = Gateway()
    for _ in range(3):
        await gateway.ask(city="1")
    before = len(gateway.fake.requests)
    await gateway.store.invalidate(["s:shop"])
    found, asked = await gateway.asked_for(city="1")
    assert found["data"]["listings"][0]["stars"] == 1
    assert asked == ["city", "shop"]
    assert [request.subgraph for request in gateway.fake.requests[before:]] == ["shop"]


async def test_a_new_root_answer_leads_to_new_requests() -> None:
    """The ids that are asked of the other subgraph are those of the new answer."""
    gateway = Gateway()
    for _ in range(3):
        await gateway.ask(city="1")
    gateway.fake.city["Query"]["listings"] = [{"id": "3"}]
    await gateway.store.invalidate(["u:listings-1"])
    found, asked = await gateway.asked_for(city="1")
    assert found == {"data": {"listings": [{"id": "3", "title": "title 3", "stars": 3}]}}
    assert asked == ["city", "shop"]


async def test_a_subgraph_that_is_down_is_not_asked_twice() -> None:
    """Its failure is known to the ordinary run, and to the plain executor after it."""
    gateway = Gateway()
    for _ in range(3):
        await gateway.ask(city="1")
    await gateway.store.invalidate(["s:shop"])
    gateway.fake.is_down = True
    before = len(gateway.fake.requests)
    found, asked = await gateway.asked_for(city="1")
    assert found["data"]["listings"][0] == {"id": "1", "title": "title 1", "stars": None}
    assert asked == ["city", "shop"]
    assert len(gateway.fake.requests) == before + 1


async def test_runs_with_other_variables_are_others() -> None:
    """Each has a trace of its own."""
    gateway = Gateway()
    for _ in range(3):
        await gateway.ask(city="1")
    gateway.fake.city["Query"]["listings"] = []
    assert (await gateway.ask(city="2")) == {"data": {"listings": []}}
    assert len((await gateway.ask(city="1"))["data"]["listings"]) == 2


async def test_the_oldest_traces_go_where_there_is_no_room(monkeypatch: pytest.MonkeyPatch, encoded: list[int]) -> None:
    """Then a run is an ordinary one again."""
    gateway = Gateway()
    for _ in range(2):
        await gateway.ask(city="1")
    monkeypatch.setattr(traces, "MOST_BYTES", encoded[0])
    for _ in range(2):
        await gateway.ask(city="2")
    kept = len(encoded)
    await gateway.ask(city="1")
    assert len(encoded) == kept + 1
