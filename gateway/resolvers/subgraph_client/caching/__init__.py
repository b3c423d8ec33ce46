"""Answers of subgraphs, kept: entities and root fields, by directives, settings and headers."""

from gateway.resolvers.subgraph_client.caching.client import CachingClient, keeps_anything, person_of
from gateway.resolvers.subgraph_client.caching.reporting import EXTENSION
from gateway.resolvers.subgraph_client.caching.rules import IGNORED_HEADERS, CachingOptions, SubgraphRules

__all__ = [
    "EXTENSION",
    "IGNORED_HEADERS",
    "CachingClient",
    "CachingOptions",
    "SubgraphRules",
    "keeps_anything",
    "person_of",
]
