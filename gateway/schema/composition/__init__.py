"""From subgraphs to a supergraph."""

from gateway.schema.composition.compose import compose
from gateway.schema.composition.result import CompositionResult, Subgraph

__all__ = ["CompositionResult", "Subgraph", "compose"]
