"""Lists of an operation that may come item by item (``@stream``): as its root fields ask for it, before the directive is taken out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    FieldNode,
    IntValueNode,
    OperationDefinitionNode,
    StringValueNode,
    ValueNode,
    VariableNode,
)

from gateway.types import ResponseKey


@dataclass(frozen=True, slots=True)
class Streamed:
    """A root field whose list may come item by item. ``count`` and ``condition`` are values, or the names of variables, as ``$n``."""

    response_key: ResponseKey
    label: str | None
    count: int | str
    condition: bool | str

    def initial_count(self, variables: Mapping[str, Any]) -> int | None:
        """How many items come with the first answer; None where the list comes whole after all."""
        if _value(self.condition, variables) is False:
            return None
        count = _value(self.count, variables)
        return count if isinstance(count, int) else 0


def read_streamed(operation: OperationDefinitionNode) -> tuple[Streamed, ...]:
    """The streamed ones among the fields that stand right in the operation; those in fragments and below are answered whole."""
    return tuple(_streamed(operation))


def _streamed(operation: OperationDefinitionNode) -> Iterator[Streamed]:
    for field in operation.selection_set.selections:
        if not isinstance(field, FieldNode):
            continue
        for directive in field.directives or ():
            if directive.name.value == "stream":
                given = _arguments(directive)
                label = given.get("label")
                yield Streamed(
                    (field.alias or field.name).value,
                    label if isinstance(label, str) else None,
                    given.get("initialCount", 0),
                    given.get("if", True),
                )


def _arguments(directive: DirectiveNode) -> dict[str, Any]:
    return {argument.name.value: _read(argument.value) for argument in directive.arguments or ()}


def _read(value: ValueNode) -> Any:
    if isinstance(value, VariableNode):
        return f"${value.name.value}"
    if isinstance(value, IntValueNode):
        return int(value.value)
    return value.value if isinstance(value, BooleanValueNode | StringValueNode) else None


def _value(given: int | str | bool, variables: Mapping[str, Any]) -> Any:
    return variables.get(given.removeprefix("$")) if isinstance(given, str) else given
