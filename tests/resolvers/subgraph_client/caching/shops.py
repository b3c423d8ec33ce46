"""Two subgraphs whose data can be changed, whose answers can be held, refused and given headers, and a caching client in front."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec.structs import replace

from gateway.errors import SubgraphError
from gateway.resolvers.cache import MemoryStore, Store
from gateway.resolvers.request_context import RequestContext
from gateway.resolvers.subgraph_client import (
    HttpAnswer,
    InProcessClient,
    SubgraphRequest,
    SubgraphResponse,
    read_answer,
)
from gateway.resolvers.subgraph_client.caching import CachingClient, CachingOptions
from gateway.resolvers.subgraph_client.http_client import encode_request
from gateway.schema import Subgraph, compose
from gateway.schema.supergraph import Supergraph
from gateway.types import OperationKind
from tests.resolvers.cache.entries import Clock
from tests.resolvers.servers import make_server

LINKS = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key", "@shareable", "@cacheTag"])'
)
DIRECTIVES = """
directive @cacheControl(maxAge: Int, scope: CacheControlScope, inheritMaxAge: Boolean) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
directive @invalidates(tags: [String!], types: [String!]) repeatable on FIELD_DEFINITION
enum CacheControlScope { PUBLIC PRIVATE }
"""

CITY_TYPES = """
type Query {
  listing(id: ID!): Listing
  listings(city: ID, first: Int): [Listing!]! @cacheControl(maxAge: 30) @cacheTag(format: "listings-{$args.city}")
  count: Int @cacheControl(maxAge: 20)
  now: Int
}
type Mutation {
  rename(id: ID!, title: String!): Listing
  clear(city: ID!): Boolean @invalidates(tags: ["listings-{$args.city}"])
  forget: Boolean @invalidates(types: ["Listing"])
}
type Listing @key(fields: "id") @cacheControl(maxAge: 60) @cacheTag(format: "listing-{$key.id}") {
  id: ID!
  title: String
  price: Price
  contact: String @cacheControl(maxAge: 10, scope: PRIVATE)
  bids: Int @cacheControl(maxAge: 0)
}
type Price @cacheControl(inheritMaxAge: true) { fen: Int }
"""
SHOP_TYPES = """
type Query { none: Int }
type Listing @key(fields: "id") { id: ID! stars: Int }
"""


@dataclass
class Fake(InProcessClient):
    """The subgraphs. ``headers`` are those of every answer; while ``gate`` is not set, requests wait; ``is_down`` refuses them."""

    city: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    extensions: dict[str, Any] = field(default_factory=dict)
    is_down: bool = False
    gate: asyncio.Event | None = None

    def __post_init__(self) -> None:
        data = {
            "Query": {"count": 3, "now": 1, "listings": [{"id": "1"}, {"id": "2"}], "listing": {"id": "1"}},
            "Mutation": {"rename": {"id": "1"}, "clear": True, "forget": True},
            "Listing": [
                {"id": str(n), "title": f"title {n}", "price": {"fen": n}, "contact": f"contact {n}", "bids": n}
                for n in range(1, 6)
            ],
        }
        shop = {"Listing": [{"id": str(n), "stars": n} for n in range(1, 6)]}
        self.city = data
        super().__init__({"city": make_server(DIRECTIVES + CITY_TYPES, data), "shop": make_server(SHOP_TYPES, shop)})

    async def post(self, request: SubgraphRequest) -> HttpAnswer:
        """The answer, with what was said of it."""
        answer = await super().post(request)
        if self.gate is not None:
            await self.gate.wait()
        if self.is_down:
            raise SubgraphError(f"Subgraph {request.subgraph!r} cannot be reached.", subgraph=request.subgraph)
        body = answer.body
        if self.extensions:
            body = msgspec.json.encode({**msgspec.json.decode(body), "extensions": self.extensions})
        return HttpAnswer(answer.status, {**answer.headers, **self.headers}, body)

    def rename(self, key: str, title: str) -> None:
        """Change a listing's title."""
        for listing in self.city["Listing"]:
            if listing["id"] == key:
                listing["title"] = title


def market(city: str = CITY_TYPES) -> Supergraph:
    """The two subgraphs, composed."""
    found = compose(
        [
            Subgraph("city", "http://city/graphql", f"{LINKS}\n{DIRECTIVES}{city}"),
            Subgraph("shop", "http://shop/graphql", f"{LINKS}\n{SHOP_TYPES}"),
        ]
    )
    assert found.supergraph is not None, found.errors
    return found.supergraph


MARKET = market()


@dataclass
class Shop:
    """A caching client in front of the fake, and the clock of both."""

    options: CachingOptions = field(default_factory=CachingOptions)
    clock: Clock = field(default_factory=Clock)
    fake: Fake = field(default_factory=Fake)
    store: Store | None = None
    supergraph: Supergraph = MARKET

    def __post_init__(self) -> None:
        self.store = self.store or MemoryStore(limit=10_000_000, clock=self.clock)
        self.client = CachingClient(self.fake, self.store, self.supergraph, self.options, clock=self.clock)

    @property
    def asked(self) -> int:
        """How many requests have reached the subgraphs."""
        return len(self.fake.requests)

    async def query(
        self,
        text: str,
        *,
        subgraph: str = "city",
        context: RequestContext | None = None,
        headers: Mapping[str, str] | None = None,
        **variables: Any,
    ) -> SubgraphResponse:
        """The response to a query."""
        request = SubgraphRequest(
            subgraph, OperationKind.QUERY, text, variables, headers=headers or {}, context=context
        )
        request = replace(request, body=encode_request(request))
        return read_answer(subgraph, await self.client.post(request))

    async def entities(
        self, fields: str, *keys: str, subgraph: str = "city", context: RequestContext | None = None
    ) -> list[Any]:
        """The listings with these ids."""
        representations = [{"__typename": "Listing", "id": key} for key in keys]
        text = f"query($r: [_Any!]!) {{ _entities(representations: $r) {{ ... on Listing {{ {fields} }} }} }}"
        response = await self.query(text, subgraph=subgraph, context=context, r=representations)
        assert response.data is not None
        found = response.data["_entities"]
        assert isinstance(found, list)
        return found

    async def mutate(self, text: str, **variables: Any) -> SubgraphResponse:
        """The response to a mutation."""
        return await self.client.send(SubgraphRequest("city", OperationKind.MUTATION, text, variables))

    def last_keys(self) -> list[str]:
        """The ids that the last request asked for."""
        return [each["id"] for each in self.fake.requests[-1].variables["r"]]
