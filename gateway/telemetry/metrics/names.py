"""Names of operations as labels: a bounded number of them, whatever clients send."""

import re
from typing import Final

from gateway.resolvers.messages import GraphQLRequest

OTHER: Final = "other"
ANONYMOUS: Final = "anonymous"

DEFINITION: Final = re.compile(r"(?:^|[}\s,])(?:query|mutation|subscription)\s+([_A-Za-z][_0-9A-Za-z]*)")
"""The first named operation of a document (GraphQL, section 2.3). What only looks like one names a label and nothing else."""

MAX_TEXTS: Final = 1_000
"""How many texts are remembered with their names; others are searched each time."""


class OperationNames:
    """Gives each operation its label. The first ``limit`` names that were answered have labels of their own."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._names: set[str] = set()
        self._labels: dict[str, str] = {}

    def label(self, request: GraphQLRequest, *, answered: bool) -> str:
        """The operation's name; ``anonymous`` without one, ``other`` for a name too many. Only an answer can make a name known."""
        key = request.operation_name or request.query
        label = self._labels.get(key)
        return self._find(key, request, answered=answered) if label is None else label

    def _find(self, key: str, request: GraphQLRequest, *, answered: bool) -> str:
        name = request.operation_name or first_name(request.query)
        if name != ANONYMOUS and name not in self._names:
            if not answered or len(self._names) >= self._limit:
                return OTHER
            self._names.add(name)
        if len(self._labels) < MAX_TEXTS:
            self._labels[key] = name
        return name


def first_name(query: str) -> str:
    found = DEFINITION.search(query)
    return found[1] if found else ANONYMOUS
