"""What is handed in, as GraphQL inputs."""

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from gateway.registry.errors import InvalidError
from gateway.registry.model import Right
from gateway.registry.proposals import Proposal
from gateway.resolvers.cache.invalidation import Targets


@strawberry.input(description="A subgraph to publish or check.")
class SubgraphInput:
    """A proposal."""

    name: str
    url: str = strawberry.field(
        default="", description="Where requests go; needed for a new subgraph, else the one it has stays."
    )
    sdl: str | None = strawberry.field(
        default=None, description="Its schema. Without it the URL is asked: { _service { sdl } }."
    )
    kind: str = strawberry.field(default="", description="What it is, for people: city, industry.")
    region: str = strawberry.field(default="", description="Where it is, for people: 330200.")

    def to_proposal(self) -> Proposal:
        """For the publisher."""
        return Proposal(self.name, self.url, self.sdl, self.kind, self.region)


@strawberry.input(description="What the gateway has kept and is to forget: all that any of these is true of.")
class InvalidateInput:
    """Targets."""

    tags: list[str] = strawberry.field(default_factory=list, description="Of @cacheTag, or of extensions.cacheTags.")
    subgraphs: list[str] = strawberry.field(default_factory=list)
    partitions: list[str] = strawberry.field(default_factory=list, description="As in city/3301.")
    types: list[str] = strawberry.field(default_factory=list, description="As in Demand, or city/Demand.")
    entities: list[JSON] = strawberry.field(
        default_factory=list, description="Each its __typename and the fields of a key."
    )

    def to_targets(self) -> Targets:
        """For the cache. Raises InvalidError for an entity that is no object."""
        entities = [entity for entity in self.entities if isinstance(entity, dict)]
        if len(entities) < len(self.entities):
            raise InvalidError("An entity is an object: its __typename and the fields of a key.")
        return Targets(
            tuple(self.tags), tuple(self.subgraphs), tuple(self.partitions), tuple(self.types), tuple(entities)
        )


@strawberry.input(description="A new token.")
class TokenInput:
    """What it may do, for what, where, and until when."""

    name: str
    rights: list[Right]
    subgraphs: list[str] = strawberry.field(default_factory=list, description="Empty for all.")
    environments: list[str] = strawberry.field(default_factory=list, description="Empty for all.")
    expires_at: datetime | None = None


@strawberry.input(description="One server of a partitioned subgraph.")
class MemberInput:
    """A member."""

    partition: str
    urls: list[str]
    sdl: str = strawberry.field(default="", description="Its own SDL; empty where it is the subgraph's.")
