"""``@authenticated``, ``@requiresScopes``, ``@policy``: on what is resolved; interfaces take theirs from implementations."""

from collections.abc import Iterator
from typing import Final

from graphql import Node

from gateway.errors import CompositionError
from gateway.schema.codes import ErrorCode
from gateway.schema.subgraph.model import Kind, SubgraphSchema, has
from gateway.schema.subgraph.report import subgraph_error

ACCESS: Final = ("authenticated", "requiresScopes", "policy")


def access_is_not_on_interfaces(schema: SubgraphSchema) -> Iterator[CompositionError]:
    """Not on interfaces, their fields, or interface objects."""
    for type_ in schema.types.values():
        is_interface = type_.kind is Kind.INTERFACE
        is_object = has(type_, "interfaceObject")
        for spec in ACCESS:
            if (is_interface or is_object) and has(type_, spec):
                what = "an @interfaceObject" if is_object else "an interface"
                yield _error(schema, spec, type_.name, what, *type_.nodes)
            for field in type_.fields.values() if is_interface else ():
                if has(field, spec):
                    yield _error(schema, spec, field.coordinate, "a field of an interface", field.node)


def _error(schema: SubgraphSchema, spec: str, coordinate: str, what: str, *nodes: Node | None) -> CompositionError:
    message = f"{coordinate} is {what} and cannot have @{schema.local(spec)}; put it on the implementations."
    code = ErrorCode.AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE
    return subgraph_error(code, schema.name, message, coordinate=coordinate, nodes=nodes)
