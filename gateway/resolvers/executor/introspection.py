"""Answer ``__schema`` and ``__type`` here, from the public schema, without a fetch."""

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLSchema, execute_sync, parse

from gateway.resolvers.executor.projection import INTROSPECTION, Position
from gateway.resolvers.operation import VariableDefinition
from gateway.schema.selection import Field, SelectionSet, print_selections


def introspect(
    schema: GraphQLSchema, root: Position, definitions: tuple[VariableDefinition, ...], variables: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The answers to the introspection fields of a query's root, by response key; nothing where there are none."""
    entries = root.fields_of(root.type_name) or ()
    asked = tuple(selection for entry in entries for selection in entry.selections)
    if not asked:
        return {}
    declared = " ".join(f"${d.name}: {d.type}" for d in definitions)
    text = f"query {f'({declared})' if declared else ''} {{ {print_selections(asked)} }}"
    return execute_sync(schema, parse(text, no_location=True), variable_values=dict(variables)).data or {}


def asks_for_schema(selections: SelectionSet) -> bool:
    """Whether the root's selections, fragments and all, contain ``__schema`` or ``__type``."""
    return any(
        selection.name in INTROSPECTION if isinstance(selection, Field) else asks_for_schema(selection.selections)
        for selection in selections
    )
