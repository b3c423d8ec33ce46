"""Two schemas side by side: what both have, and what only one has."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from graphql import (
    GraphQLArgument,
    GraphQLDirective,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    is_introspection_type,
    is_specified_directive,
    is_specified_scalar_type,
)

T = TypeVar("T")
NamedType = TypeVar("NamedType", bound=GraphQLNamedType)
Composite = GraphQLObjectType | GraphQLInterfaceType


@dataclass(frozen=True, slots=True)
class SchemaPair:
    """The schema before and the schema after, without what the GraphQL specification itself defines."""

    before: GraphQLSchema
    after: GraphQLSchema

    @property
    def types(self) -> tuple[Mapping[str, GraphQLNamedType], Mapping[str, GraphQLNamedType]]:
        return _own_types(self.before), _own_types(self.after)

    @property
    def directives(self) -> tuple[Mapping[str, GraphQLDirective], Mapping[str, GraphQLDirective]]:
        return _own_directives(self.before), _own_directives(self.after)


def _own_types(schema: GraphQLSchema) -> dict[str, GraphQLNamedType]:
    return {
        name: type_
        for name, type_ in schema.type_map.items()
        if not is_introspection_type(type_) and not is_specified_scalar_type(type_)
    }


def _own_directives(schema: GraphQLSchema) -> dict[str, GraphQLDirective]:
    return {directive.name: directive for directive in schema.directives if not is_specified_directive(directive)}


def added(before: Mapping[str, T], after: Mapping[str, T]) -> Iterator[tuple[str, T]]:
    """What only ``after`` has."""
    return ((name, value) for name, value in after.items() if name not in before)


def removed(before: Mapping[str, T], after: Mapping[str, T]) -> Iterator[tuple[str, T]]:
    """What only ``before`` has."""
    return added(after, before)


def kept(before: Mapping[str, T], after: Mapping[str, T]) -> Iterator[tuple[str, T, T]]:
    """What both have, as it was and as it is."""
    return ((name, was, after[name]) for name, was in before.items() if name in after)


def kept_types(schemas: SchemaPair, kind: type[NamedType]) -> Iterator[tuple[NamedType, NamedType]]:
    """The types of one kind that both schemas have."""
    for _, was, now in kept(*schemas.types):
        if isinstance(was, kind) and isinstance(now, kind):
            yield was, now


def kept_composites(schemas: SchemaPair) -> Iterator[tuple[Composite, Composite]]:
    """The objects that both schemas have, then the interfaces."""
    yield from kept_types(schemas, GraphQLObjectType)
    yield from kept_types(schemas, GraphQLInterfaceType)


def kept_fields(schemas: SchemaPair) -> Iterator[tuple[str, GraphQLField, GraphQLField]]:
    """The output fields that both schemas have, under their coordinate."""
    for was, now in kept_composites(schemas):
        for name, field_was, field_now in kept(was.fields, now.fields):
            yield f"{was.name}.{name}", field_was, field_now


def argument_lists(
    schemas: SchemaPair,
) -> Iterator[tuple[str, Mapping[str, GraphQLArgument], Mapping[str, GraphQLArgument]]]:
    """The arguments of every field and directive that both schemas have, under the coordinate of what takes them."""
    for coordinate, was, now in kept_fields(schemas):
        if was.args or now.args:
            yield coordinate, was.args, now.args
    for name, directive_was, directive_now in kept(*schemas.directives):
        yield f"@{name}", directive_was.args, directive_now.args


def kept_arguments(schemas: SchemaPair) -> Iterator[tuple[str, GraphQLArgument, GraphQLArgument]]:
    """The arguments that both schemas have, under their coordinate."""
    for owner, before, after in argument_lists(schemas):
        for name, was, now in kept(before, after):
            yield f"{owner}({name}:)", was, now
