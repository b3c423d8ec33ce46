"""One subgraph's own schema, as far as the supergraph tells it: what every operation sent there must be valid against."""

from collections.abc import Iterator
from typing import Any, TypeVar

from graphql import (
    DefinitionNode,
    DirectiveDefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    NamedTypeNode,
    NameNode,
    Node,
    ObjectTypeDefinitionNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
    parse,
    parse_type,
)

from gateway.schema.supergraph.api_schema import own_definitions, without_specifications
from gateway.schema.supergraph.building import build_schema
from gateway.schema.supergraph.model import FieldView, SubgraphView, Supergraph, TypeView
from gateway.types import OperationKind, SubgraphName, TypeName

_Node = TypeVar("_Node", bound=Node)


def derive_subgraph_schema(supergraph: Supergraph, subgraph: SubgraphName) -> GraphQLSchema:
    """The schema of ``subgraph`` with ``_entities``, made from what the supergraph says of it.

    Fields carry the types they have there, with the arguments of the supergraph (composition keeps what all have) and those that
    come from a context. External fields are there too: a subgraph declares them, whether it can resolve them or not.
    """
    view = supergraph.subgraphs[subgraph]
    document = without_specifications(supergraph.document, supergraph.features)
    directives = [d for d in document.definitions if isinstance(d, DirectiveDefinitionNode)]
    own = own_definitions(document, {})
    types = (_definition(node, view.types[name], view) for name, node in own.items() if name in view.types)
    return build_schema(DocumentNode(definitions=(*directives, *types, *_protocol(supergraph, view))))


def _definition(node: TypeDefinitionNode, type_view: TypeView, view: SubgraphView) -> TypeDefinitionNode:
    if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
        as_object = type_view.is_interface_object or isinstance(node, ObjectTypeDefinitionNode)
        kind = ObjectTypeDefinitionNode if as_object else InterfaceTypeDefinitionNode
        interfaces = tuple(_named(name) for name in type_view.interfaces if _is_interface(name, view))
        return kind(name=node.name, interfaces=interfaces, fields=tuple(_fields(node, type_view)), directives=())
    if isinstance(node, InputObjectTypeDefinitionNode):
        fields = (
            _typed(f, type_view.fields[f.name.value]) for f in node.fields or () if f.name.value in type_view.fields
        )
        return _copy(node, fields=tuple(fields))
    if isinstance(node, UnionTypeDefinitionNode):
        return _copy(node, types=tuple(_named(name) for name in type_view.runtime_types))
    if isinstance(node, EnumTypeDefinitionNode):
        return _copy(node, values=tuple(v for v in node.values or () if v.name.value in type_view.values))
    return node


def _is_interface(name: TypeName, view: SubgraphView) -> bool:
    return name in view.types and not view.types[name].is_interface_object


def _fields(
    node: ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode, type_view: TypeView
) -> Iterator[FieldDefinitionNode]:
    for field in node.fields or ():
        if (own := type_view.fields.get(field.name.value)) is not None:
            arguments = (
                InputValueDefinitionNode(name=_name(c.name), type=parse_type(c.type), directives=())
                for c in own.contexts
            )
            yield _copy(_typed(field, own), arguments=(*(field.arguments or ()), *arguments))


def _typed(node: _Node, field: FieldView) -> _Node:
    return _copy(node, type=parse_type(field.type, no_location=True))


def _protocol(supergraph: Supergraph, view: SubgraphView) -> Iterator[DefinitionNode]:
    """The schema definition, and the types and fields that the subgraph specification adds."""
    query = supergraph.root_types[OperationKind.QUERY]
    roots = [f"{k.value}: {name}" for k, name in supergraph.root_types.items() if name in view.types or name == query]
    yield from parse(f"schema {{ {' '.join(roots)} }}", no_location=True).definitions
    entities = sorted(
        t.name for t in view.types.values() if t.keys and (t.runtime_types == (t.name,) or t.is_interface_object)
    )
    fields = "_service: _Service!"
    if entities:
        yield from parse(f"scalar _Any union _Entity = {' | '.join(entities)}", no_location=True).definitions
        fields += " _entities(representations: [_Any!]!): [_Entity]!"
    yield from parse(
        f"type _Service {{ sdl: String }} extend type {query} {{ {fields} }}", no_location=True
    ).definitions
    if query not in view.types:
        yield ObjectTypeDefinitionNode(name=_name(query), interfaces=(), fields=(), directives=())


def _named(name: TypeName) -> NamedTypeNode:
    return NamedTypeNode(name=_name(name))


def _name(name: str) -> NameNode:
    return NameNode(value=name)


def _copy(node: _Node, **changes: Any) -> _Node:
    return type(node)(**{key: getattr(node, key, None) for key in node.keys} | changes)
