"""From subgraphs to one schema."""

from gateway.schema.composition.merge.merge import Merged, merge
from gateway.schema.composition.merge.state import Part

__all__ = ["Merged", "Part", "merge"]
