"""The vocabulary: names that mean one thing everywhere in the gateway."""

from enum import Enum
from typing import TypeAlias

SubgraphName: TypeAlias = str
"""A subgraph's name as its owner wrote it: ``city``."""

TypeName: TypeAlias = str
"""A GraphQL type's name in the supergraph: ``TechnologyAchievement``."""

FieldName: TypeAlias = str
"""A field's name in the schema, never an alias."""

ResponseKey: TypeAlias = str
"""The key of a field in a response: its alias, or else its name."""

Label: TypeAlias = str
"""A progressive override's label: ``percent(25)``."""


class OperationKind(Enum):
    """The three kinds of operation (GraphQL specification, section 2.3)."""

    QUERY = "query"
    MUTATION = "mutation"
    SUBSCRIPTION = "subscription"
