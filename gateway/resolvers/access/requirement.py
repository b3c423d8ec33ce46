"""One requirement of a field, and whether the claims of a verified token meet it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

Alternatives = frozenset[frozenset[str]]
"""Sets of names: having all of any one set is enough."""


@dataclass(frozen=True, slots=True)
class AccessOptions:
    """How access is decided.

    ``scopes_claim`` and ``policies_claim`` are the claims that list what the user has: a list of texts, or one text with spaces between.
    ``reject`` refuses an operation as a whole where a part of it is forbidden.
    """

    enabled: bool = True
    reject: bool = False
    scopes_claim: str = "scope"
    policies_claim: str = "policies"


class Kind(Enum):
    """The directive that a requirement comes from."""

    AUTHENTICATED = "authenticated"
    SCOPES = "requiresScopes"
    POLICY = "policy"


@dataclass(frozen=True, slots=True)
class Requirement:
    """What ``@authenticated``, ``@requiresScopes(scopes:)`` or ``@policy(policies:)`` asks for."""

    kind: Kind
    alternatives: Alternatives = frozenset()

    def is_met(self, claims: Mapping[str, Any], options: AccessOptions) -> bool:
        """Whether a user with these claims meets it. Nobody without a verified token meets any."""
        if not claims:
            return False
        if self.kind is Kind.AUTHENTICATED:
            return True
        name = options.scopes_claim if self.kind is Kind.SCOPES else options.policies_claim
        held = names_in(claims.get(name))
        return any(needed <= held for needed in self.alternatives)


def names_in(claim: Any) -> frozenset[str]:
    """The names that a claim lists (for scopes RFC 8693, section 4.2: one text with spaces between)."""
    if isinstance(claim, str):
        return frozenset(claim.split())
    if isinstance(claim, list):
        return frozenset(item for item in claim if isinstance(item, str))
    return frozenset()
