"""What a default value uses that clients do not see."""

from collections.abc import Iterator

from graphql import (
    EnumTypeDefinitionNode,
    EnumValueNode,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    ListTypeNode,
    ListValueNode,
    NonNullTypeNode,
    ObjectValueNode,
    TypeNode,
    ValueNode,
)

from gateway.schema.composition.inaccessible.elements import Coordinate, children
from gateway.schema.composition.inaccessible.visible import Visibility, named_type


def hidden_parts(visibility: Visibility, type_: TypeNode, value: ValueNode | None) -> Iterator[Coordinate]:
    """The hidden enum values and input fields in a literal of a type."""
    if isinstance(type_, NonNullTypeNode):
        yield from hidden_parts(visibility, type_.type, value)
    elif isinstance(value, ListValueNode):
        inner = type_.type if isinstance(type_, ListTypeNode) else type_
        for item in value.values:
            yield from hidden_parts(visibility, inner, item)
    elif isinstance(value, EnumValueNode):
        yield from _hidden_value(visibility, type_, value)
    elif isinstance(value, ObjectValueNode):
        yield from _hidden_fields(visibility, type_, value)


def _hidden_value(visibility: Visibility, type_: TypeNode, value: EnumValueNode) -> Iterator[Coordinate]:
    enum = visibility.types.get(named_type(type_))
    if isinstance(enum, EnumTypeDefinitionNode):
        coordinate = f"{enum.name.value}.{value.value}"
        node = dict(children(enum)).get(coordinate)
        if node is not None and visibility.is_hidden(node):
            yield coordinate


def _hidden_fields(visibility: Visibility, type_: TypeNode, value: ObjectValueNode) -> Iterator[Coordinate]:
    input_object = visibility.types.get(named_type(type_))
    if not isinstance(input_object, InputObjectTypeDefinitionNode):
        return
    fields = dict(children(input_object))
    for given in value.fields:
        coordinate = f"{input_object.name.value}.{given.name.value}"
        node = fields.get(coordinate)
        if isinstance(node, InputValueDefinitionNode):
            if visibility.is_hidden(node):
                yield coordinate
            yield from hidden_parts(visibility, node.type, given.value)
