"""The values that routing and joining work with: arguments, paths into objects, and keys to sort by."""

from collections.abc import Mapping, Sequence
from functools import total_ordering
from typing import Any

from graphql import parse_value, value_from_ast_untyped

from gateway.resolvers.subgraph_client.partitions.rules import SortKey
from gateway.schema.selection import Field


def argument_of(field: Field, name: str, variables: Mapping[str, Any]) -> Any:
    """The value of a field's argument; None where it is not given."""
    for argument in field.arguments:
        if argument.name == name:
            if argument.value.startswith("$"):
                return variables.get(argument.value[1:])
            return value_from_ast_untyped(parse_value(argument.value), dict(variables))
    return None


def step_down(value: Any, path: Sequence[str]) -> Any:
    """What is found inside ``value`` by these names; None where there is nothing."""
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


@total_ordering
class Descending:
    """A value whose order is turned round."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Descending) and self.value == other.value

    def __lt__(self, other: "Descending") -> bool:
        return bool(other.value < self.value)

    def __hash__(self) -> int:
        return hash(self.value)


def comparable(value: Any, key: SortKey) -> Any:
    """A value so that it sorts as the key says; nothing sorts before everything."""
    known = (value is not None, value)
    return Descending(known) if key.descending else known
