"""Half one: many subgraph SDLs in, one schema out. Pure functions, no I/O."""

from gateway.schema.composition import CompositionResult, Subgraph, compose

__all__ = ["CompositionResult", "Subgraph", "compose"]
