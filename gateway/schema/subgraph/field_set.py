"""Field sets (``@key(fields:)`` and the like) against one subgraph's types."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from graphql import (
    FieldNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
    parse,
    print_ast,
)

from gateway.schema.subgraph.model import Applied, Field, Kind, SubgraphSchema, applied
from gateway.types import TypeName

_PARSED: Final = 16384
_MAX_TOKENS: Final = 20_000
"""A field set of more tokens was made to harm; people write dozens."""


@lru_cache(maxsize=_PARSED)
def parse_selections(text: str) -> SelectionSetNode:
    """A field set as a selection set. Raises GraphQLError where it is none or is nested too deeply."""
    source = text if text.lstrip().startswith("{") else f"{{{text}}}"
    try:
        definitions = parse(source, no_location=True, max_tokens=_MAX_TOKENS).definitions
    except RecursionError:
        raise GraphQLError("Syntax Error: the selections are nested too deeply.") from None
    if len(definitions) != 1 or not isinstance(definitions[0], OperationDefinitionNode):
        raise GraphQLError("Syntax Error: expected one selection set.")
    return definitions[0].selection_set


def fields_text(directive: Applied, argument: str = "fields") -> str:
    """The field set of an application, as text; a Federation 1 list of names counts as its names in a row."""
    return value_text(directive.arguments.get(argument))


def value_text(value: ValueNode | None) -> str:
    """A string's text, or the names in a list; empty where the value is neither."""
    if isinstance(value, StringValueNode):
        return value.value
    if value is not None and value.kind == "list_value":
        return " ".join(value_text(item) for item in value.values)  # type: ignore[attr-defined]  # the kind says it
    if value is not None and value.kind == "enum_value":
        return str(value.value)  # type: ignore[attr-defined]  # the kind says it
    return ""


def target_fields(schema: SubgraphSchema, parent: TypeName, text: str, *, implementations: bool) -> list[Field]:
    """The fields that a field set names, those on the way included; nothing where it cannot be read.

    ``implementations`` adds, for an interface's field, the same field of every implementation.
    """
    try:
        node = parse_selections(text) if text.strip() else None
    except GraphQLError:
        return []
    return list(_targets(schema, parent, node.selections, implementations)) if node else []


def _targets(
    schema: SubgraphSchema, parent: TypeName, selections: Iterable[SelectionNode], implementations: bool
) -> Iterator[Field]:
    type_ = schema.types.get(parent)
    for selection in selections:
        if isinstance(selection, InlineFragmentNode):
            condition = selection.type_condition.name.value if selection.type_condition else parent
            yield from _targets(schema, condition, selection.selection_set.selections, implementations)
        elif isinstance(selection, FieldNode) and type_ is not None:
            field = type_.fields.get(selection.name.value)
            if field is None:
                continue
            yield field
            if implementations and type_.kind is Kind.INTERFACE:
                found = (t.fields.get(field.name) for t in schema.implementations(parent))
                yield from (f for f in found if f is not None)
            if selection.selection_set:
                yield from _targets(schema, field.base, selection.selection_set.selections, implementations)


def key_fields(schema: SubgraphSchema, parent: TypeName, *, implementations: bool = False) -> Iterator[Field]:
    """The fields in any key of a type."""
    for key in applied(schema.types[parent], "key"):
        yield from target_fields(schema, parent, fields_text(key), implementations=implementations)


def print_node(node: SelectionNode) -> str:
    """A selection on one line, for messages."""
    return " ".join(print_ast(node).split())
