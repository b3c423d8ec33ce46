"""From subgraphs to one schema."""

from gateway.schema.composition.merge.known import NOTHING_KNOWN, KnownMerge
from gateway.schema.composition.merge.merge import Merged, merge
from gateway.schema.composition.merge.state import Part

__all__ = ["NOTHING_KNOWN", "KnownMerge", "Merged", "Part", "merge"]
