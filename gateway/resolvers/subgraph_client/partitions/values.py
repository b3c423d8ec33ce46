"""The values that routing and joining work with: arguments, paths into objects, and keys to sort by."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from graphql import parse_value, value_from_ast_untyped

from gateway.schema.selection import Field

KEPT_LITERALS: Final = 2_000
TURNED: Final = bytes((0xFE - byte) % 256 for byte in range(256))
END: Final = b"\xff"
"""UTF-8 has no bytes above 0xF4. Turned round it has none below 10, and none that is ``END``, which makes a beginning of a text come after it."""


def argument_of(field: Field, name: str, variables: Mapping[str, Any], default: Any = None) -> Any:
    """The value of a field's argument; ``default`` where neither it nor its variable is given (GraphQL, section 6.4.1)."""
    for argument in field.arguments:
        if argument.name == name:
            if argument.value.startswith("$"):
                return variables.get(argument.value[1:], default)
            if not argument.variables:
                return literal(argument.value)
            return value_from_ast_untyped(parse_value(argument.value), dict(variables))
    return default


@lru_cache(maxsize=KEPT_LITERALS)
def literal(text: str) -> Any:
    """What a GraphQL literal without variables stands for. It is shared: nobody may change it."""
    return value_from_ast_untyped(parse_value(text))


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


def comparable(value: Any, *, descending: bool) -> tuple[bool, Any]:
    """A value so that it sorts as is wanted; nothing sorts before everything. Whatever can be is compared without a call to Python."""
    if not descending:
        return value is not None, value
    if value.__class__ is str:
        return False, value.encode("utf-8", "surrogatepass").translate(TURNED) + END
    if value.__class__ is int or value.__class__ is float:
        return False, -value
    return value is None, value if value is None else Descending(value)
