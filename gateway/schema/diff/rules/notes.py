"""Changes of what only people read: descriptions and deprecations."""

from collections.abc import Iterator

from graphql import (
    GraphQLArgument,
    GraphQLDirective,
    GraphQLEnumType,
    GraphQLEnumValue,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLNamedType,
)

from gateway.schema.diff.change import Change, ChangeKind, Severity
from gateway.schema.diff.schema import SchemaPair, kept, kept_arguments, kept_fields, kept_types

Deprecable = GraphQLArgument | GraphQLEnumValue | GraphQLField | GraphQLInputField
Described = Deprecable | GraphQLNamedType | GraphQLDirective


def deprecation(schemas: SchemaPair) -> Iterator[Change]:
    """A deprecation warns of a change, it is none."""
    for coordinate, was, now in _kept_deprecable(schemas):
        before, after = was.deprecation_reason, now.deprecation_reason
        if before != after:
            message = (
                f"{coordinate} is no longer deprecated." if after is None else f"{coordinate} is deprecated: {after}"
            )
            yield Change(coordinate, ChangeKind.DEPRECATION, Severity.SAFE, message)


def description(schemas: SchemaPair) -> Iterator[Change]:
    """A description that is new, changed or gone."""
    for coordinate, was, now in _kept_described(schemas):
        if was.description != now.description:
            what = "new" if was.description is None else "gone" if now.description is None else "changed"
            message = f"The description of {coordinate} is {what}."
            yield Change(coordinate, ChangeKind.DESCRIPTION, Severity.SAFE, message)


def _kept_deprecable(schemas: SchemaPair) -> Iterator[tuple[str, Deprecable, Deprecable]]:
    yield from kept_fields(schemas)
    yield from kept_arguments(schemas)
    for enum_was, enum_now in kept_types(schemas, GraphQLEnumType):
        for name, value_was, value_now in kept(enum_was.values, enum_now.values):
            yield f"{enum_was.name}.{name}", value_was, value_now
    for input_was, input_now in kept_types(schemas, GraphQLInputObjectType):
        for name, field_was, field_now in kept(input_was.fields, input_now.fields):
            yield f"{input_was.name}.{name}", field_was, field_now


def _kept_described(schemas: SchemaPair) -> Iterator[tuple[str, Described, Described]]:
    yield from kept(*schemas.types)
    yield from _kept_deprecable(schemas)
    for name, was, now in kept(*schemas.directives):
        yield f"@{name}", was, now
