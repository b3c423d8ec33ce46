"""The applications of the join specification that say which subgraph has what."""

from collections.abc import Mapping

from graphql import (
    BooleanValueNode,
    ConstListValueNode,
    ConstObjectValueNode,
    ConstValueNode,
    EnumValueNode,
    StringValueNode,
)

from gateway.schema.composition.merge.state import Part
from gateway.schema.subgraph.field_set import fields_text
from gateway.schema.subgraph.model import Applied, Field, TypeDefinition, applied, has

Value = str | bool | EnumValueNode | ConstListValueNode | ConstObjectValueNode | None


def join(element: str, **arguments: Value) -> Applied:
    """``@join__<element>`` with every argument that is not None."""
    return Applied(f"join__{element}", f"join__{element}", _values(arguments))


def _values(arguments: Mapping[str, Value]) -> dict[str, ConstValueNode]:
    return {name: _value(value) for name, value in arguments.items() if value is not None}


def _value(value: str | bool | EnumValueNode | ConstListValueNode | ConstObjectValueNode) -> ConstValueNode:
    if isinstance(value, bool):
        return BooleanValueNode(value=value)
    if isinstance(value, str):
        return StringValueNode(value=value)
    return value


def join_types(part: Part, type_: TypeDefinition) -> list[Applied]:
    """``@join__type``: one for each key, or one without a key."""
    graph = part.graph_value
    interface_object = True if part.is_interface_object(type_.name) else None
    keys = list(applied(type_, "key"))
    if not keys:
        return [join("type", graph=graph, isInterfaceObject=interface_object)]
    return [
        join(
            "type",
            graph=graph,
            key=fields_text(key),
            extension=True if key.in_extension or has(type_, "extends") else None,
            resolvable=False if _is_false(key.arguments.get("resolvable")) else None,
            isInterfaceObject=interface_object,
        )
        for key in keys
    ]


def _is_false(value: ConstValueNode | None) -> bool:
    return isinstance(value, BooleanValueNode) and value.value is False


def field_set_of(field: Field, spec: str) -> str | None:
    """The field set of ``@requires`` or ``@provides`` on a field."""
    return next((fields_text(d) for d in applied(field, spec)), None)
