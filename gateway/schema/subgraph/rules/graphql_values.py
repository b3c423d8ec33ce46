"""GraphQL's rules about literal values: defaults and directives' arguments have the type they are for (section 3.10)."""

from collections.abc import Iterator, Mapping
from typing import Final

from graphql import (
    BooleanValueNode,
    EnumValueNode,
    FloatValueNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
    print_ast,
)

from gateway.errors import CompositionError
from gateway.schema.subgraph.model import InputValue, Kind, SubgraphSchema, TypeDefinition
from gateway.schema.subgraph.report import shorten
from gateway.schema.subgraph.rules.graphql_types import invalid_graphql
from gateway.types import TypeName

_INT_LIMIT: Final = 2**31
_INT_DIGITS: Final = 11
_SCALARS: Final = {
    "Int": (IntValueNode,),
    "Float": (IntValueNode, FloatValueNode),
    "String": (StringValueNode,),
    "Boolean": (BooleanValueNode,),
    "ID": (StringValueNode, IntValueNode),
}


def is_valid_value(types: Mapping[TypeName, TypeDefinition], type_: str, value: ValueNode) -> bool:
    """Whether a literal can be coerced to an input type. A custom scalar takes anything."""
    if type_.endswith("!"):
        return not isinstance(value, NullValueNode) and is_valid_value(types, type_[:-1], value)
    if isinstance(value, NullValueNode):
        return True
    if type_.startswith("["):
        items = value.values if isinstance(value, ListValueNode) else (value,)
        return all(is_valid_value(types, type_[1:-1], item) for item in items)
    if type_ in _SCALARS:
        return isinstance(value, _SCALARS[type_]) and _fits(type_, value)
    definition = types.get(type_)
    if definition is None or definition.kind is Kind.SCALAR:
        return True
    if definition.kind is Kind.ENUM:
        return isinstance(value, EnumValueNode) and value.value in definition.values
    return definition.kind is not Kind.INPUT_OBJECT or _is_valid_object(types, definition, value)


def _fits(type_: str, value: ValueNode) -> bool:
    if type_ != "Int" or not isinstance(value, IntValueNode):
        return True
    return len(value.value) <= _INT_DIGITS and -_INT_LIMIT <= int(value.value) < _INT_LIMIT


def _is_valid_object(types: Mapping[TypeName, TypeDefinition], definition: TypeDefinition, value: ValueNode) -> bool:
    if not isinstance(value, ObjectValueNode):
        return False
    given = {field.name.value: field.value for field in value.fields}
    if any(name not in definition.inputs for name in given):
        return False
    return all(
        is_valid_value(types, field.type, given[name]) if name in given else not field.is_required
        for name, field in definition.inputs.items()
    )


def defaults_are_valid(schema: SubgraphSchema) -> Iterator[CompositionError]:
    """A default is a value of its type."""
    for type_ in schema.types.values():
        for value in type_.inputs.values():
            yield from _check_default(schema, f"{type_.name}.{value.name}", value)
        for field in type_.fields.values():
            for argument in field.arguments.values():
                yield from _check_default(schema, f"{field.coordinate}({argument.name}:)", argument)
    for name, arguments in schema.definition_arguments.items():
        for argument in arguments:
            yield from _check_default(schema, f"@{name}({argument.name}:)", argument)


def _check_default(schema: SubgraphSchema, coordinate: str, value: InputValue) -> Iterator[CompositionError]:
    if value.default is not None and not is_valid_value(schema.types, value.type, value.default):
        message = f"{coordinate} has the default {shorten(print_ast(value.default))}, which is not a value of its type {value.type}."
        yield invalid_graphql(schema, message, coordinate, value.node)
