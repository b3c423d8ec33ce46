"""Answers of subgraphs, kept: entities and root fields, by directives, settings and headers."""

from gateway.resolvers.subgraph_client.caching.client import CachingClient, keeps_anything
from gateway.resolvers.subgraph_client.caching.rules import IGNORED_HEADERS, CachingOptions, SubgraphRules

__all__ = ["IGNORED_HEADERS", "CachingClient", "CachingOptions", "SubgraphRules", "keeps_anything"]
