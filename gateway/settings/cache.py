"""Settings of what is kept of subgraphs' answers."""

from enum import Enum
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from gateway.settings.section import Count, HeaderName, Seconds, Section, parse_duration
from gateway.types import SubgraphName, TypeName

WEEK = 7 * 86_400

Lifetime = Annotated[float, BeforeValidator(parse_duration), Field(ge=0, le=WEEK)]
Token = Annotated[str, Field(min_length=16)]


class CacheScope(Enum):
    """Who may be given an answer that is kept."""

    PUBLIC = "public"
    PRIVATE = "private"


class CachePolicy(Section):
    """What is said of a type or a field. Where its subgraph says something too, the stricter counts."""

    max_age: Lifetime | None = None
    scope: CacheScope = CacheScope.PUBLIC
    inherit_max_age: bool = False
    """It is as what it is a field of."""
    stale_while_revalidate: Lifetime | None = None
    stale_if_error: Lifetime | None = None


class SubgraphCache(Section):
    """What is said of one subgraph; what is not given here is as for all."""

    enabled: bool = True
    max_age: Lifetime | None = None
    stale_while_revalidate: Lifetime | None = None
    stale_if_error: Lifetime | None = None
    headers: bool | None = None
    types: dict[TypeName, CachePolicy] = Field(default_factory=dict)
    fields: dict[str, CachePolicy] = Field(default_factory=dict)
    """By coordinate: ``Query.regions``."""
    token: Token | None = None
    """With it the subgraph may call back what was kept of its own answers."""


class PrivateKey(Section):
    """What tells one person from another: a claim of the verified token, or a header."""

    claim: str | None = None
    header: HeaderName | None = None

    @model_validator(mode="after")
    def check_one(self) -> "PrivateKey":
        if self.claim is not None and self.header is not None:
            raise ValueError("give either cache.private.claim or cache.private.header")
        return self


class RedisCache(Section):
    """A Redis server that all replicas share."""

    url: str
    namespace: str = "tongfen"
    timeout: Seconds = 0.05
    connections: Count = 20
    compress_above: Count = 8_192


class Cache(Section):
    """What is kept, where, and for how long."""

    enabled: bool = False
    whole_answers: bool = True
    """Keep whole answers too, where every part of them may be kept."""
    memory_bytes: Count = 100_000_000
    redis: RedisCache | None = None
    """Instead of this process's memory."""
    headers: bool = True
    """What subgraphs say in ``Cache-Control`` counts."""
    max_age: Lifetime | None = None
    """The lifetime of what nothing else speaks of; null keeps nothing of it."""
    stale_while_revalidate: Lifetime = 0.0
    stale_if_error: Lifetime = 0.0
    null_max_age: Lifetime = 10.0
    lock: Seconds = 3.0
    private: PrivateKey = PrivateKey()
    ignored_headers: tuple[HeaderName, ...] = (
        "authorization",
        "cookie",
        "traceparent",
        "tracestate",
        "baggage",
        "x-request-id",
        "x-correlation-id",
    )
    """Headers passed on to subgraphs that public answers do not depend on."""
    show: bool = False
    """Answer ``extensions.cache`` to requests that ask for it."""
    tokens: tuple[Token, ...] = ()
    """Any of them allows to invalidate and to inspect everything."""
    subgraphs: dict[SubgraphName, SubgraphCache] = Field(default_factory=dict)
