"""From subgraphs to a supergraph."""

from gateway.schema.composition.composer import Composer, check_subgraphs, compose
from gateway.schema.composition.result import CompositionResult, Subgraph

__all__ = ["Composer", "CompositionResult", "Subgraph", "check_subgraphs", "compose"]
