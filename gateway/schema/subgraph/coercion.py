"""Write default values as their types have them: tools of older days wrote enum values as strings."""

from collections.abc import Mapping
from dataclasses import replace

from graphql import (
    ConstListValueNode,
    ConstObjectFieldNode,
    ConstObjectValueNode,
    ConstValueNode,
    EnumValueNode,
    FloatValueNode,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    StringValueNode,
    print_ast,
)

from gateway.schema.subgraph.model import InputValue, Kind, TypeDefinition
from gateway.types import TypeName

Types = Mapping[TypeName, TypeDefinition]


def with_coerced_defaults(types: Types) -> dict[TypeName, TypeDefinition]:
    """The types with every default in the form of its own type; what does not fit stays for the rules to report."""
    return {name: _coerce_type(types, type_) for name, type_ in types.items()}


def _coerce_type(types: Types, type_: TypeDefinition) -> TypeDefinition:
    inputs = {name: coerce_input(types, value) for name, value in type_.inputs.items()}
    fields = {
        name: replace(field, arguments={n: coerce_input(types, a) for n, a in field.arguments.items()})
        if any(argument.default is not None for argument in field.arguments.values())
        else field
        for name, field in type_.fields.items()
    }
    return replace(type_, inputs=inputs, fields=fields)


def coerce_input(types: Types, value: InputValue) -> InputValue:
    if value.default is None:
        return value
    return replace(value, default=coerce_value(types, value.type, value.default))


def coerce_value(types: Types, type_: str, value: ConstValueNode) -> ConstValueNode:
    """A literal in the form of its type: a string that names an enum's value, a whole float for an integer."""
    type_ = type_.rstrip("!")
    if isinstance(value, ListValueNode):
        inner = type_[1:-1] if type_.startswith("[") else type_
        return ConstListValueNode(values=tuple(coerce_value(types, inner, item) for item in value.values))
    base = type_.strip("[]!")
    if isinstance(value, FloatValueNode) and base == "Int" and float(value.value).is_integer():
        return IntValueNode(value=str(int(float(value.value))))
    definition = types.get(base)
    if definition is None:
        return value
    if isinstance(value, StringValueNode) and definition.kind is Kind.ENUM and value.value in definition.values:
        return EnumValueNode(value=value.value)
    if isinstance(value, ObjectValueNode):
        return ConstObjectValueNode(fields=tuple(_coerce_field(types, definition, field) for field in value.fields))
    return value


def _coerce_field(types: Types, definition: TypeDefinition, field: ConstObjectFieldNode) -> ConstObjectFieldNode:
    known = definition.inputs.get(field.name.value)
    value = coerce_value(types, known.type, field.value) if known else field.value
    return ConstObjectFieldNode(name=field.name, value=value)


def value_text(value: ConstValueNode) -> str:
    """A literal as text that equal values share: the fields of an input object have no order."""
    if isinstance(value, ListValueNode):
        return f"[{', '.join(value_text(item) for item in value.values)}]"
    if isinstance(value, ObjectValueNode):
        fields = sorted((field.name.value, value_text(field.value)) for field in value.fields)
        return f"{{{', '.join(f'{name}: {text}' for name, text in fields)}}}"
    return print_ast(value)
