"""From subgraphs to a supergraph."""

from gateway.schema.composition.composer import Composer, compose
from gateway.schema.composition.result import CompositionResult, Subgraph

__all__ = ["Composer", "CompositionResult", "Subgraph", "compose"]
