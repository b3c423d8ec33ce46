"""Equal queries of clients in flight are one run, where the settings say so, and nobody gets what is somebody else's."""

import asyncio
from typing import Any

import pytest

from gateway.resolvers.engine import Engine, EngineOptions
from gateway.resolvers.headers import HeaderRules, PassHeader
from gateway.resolvers.messages import GraphQLRequest, GraphQLResponse
from gateway.resolvers.subgraph_client import HttpAnswer, SubgraphRequest, SubgraphResponse
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
