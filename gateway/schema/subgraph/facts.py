"""What follows from a subgraph's directives: which fields are external, provided, used or shareable."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from graphql import StringValueNode

from gateway.schema.subgraph.context import context_selections
from gateway.schema.subgraph.field_set import fields_text, key_fields, target_fields
from gateway.schema.subgraph.model import COMPOSITE, Applied, Field, Kind, SubgraphSchema, applied, has

_KNOWN: Final = 2048
"""Subgraphs whose facts are kept."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Coordinates of fields.

    ``external``: this subgraph does not resolve them, ``pretended`` ones aside: key fields of an extended type that are
    marked ``@external`` by custom, and yet resolved. ``provided``: external, but some path here provides them.
    ``used``: needed by a federation directive or by an interface.
    """

    external: frozenset[str]
    pretended: frozenset[str]
    provided: frozenset[str]
    used: frozenset[str]
    shareable: frozenset[str]

    def is_fully_external(self, coordinate: str) -> bool:
        """Whether no path of this subgraph resolves the field."""
        return coordinate in self.external and coordinate not in self.provided


@lru_cache(maxsize=_KNOWN)
def find_facts(schema: SubgraphSchema) -> Facts:
    """Work out the facts of one subgraph."""
    pretended = frozenset(_pretended(schema))
    return Facts(
        external=frozenset(_external(schema)) - pretended,
        pretended=pretended,
        provided=frozenset(f.coordinate for f in _provided(schema)),
        used=frozenset(f.coordinate for f in _used(schema)),
        shareable=frozenset(_shareable(schema)),
    )


def _fields(schema: SubgraphSchema) -> Iterator[Field]:
    for type_ in schema.types.values():
        yield from type_.fields.values()


def _external(schema: SubgraphSchema) -> Iterator[str]:
    for type_ in schema.types.values():
        blocks = {d.block for d in applied(type_, "external")}
        for field in type_.fields.values():
            if field.block in blocks or has(field, "external"):
                yield field.coordinate


def _pretended(schema: SubgraphSchema) -> Iterator[str]:
    for type_ in schema.types.values():
        for key in applied(type_, "key"):
            if key.in_extension or has(type_, "extends"):
                fields = target_fields(schema, type_.name, fields_text(key), implementations=False)
                yield from (field.coordinate for field in fields if has(field, "external"))


def _provided(schema: SubgraphSchema) -> Iterator[Field]:
    for field in _fields(schema):
        for provides in applied(field, "provides"):
            yield from target_fields(schema, field.base, _text(schema, provides), implementations=True)


def _used(schema: SubgraphSchema) -> Iterator[Field]:
    for type_ in schema.types.values():
        if type_.kind in COMPOSITE:
            for key in applied(type_, "key"):
                yield from target_fields(schema, type_.name, _text(schema, key), implementations=True)
        if type_.kind is Kind.INTERFACE:
            for implementation in schema.implementations(type_.name):
                yield from (f for f in implementation.fields.values() if f.name in type_.fields)
    yield from _provided(schema)
    for field in _fields(schema):
        for requires in applied(field, "requires"):
            yield from target_fields(schema, field.parent, _text(schema, requires), implementations=True)
    for type_name, text in context_selections(schema):
        yield from target_fields(schema, type_name, text, implementations=True)


def _text(schema: SubgraphSchema, directive: Applied) -> str:
    """The text of a field set. In Federation 2 what is no string names nothing, and so uses nothing."""
    if schema.is_federation_2 and not isinstance(directive.arguments.get("fields"), StringValueNode):
        return ""
    return fields_text(directive)


def _shareable(schema: SubgraphSchema) -> Iterator[str]:
    """``@shareable`` on a type holds for the fields of the same definition or extension (federation 2.2)."""
    for type_ in schema.types.values():
        if type_.kind not in (Kind.OBJECT, Kind.INTERFACE):
            continue
        yield from (f.coordinate for f in key_fields(schema, type_.name, implementations=True))
        if not schema.is_federation_2 or type_.kind is Kind.INTERFACE:
            continue
        blocks = {d.block for d in applied(type_, "shareable")}
        for field in type_.fields.values():
            if field.block in blocks or has(field, "shareable"):
                yield field.coordinate
