"""What the user of a request may not see, decided without reading the operation again."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final

from gateway.resolvers import codes
from gateway.resolvers.access import AccessOptions, AccessRules, Requirement, narrow, requirements_in
from gateway.resolvers.access.narrowing import Narrowed
from gateway.resolvers.executor.paths import JsonObject
from gateway.resolvers.operation import Operation
from gateway.schema.supergraph import Supergraph

Unmet = frozenset[Requirement]

ALL_MET: Final[Unmet] = frozenset()

OperationKey = tuple[str, str | None]
"""An operation's text and name."""


class AccessGate:
    """Knows for each of at most ``size`` operations what its fields require, and for each user what of that is not met."""

    def __init__(self, rules: AccessRules, supergraph: Supergraph, options: AccessOptions, size: int) -> None:
        self._rules, self._supergraph = rules, supergraph
        self._options = options
        self._size = size
        self._required: OrderedDict[OperationKey, Unmet] = OrderedDict()

    def knows(self, key: OperationKey) -> bool:
        """Whether ``unmet`` can be asked."""
        return key in self._required

    def learn(self, key: OperationKey, operation: Operation) -> None:
        """Take in what an operation requires."""
        self._required[key] = requirements_in(operation, self._rules, self._supergraph)
        if len(self._required) > self._size:
            self._required.popitem(last=False)

    def unmet(self, key: OperationKey, claims: Mapping[str, Any]) -> Unmet:
        """Those of a known operation's requirements that a user with these claims does not meet."""
        self._required.move_to_end(key)
        return frozenset(required for required in self._required[key] if not required.is_met(claims, self._options))

    def narrow(self, operation: Operation, unmet: Unmet) -> tuple[Narrowed, frozenset[tuple[str, str]]]:
        """The operation without what these forbid, and the fields of object types that they forbid."""
        forbidden = self._rules.forbidden(unmet)
        return narrow(operation, forbidden, self._supergraph), forbidden


def refusals_of(narrowed: Narrowed) -> tuple[JsonObject, ...]:
    """An error for each field that was taken out."""
    return tuple(
        {
            "message": "Unauthorized field or type",
            "path": list(path),
            "extensions": {"code": codes.UNAUTHORIZED_FIELD_OR_TYPE},
        }
        for path in narrowed.paths
    )
