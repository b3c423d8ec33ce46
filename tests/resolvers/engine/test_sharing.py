"""Equal queries of clients in flight are one run, where the settings say so, and nobody gets what is somebody else's."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from gateway.errors import SubgraphError
from gateway.resolvers.engine import Engine, EngineOptions
from gateway.resolvers.headers import HeaderRules, PassHeader
from gateway.resolvers.messages import GraphQLRequest, GraphQLResponse
from gateway.resolvers.subgraph_client import Events, HttpAnswer, SubgraphRequest, SubgraphResponse
from gateway.resolvers.subgraph_client.response import read_response
from gateway.schema.supergraph import read_supergraph

SUPERGRAPH = read_supergraph(
    """
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.4", for: EXECUTION)
{ query: Query mutation: Mutation }
enum join__Graph { CITY @join__graph(name: "city", url: "http://city") }
type Query @join__type(graph: CITY) { number(of: String): Int }
type Mutation @join__type(graph: CITY) { number: Int }
"""
)


class Numbers:
    """A ``SubgraphClient`` that gives each request another number, when it is let."""

    def __init__(self) -> None:
        self.count = 0
        self.open = asyncio.Event()

    async def post(self, request: SubgraphRequest) -> HttpAnswer:
        self.count += 1
        number = self.count
        await self.open.wait()
        return HttpAnswer(200, {"content-type": "application/json"}, b'{"data":{"number":%d}}' % number)

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        answer = await self.post(request)
        return read_response(answer.body, answer.headers)

    async def close(self) -> None: ...


async def runs(*requests: GraphQLRequest, share: bool = True) -> int:
    """How often the subgraph was asked for requests that came at the same time."""
    client = Numbers()
    engine = Engine(
        SUPERGRAPH,
        client,
        options=EngineOptions(share_queries=share, headers=HeaderRules((PassHeader("x-tenant", "x-tenant"),))),
    )
    tasks = [asyncio.create_task(engine.execute(request)) for request in requests]
    for _ in range(10):
        await asyncio.sleep(0)
    asked = client.count
    client.open.set()
    answers: list[GraphQLResponse] = await asyncio.gather(*tasks)
    assert all(answer.body.startswith(b'{"data":{"number":') for answer in answers)
    return asked


QUERY = "query ($of: String) { number(of: $of) }"


async def test_equal_queries_are_one_run() -> None:
    """However many ask."""
    assert await runs(*(GraphQLRequest(QUERY) for _ in range(5))) == 1


async def test_nothing_is_shared_unless_the_settings_say_so() -> None:
    """It is off by default."""
    assert not EngineOptions().share_queries
    assert await runs(GraphQLRequest(QUERY), GraphQLRequest(QUERY), share=False) == 2


async def test_mutations_are_never_one() -> None:
    """Each has its own effect."""
    assert await runs(*(GraphQLRequest("mutation { number }") for _ in range(3))) == 3


@pytest.mark.parametrize(
    "other",
    [
        {"variables": {"of": "b"}},
        {"variables": {"of": None}},
        {"headers": {"authorization": "b"}},
        {"headers": {"cookie": "b"}},
        {"headers": {"x-tenant": "b"}},
        {"claims": {"sub": "b"}},
        {"extensions": {"member": "b"}},
        {"query": QUERY + " "},
    ],
    ids=str,
)
async def test_what_may_make_a_difference_is_not_shared(other: dict[str, Any]) -> None:
    """Variables, credentials, propagated headers, claims and extensions tell requests apart."""
    assert await runs(GraphQLRequest(QUERY), GraphQLRequest(**{"query": QUERY, **other})) == 2


async def test_what_subgraphs_never_see_makes_no_difference() -> None:
    """Two browsers ask the same."""
    assert await runs(*(GraphQLRequest(QUERY, headers={"user-agent": name}) for name in ("a", "b"))) == 1


class Steps:
    """A ``SubgraphClient`` whose answers come one by one; ``asked`` are its requests."""

    def __init__(self) -> None:
        self.asked: list[SubgraphRequest] = []
        self.waiting: list[asyncio.Future[HttpAnswer]] = []

    async def post(self, request: SubgraphRequest) -> HttpAnswer:
        self.asked.append(request)
        future: asyncio.Future[HttpAnswer] = asyncio.get_running_loop().create_future()
        self.waiting.append(future)
        return await future

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        answer = await self.post(request)
        return read_response(answer.body, answer.headers)

    def subscribe(self, request: SubgraphRequest) -> Events:
        raise NotImplementedError

    async def close(self) -> None: ...

    def answer(self, number: int, body: bytes) -> None:
        self.waiting[number].set_result(HttpAnswer(200, {"content-type": "application/json"}, body))


TWO_STEPS = read_supergraph(
    """
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.4", for: EXECUTION)
{ query: Query }
enum join__Graph { CITY @join__graph(name: "city", url: "http://city") SHOP @join__graph(name: "shop", url: "http://shop") }
type Query @join__type(graph: CITY) @join__type(graph: SHOP) { item: Item @join__field(graph: CITY) }
type Item @join__type(graph: CITY, key: "id") @join__type(graph: SHOP, key: "id") {
  id: ID!
  price: Int @join__field(graph: SHOP)
}
"""
)
ASKED = GraphQLRequest("{ item { price } }")
ITEM = b'{"data":{"item":{"__typename":"Item","id":"1"}}}'
PRICE = b'{"data":{"_entities":[{"price":%d}]}}'


async def turn() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def sharing_engine(client: Steps, shares: Callable[[str], bool] = lambda _: True) -> Engine:
    return Engine(TWO_STEPS, client, options=EngineOptions(shares_requests=shares))


async def test_equal_queries_are_one_run_while_no_answer_has_come_to_it() -> None:
    """Where all their requests would be shared anyway; who comes later has a run of its own."""
    client = Steps()
    engine = sharing_engine(client)
    first = [asyncio.create_task(engine.execute(ASKED)) for _ in range(3)]
    await turn()
    assert [request.subgraph for request in client.asked] == ["city"]
    client.answer(0, ITEM)
    await turn()
    later = [asyncio.create_task(engine.execute(ASKED)) for _ in range(2)]
    await turn()
    assert [request.subgraph for request in client.asked] == ["city", "shop", "city"]
    client.answer(1, PRICE % 1)
    client.answer(2, ITEM)
    await turn()
    client.answer(3, PRICE % 2)
    assert [(await task).body for task in first] == [b'{"data":{"item":{"price":1}}}'] * 3
    assert [(await task).body for task in later] == [b'{"data":{"item":{"price":2}}}'] * 2


async def test_a_failure_is_an_answer_too() -> None:
    """Who asks after it may have better luck."""
    client = Steps()
    engine = sharing_engine(client)
    first = asyncio.create_task(engine.execute(ASKED))
    await turn()
    client.waiting[0].set_exception(SubgraphError("Subgraph 'city' cannot be reached.", subgraph="city"))
    later = asyncio.create_task(engine.execute(ASKED))
    assert b"errors" in (await first).body
    await turn()
    client.answer(1, ITEM)
    await turn()
    client.answer(2, PRICE % 2)
    assert (await later).body == b'{"data":{"item":{"price":2}}}'


async def test_no_run_is_shared_of_which_one_request_is_not() -> None:
    """One subgraph whose requests are its callers' own makes each run a run of its own."""
    client = Steps()
    engine = sharing_engine(client, lambda name: name != "shop")
    tasks = [asyncio.create_task(engine.execute(ASKED)) for _ in range(2)]
    await turn()
    assert len(client.asked) == 2
    for task in tasks:
        task.cancel()


async def test_who_asked_first_may_leave() -> None:
    """The others are answered all the same."""
    client = Steps()
    engine = sharing_engine(client)
    first, second = (asyncio.create_task(engine.execute(ASKED)) for _ in range(2))
    await turn()
    first.cancel()
    await turn()
    client.answer(1, ITEM)
    await turn()
    client.answer(2, PRICE % 1)
    assert (await second).body == b'{"data":{"item":{"price":1}}}'
