"""Changes of whole types: roots, presence, kind, and what a scalar is said to be."""

from collections.abc import Iterator
from typing import Final

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLUnionType,
)
from graphql.language import OperationType

from gateway.schema.diff.change import Change, ChangeKind, Severity
from gateway.schema.diff.schema import SchemaPair, added, kept, kept_types, removed

_KINDS: Final[tuple[tuple[type[GraphQLNamedType], str], ...]] = (
    (GraphQLScalarType, "scalar"),
    (GraphQLObjectType, "object"),
    (GraphQLInterfaceType, "interface"),
    (GraphQLUnionType, "union"),
    (GraphQLEnumType, "enum"),
    (GraphQLInputObjectType, "input object"),
)


def root_type(schemas: SchemaPair) -> Iterator[Change]:
    """A new kind of operation is safe; another root type breaks operations of its kind, and fragments on it."""
    for operation in OperationType:
        was, now = schemas.before.get_root_type(operation), schemas.after.get_root_type(operation)
        if was is None and now is not None:
            message = f"{now.name} is now the {operation.value} type: the schema had none."
            yield Change(now.name, ChangeKind.ROOT_TYPE, Severity.SAFE, message)
        elif was is not None and (now is None or now.name != was.name):
            instead = f"{now.name} is" if now else "there is none"
            message = f"{was.name} is no longer the {operation.value} type; {instead}."
            yield Change(was.name, ChangeKind.ROOT_TYPE, Severity.BREAKING, message)


def type_added(schemas: SchemaPair) -> Iterator[Change]:
    """Nobody asks for a type that was not there."""
    for name, type_ in added(*schemas.types):
        yield Change(name, ChangeKind.TYPE_ADDED, Severity.SAFE, f"The {kind_of(type_)} {name} is new.")


def type_removed(schemas: SchemaPair) -> Iterator[Change]:
    """Fragments on the type and variables of the type are refused."""
    for name, type_ in removed(*schemas.types):
        yield Change(name, ChangeKind.TYPE_REMOVED, Severity.BREAKING, f"The {kind_of(type_)} {name} is gone.")


def type_kind(schemas: SchemaPair) -> Iterator[Change]:
    """Hardly any use of a type outlives a change of its kind."""
    for name, was, now in kept(*schemas.types):
        if kind_of(was) != kind_of(now):
            message = f"{name} was {_article(was)} and is {_article(now)}."
            yield Change(name, ChangeKind.TYPE_KIND, Severity.BREAKING, message)


def specified_by(schemas: SchemaPair) -> Iterator[Change]:
    """Another specification means another format; one that is named for the first time, or no more, changes no value."""
    for was, now in kept_types(schemas, GraphQLScalarType):
        before, after = was.specified_by_url, now.specified_by_url
        if before == after:
            continue
        severity = Severity.DANGEROUS if before and after else Severity.SAFE
        message = f"{was.name} is specified by {after or 'nothing'}, and was by {before or 'nothing'}."
        yield Change(was.name, ChangeKind.SPECIFIED_BY, severity, message)


def kind_of(type_: GraphQLNamedType) -> str:
    """A type's kind in the words of the specification: ``input object``."""
    return next(word for kind, word in _KINDS if isinstance(type_, kind))


def _article(type_: GraphQLNamedType) -> str:
    kind = kind_of(type_)
    return f"an {kind}" if kind[0] in "aeio" else f"a {kind}"
