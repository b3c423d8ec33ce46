"""``@partition`` and ``@partitionedBy``: keys and arguments that name partitions must be there."""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import Node

from gateway.errors import CompositionError
from gateway.schema.codes import ErrorCode
from gateway.schema.subgraph.field_set import key_fields
from gateway.schema.subgraph.model import SubgraphSchema, TypeDefinition, applied
from gateway.schema.subgraph.report import subgraph_error
from gateway.schema.subgraph.rules.partitions.paths import said, walk_fields, walk_inputs


def keys_name_partitions(schema: SubgraphSchema) -> Iterator[CompositionError]:
    """``@partition(key:)`` is a leaf that is in a key of the type: only so it is in every representation."""
    for type_ in schema.types.values():
        for directive in applied(type_, "partition"):
            arguments = said(directive)
            if fault := _key_fault(schema, type_, str(arguments.get("key"))):
                code = ErrorCode.PARTITION_KEY_INVALID
                yield subgraph_error(code, schema.name, fault, coordinate=type_.name, nodes=[directive.node])
            yield from _prefix(schema, type_.name, arguments, directive.node)


def _key_fault(schema: SubgraphSchema, type_: TypeDefinition, key: str) -> str | None:
    path = walk_fields(schema, type_.name, key)
    if path is None:
        return f'{type_.name} has no leaf field "{key}" that could name its partition.'
    in_keys = {field.coordinate for field in key_fields(schema, type_.name)}
    if any(field.coordinate not in in_keys for field in path):
        return f'"{key}" is in no @key of {type_.name}, so those who ask for a {type_.name} do not send it.'
    return None


def arguments_name_partitions(schema: SubgraphSchema) -> Iterator[CompositionError]:
    """``@partitionedBy(argument:)`` leads to a scalar, or a list of them, among the field's arguments."""
    for type_ in schema.types.values():
        for field in type_.fields.values():
            for directive in applied(field, "partitionedBy"):
                arguments = said(directive)
                if walk_inputs(schema, field, str(arguments.get("argument"))) is None:
                    message = (
                        f'{field.coordinate} has no argument "{arguments.get("argument")}" that could name partitions.'
                    )
                    code = ErrorCode.PARTITION_ARGUMENT_INVALID
                    yield subgraph_error(
                        code, schema.name, message, coordinate=field.coordinate, nodes=[directive.node]
                    )
                yield from _prefix(schema, field.coordinate, arguments, directive.node)


def _prefix(
    schema: SubgraphSchema, coordinate: str, arguments: Mapping[str, Any], node: Node | None
) -> Iterator[CompositionError]:
    prefix = arguments.get("prefix")
    if isinstance(prefix, int) and prefix < 1:
        message = f"The prefix on {coordinate} is {prefix}; the name of a partition has at least one character."
        yield subgraph_error(
            ErrorCode.PARTITION_PREFIX_INVALID, schema.name, message, coordinate=coordinate, nodes=[node]
        )
