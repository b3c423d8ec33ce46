"""``@context`` and ``@fromContext``: which contexts a subgraph sets, and what its arguments take from them (federation 2.8)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from graphql import StringValueNode

from gateway.schema.subgraph.model import Field, InputValue, SubgraphSchema, applied
from gateway.types import TypeName

_FROM = re.compile(r"^\s*\$\s*([A-Za-z_]\w*)\s*(.*?)\s*$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class FromContext:
    """An argument that is filled from a context: ``@fromContext(field: "$context { selection }")``."""

    field: Field
    argument: InputValue
    context: str
    selection: str


def split_context(text: str) -> tuple[str, str] | None:
    """Context name and selection of a context field value, or None where it names no context."""
    match = _FROM.match(text)
    return (match[1], match[2]) if match else None


def contexts(schema: SubgraphSchema) -> dict[str, list[TypeName]]:
    """The types that set each context."""
    found: dict[str, list[TypeName]] = {}
    for type_ in schema.types.values():
        for directive in applied(type_, "context"):
            name = directive.arguments.get("name")
            if isinstance(name, StringValueNode):
                found.setdefault(name.value, []).append(type_.name)
    return found


def arguments_from_context(schema: SubgraphSchema) -> Iterator[FromContext]:
    """Every argument that takes its value from a well-formed context value."""
    for type_ in schema.types.values():
        for field in type_.fields.values():
            yield from field_from_context(field)


def field_from_context(field: Field) -> Iterator[FromContext]:
    """The arguments of one field that take their values from contexts."""
    for argument in field.arguments.values():
        for directive in applied(argument, "fromContext"):
            value = directive.arguments.get("field")
            parts = split_context(value.value) if isinstance(value, StringValueNode) else None
            if parts is not None:
                yield FromContext(field, argument, *parts)


def context_selections(schema: SubgraphSchema) -> Iterator[tuple[TypeName, str]]:
    """Each selection taken from a context, with each type that sets the context."""
    setting = contexts(schema)
    for found in arguments_from_context(schema):
        for type_name in setting.get(found.context, ()):
            yield type_name, found.selection
