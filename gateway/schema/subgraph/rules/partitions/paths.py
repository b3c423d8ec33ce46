"""Paths of names in what the partition directives say: ``input.region``, ``publisher.name``."""

from collections.abc import Mapping
from typing import Any

from graphql import value_from_ast_untyped

from gateway.schema.subgraph.model import COMPOSITE, Applied, Field, InputValue, Kind, SubgraphSchema
from gateway.types import FieldName, TypeName


def said(directive: Applied) -> Mapping[str, Any]:
    """The arguments of an application as plain values."""
    return {name: value_from_ast_untyped(value) for name, value in directive.arguments.items()}


def walk_fields(schema: SubgraphSchema, parent: TypeName, path: str) -> list[Field] | None:
    """The fields along a path; None where one of them is unknown or needs arguments, or the last is no single leaf."""
    found: list[Field] = []
    for name in path.split("."):
        field = _field(schema, parent, name)
        if field is None or field.type.startswith("[") or any(one.is_required for one in field.arguments.values()):
            return None
        found.append(field)
        parent = field.base
    type_ = schema.types.get(parent)
    return None if type_ is not None and type_.kind in COMPOSITE else found


def _field(schema: SubgraphSchema, parent: TypeName, name: FieldName) -> Field | None:
    type_ = schema.types.get(parent)
    return type_.fields.get(name) if type_ is not None else None


def walk_inputs(schema: SubgraphSchema, field: Field, path: str) -> list[InputValue] | None:
    """The argument and the input fields along a path; None where one of them is unknown, or the last is an object."""
    first, *rest = path.split(".")
    found = [field.arguments[first]] if first in field.arguments else []
    for name in rest if found else ():
        type_ = schema.types.get(found[-1].base)
        if type_ is None or name not in type_.inputs or found[-1].type.startswith("["):
            return None
        found.append(type_.inputs[name])
    if not found:
        return None
    last = schema.types.get(found[-1].base)
    return None if last is not None and last.kind is Kind.INPUT_OBJECT else found


def always_names_one(path: list[InputValue]) -> bool:
    """Whether the client must give this value, and it is one: no list, and required all the way."""
    return all(value.type.endswith("!") and not value.type.startswith("[") for value in path)
