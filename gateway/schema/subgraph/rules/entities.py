"""Keys on interfaces and ``@interfaceObject`` (federation 2.3): what one subgraph can be told by itself."""

from collections.abc import Iterator, Sequence

from graphql import BooleanValueNode, GraphQLError

from gateway.errors import CompositionError
from gateway.schema.codes import ErrorCode
from gateway.schema.selection import SelectionSet, parse_field_set
from gateway.schema.subgraph.field_set import fields_text
from gateway.schema.subgraph.model import Applied, Kind, SubgraphSchema, TypeDefinition, applied, has
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
    """Each key of an interface is a key of every implementation, and resolvable there if it is resolvable here."""
    for type_ in schema.types.values():
        if type_.kind is not Kind.INTERFACE:
            continue
        for key in applied(type_, "key"):
            found = [(t, _same_key(t, key)) for t in schema.implementations(type_.name)]
            lacking = [t for t, own in found if own is None]
            locked = [t for t, own in found if own is not None and is_resolvable(key) and not is_resolvable(own)]
            if lacking:
                yield _key_fault(schema, type_, key, lacking, "has not")
            if locked:
                yield _key_fault(schema, type_, key, locked, "has it as resolvable: false")


def _same_key(type_: TypeDefinition, key: Applied) -> Applied | None:
    wanted = _normal(fields_text(key))
    return next((own for own in applied(type_, "key") if _normal(fields_text(own)) == wanted), None)


def _key_fault(
    schema: SubgraphSchema, interface: TypeDefinition, key: Applied, types: Sequence[TypeDefinition], fault: str
) -> CompositionError:
    names = " and ".join(sorted(t.name for t in types))
    return subgraph_error(
        ErrorCode.INTERFACE_KEY_NOT_ON_IMPLEMENTATION,
        schema.name,
        f'The interface {interface.name} has the key "{fields_text(key)}", but its implementation {names} {fault}.',
        coordinate=interface.name,
        nodes=[key.node, *(node for t in types for node in t.nodes)],
    )


def is_resolvable(key: Applied) -> bool:
    """Whether the subgraph can be entered by a key."""
    value = key.arguments.get("resolvable")
    return not (isinstance(value, BooleanValueNode) and not value.value)


def _normal(text: str) -> frozenset[object] | str:
    """A field set without the order of its selections; as written where it cannot be read."""
    try:
        return _without_order(parse_field_set(text))
    except (GraphQLError, RecursionError):
        return text


def _without_order(selections: SelectionSet) -> frozenset[object]:
    return frozenset((getattr(s, "name", None), _without_order(s.selections)) for s in selections)
