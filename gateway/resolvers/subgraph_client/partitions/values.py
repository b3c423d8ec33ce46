"""The values that routing and joining work with: arguments, paths into objects, and keys to sort by."""

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import parse_value, value_from_ast_untyped

from gateway.schema.selection import Field


def argument_of(field: Field, name: str, variables: Mapping[str, Any], default: Any = None) -> Any:
    """The value of a field's argument; ``default`` where neither it nor its variable is given (GraphQL, section 6.4.1)."""
    for argument in field.arguments:
        if argument.name == name:
            if argument.value.startswith("$"):
                return variables.get(argument.value[1:], default)
            return value_from_ast_untyped(parse_value(argument.value), dict(variables))
    return default


def step_down(value: Any, path: Sequence[str]) -> Any:
    """What is found inside ``value`` by these names; None where there is nothing."""
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


class Descending:
    """A value whose order is turned round. It is compared with its like alone."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: Any) -> bool:
        return bool(self.value == other.value)

    def __lt__(self, other: Any) -> bool:
        return bool(other.value < self.value)

    def __hash__(self) -> int:
        return hash(self.value)


def comparable(value: Any, *, descending: bool) -> Any:
    """A value so that it sorts as is wanted; nothing sorts before everything."""
    known = (value is not None, value)
    return Descending(known) if descending else known
