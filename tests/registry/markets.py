"""Two small subgraphs that compose, and what becomes of them."""

from typing import Final

from gateway.registry.access import Caller
from gateway.registry.limiting import RateLimit
from gateway.registry.model import Right
from gateway.registry.proposals import Proposal, Terms
from gateway.registry.publishing import Publisher
from gateway.registry.store.database import Database
from gateway.resolvers.subgraph_client.guard import AddressGuard

LINK: Final = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])\n'
CITY: Final = (
    LINK
    + 'type Query { achievement(id: ID!): Achievement } type Achievement @key(fields: "id") { id: ID! title: String }'
)
HEALTH: Final = LINK + 'type Achievement @key(fields: "id") { id: ID! indication: String }'
CONFLICTING: Final = LINK + 'type Achievement @key(fields: "id") { id: ID! title: String }'
"""Resolves title, as city does, and neither says @shareable."""

WITHOUT_TITLE: Final = CITY.replace("title: String", "name: String")

ADMIN: Final = Caller("admin", frozenset({Right.ADMIN}))
CITY_URL: Final = "http://127.0.0.1:4002/graphql"
HEALTH_URL: Final = "http://127.0.0.1:4005/graphql"

OPEN_TERMS: Final = Terms(guard=AddressGuard.of("0.0.0.0/0", "::/0"))
"""Every address may be asked."""


def city(sdl: str = CITY) -> Proposal:
    return Proposal("city", CITY_URL, sdl)


def health(sdl: str = HEALTH) -> Proposal:
    return Proposal("healthcare", HEALTH_URL, sdl)


def make_publisher(database: Database, *, per_minute: int = 100_000, terms: Terms = OPEN_TERMS) -> Publisher:
    return Publisher(database, terms=terms, limit=RateLimit(per_minute, lambda: 0.0))
