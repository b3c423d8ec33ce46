"""Keys on interfaces and ``@interfaceObject`` (federation 2.3): what one subgraph can be told by itself."""

from collections.abc import Iterator

from graphql import GraphQLError

from gateway.errors import CompositionError
from gateway.schema.codes import ErrorCode
from gateway.schema.selection import SelectionSet, parse_field_set
from gateway.schema.subgraph.field_set import fields_text
from gateway.schema.subgraph.model import Kind, SubgraphSchema, TypeDefinition, applied, has
from gateway.schema.subgraph.report import subgraph_error


def interface_objects_have_keys(schema: SubgraphSchema) -> Iterator[CompositionError]:
    """An interface object is an entity: other subgraphs find it by a key."""
    for type_ in schema.types.values():
        if has(type_, "interfaceObject") and not has(type_, "key"):
            yield subgraph_error(
                ErrorCode.INTERFACE_OBJECT_USAGE_ERROR,
                schema.name,
                f"{type_.name} is an @interfaceObject and has no @key; give it the key of the interface.",
                coordinate=type_.name,
                nodes=type_.nodes,
            )


def interface_keys_are_on_implementations(schema: SubgraphSchema) -> Iterator[CompositionError]:
    """Each key of an interface is a key of every implementation."""
    for type_ in schema.types.values():
        if type_.kind is not Kind.INTERFACE:
            continue
        for key in applied(type_, "key"):
            wanted = _normal(fields_text(key))
            lacking = [t for t in schema.implementations(type_.name) if wanted not in _keys(t)]
            if lacking:
                names = " and ".join(sorted(t.name for t in lacking))
                yield subgraph_error(
                    ErrorCode.INTERFACE_KEY_NOT_ON_IMPLEMENTATION,
                    schema.name,
                    f'The interface {type_.name} has the key "{fields_text(key)}", but its implementation {names} has not.',
                    coordinate=type_.name,
                    nodes=[key.node, *(node for t in lacking for node in t.nodes)],
                )


def _keys(type_: TypeDefinition) -> list[frozenset[object] | str]:
    return [_normal(fields_text(key)) for key in applied(type_, "key")]


def _normal(text: str) -> frozenset[object] | str:
    """A field set without the order of its selections; as written where it cannot be read."""
    try:
        return _without_order(parse_field_set(text))
    except (GraphQLError, RecursionError):
        return text


def _without_order(selections: SelectionSet) -> frozenset[object]:
    return frozenset((getattr(s, "name", None), _without_order(s.selections)) for s in selections)
