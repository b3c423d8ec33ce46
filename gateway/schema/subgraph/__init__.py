"""One subgraph: read from SDL, with its links resolved and its directives under their standard names."""

from gateway.schema.subgraph.facts import Facts, find_facts
from gateway.schema.subgraph.model import SubgraphSchema, TypeDefinition
from gateway.schema.subgraph.reader import ReadSubgraph, read_subgraph

__all__ = ["Facts", "ReadSubgraph", "SubgraphSchema", "TypeDefinition", "find_facts", "read_subgraph"]
