"""``@inaccessible``: what clients do not see, and whether what they do see is a schema (inaccessible specification v0.2)."""

from gateway.schema.composition.inaccessible.check import check_inaccessible

__all__ = ["check_inaccessible"]
