"""The proof that whatever clients may ask can be answered."""

from gateway.schema.composition.satisfiability.check import check_satisfiability
from gateway.schema.composition.satisfiability.model import Satisfiability

__all__ = ["Satisfiability", "check_satisfiability"]
