"""What the operator says of caching, as plain data; the supergraph's directives say the rest."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from gateway.resolvers.cache.directives import Coordinate, Hint
from gateway.resolvers.cache.policy import NOTHING_SAID, Policy
from gateway.types import SubgraphName, TypeName

IGNORED_HEADERS: Final = frozenset(
    {"authorization", "cookie", "traceparent", "tracestate", "baggage", "x-request-id", "x-correlation-id"}
)
"""Headers that a public answer does not depend on: who asks (a private answer has its own key), and what names the request."""


@dataclass(frozen=True, slots=True)
class SubgraphRules:
    """What is said of one subgraph.

    ``default`` is the policy of whatever nothing else speaks of; its stale times hold for everything. ``headers``: what the
    subgraph's own ``Cache-Control`` says counts.
    """

    enabled: bool = True
    default: Policy = NOTHING_SAID
    types: Mapping[TypeName, Hint] = field(default_factory=dict)
    fields: Mapping[Coordinate, Hint] = field(default_factory=dict)
    headers: bool = True

    @property
    def is_silent(self) -> bool:
        """Whether no lifetime is said here."""
        return self.default.max_age is None and not self.types and not self.fields


@dataclass(frozen=True, slots=True)
class CachingOptions:
    """What is said of all.

    ``private_claim`` and ``private_header`` name what tells one person from another; without either, private answers are not
    kept. ``null_seconds`` is the longest life of an entity that there is not. ``lock_seconds`` is how long other replicas wait
    for one that fetches what they miss as well. ``shows``: requests may ask for ``extensions.cache``.
    """

    subgraphs: Mapping[SubgraphName, SubgraphRules] = field(default_factory=dict)
    others: SubgraphRules = field(default_factory=SubgraphRules)
    private_claim: str | None = None
    private_header: str | None = None
    ignored_headers: frozenset[str] = IGNORED_HEADERS
    null_seconds: float = 10.0
    lock_seconds: float = 3.0
    shows: bool = False

    def rules_for(self, subgraph: SubgraphName) -> SubgraphRules:
        return self.subgraphs.get(subgraph, self.others)
