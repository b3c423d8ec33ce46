"""Who may see what: the requirements that a supergraph puts on its fields, and operations without what they forbid."""

from gateway.resolvers.access.narrowing import Narrowed, narrow, requirements_in
from gateway.resolvers.access.requirement import AccessOptions, Requirement
from gateway.resolvers.access.rules import AccessRules, Coordinate, read_access_rules

__all__ = [
    "AccessOptions",
    "AccessRules",
    "Coordinate",
    "Narrowed",
    "Requirement",
    "narrow",
    "read_access_rules",
    "requirements_in",
]
