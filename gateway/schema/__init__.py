"""Half one: many subgraph SDLs in, one schema out. Pure functions, no I/O.

``compose(subgraphs)`` composes once. A ``Composer`` does the same again and again: ``Composer().compose(subgraphs)`` gives what
``compose`` gives, and is faster after a small change, because it remembers its last composition (and no other).
``check_subgraphs(subgraphs)`` says what is wrong in each alone.
"""

from gateway.schema.composition import Composer, CompositionResult, Subgraph, check_subgraphs, compose

__all__ = ["Composer", "CompositionResult", "Subgraph", "check_subgraphs", "compose"]
