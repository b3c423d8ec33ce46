"""Changes of what a type consists of by name: interfaces, union members, enum values."""

from collections.abc import Iterator

from graphql import GraphQLEnumType, GraphQLNamedType, GraphQLSchema, GraphQLUnionType, get_named_type

from gateway.schema.diff.change import Change, ChangeKind, Severity
from gateway.schema.diff.schema import Composite, SchemaPair, kept_composites, kept_types


def interface_added(schemas: SchemaPair) -> Iterator[Change]:
    """A fragment on the interface begins to match where it did not."""
    for was, now in kept_composites(schemas):
        for name in _names(now.interfaces) - _names(was.interfaces):
            message = f"{now.name} implements {name}, which it did not."
            yield Change(now.name, ChangeKind.INTERFACE_ADDED, Severity.DANGEROUS, message)


def interface_removed(schemas: SchemaPair) -> Iterator[Change]:
    """A fragment on one of the two inside the other may become impossible."""
    for was, now in kept_composites(schemas):
        for name in _names(was.interfaces) - _names(now.interfaces):
            message = f"{now.name} no longer implements {name}."
            yield Change(now.name, ChangeKind.INTERFACE_REMOVED, Severity.BREAKING, message)


def union_member_added(schemas: SchemaPair) -> Iterator[Change]:
    """Clients get objects that they have no fragment for."""
    for was, now in kept_types(schemas, GraphQLUnionType):
        for name in _names(now.types) - _names(was.types):
            message = f"{name} is a new member of {now.name}."
            yield Change(now.name, ChangeKind.UNION_MEMBER_ADDED, Severity.DANGEROUS, message)


def union_member_removed(schemas: SchemaPair) -> Iterator[Change]:
    """A fragment on the member becomes impossible."""
    for was, now in kept_types(schemas, GraphQLUnionType):
        for name in _names(was.types) - _names(now.types):
            message = f"{name} is no longer a member of {now.name}."
            yield Change(now.name, ChangeKind.UNION_MEMBER_REMOVED, Severity.BREAKING, message)


def enum_value_added(schemas: SchemaPair) -> Iterator[Change]:
    """Clients get a value that they do not know, if the enum is ever an answer."""
    answered = _enums_in_answers(schemas.after)
    for was, now in kept_types(schemas, GraphQLEnumType):
        severity = Severity.DANGEROUS if now.name in answered else Severity.SAFE
        for value in now.values.keys() - was.values.keys():
            message = f"{value} is a new value of {now.name}."
            yield Change(f"{now.name}.{value}", ChangeKind.ENUM_VALUE_ADDED, severity, message)


def enum_value_removed(schemas: SchemaPair) -> Iterator[Change]:
    """Operations that give the value are refused."""
    for was, now in kept_types(schemas, GraphQLEnumType):
        for value in was.values.keys() - now.values.keys():
            message = f"{value} is no longer a value of {now.name}."
            yield Change(f"{was.name}.{value}", ChangeKind.ENUM_VALUE_REMOVED, Severity.BREAKING, message)


def _names(types: tuple[GraphQLNamedType, ...]) -> set[str]:
    return {type_.name for type_ in types}


def _enums_in_answers(schema: GraphQLSchema) -> set[str]:
    composites = (type_ for type_ in schema.type_map.values() if isinstance(type_, Composite))
    return {get_named_type(field.type).name for type_ in composites for field in type_.fields.values()}
