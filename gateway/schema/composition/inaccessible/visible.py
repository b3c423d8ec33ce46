"""A supergraph's elements, told apart by whether clients see them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from graphql import (
    DirectiveDefinitionNode,
    DocumentNode,
    InputValueDefinitionNode,
    ListTypeNode,
    NamedTypeNode,
    NonNullTypeNode,
    OperationTypeDefinitionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    TypeDefinitionNode,
    TypeNode,
)
from graphql.language import OperationType

from gateway.schema.composition.inaccessible.elements import (
    Child,
    Coordinate,
    Element,
    Names,
    arguments,
    children,
    is_inaccessible,
    read_names,
)
from gateway.schema.subgraph.specifications import SPECS
from gateway.schema.supergraph import Feature
from gateway.schema.supergraph.api_schema import is_linked_directive, own_definitions
from gateway.types import TypeName


@dataclass(frozen=True, slots=True)
class Visibility:
    """The supergraph's own types, those that its specifications brought, and which elements are hidden.

    ``directives`` are the authors', composed ones included: who reads the API schema sees what their arguments are of.
    """

    types: Mapping[TypeName, TypeDefinitionNode]
    specified: tuple[TypeDefinitionNode, ...]
    directives: tuple[DirectiveDefinitionNode, ...]
    query_type: TypeName
    names: Names

    def is_hidden(self, node: Element) -> bool:
        """Whether an element is marked itself."""
        return is_inaccessible(node, self.names)

    def is_visible_type(self, name: TypeName) -> bool:
        """Whether clients see a type; built-in scalars are seen."""
        node = self.types.get(name)
        return node is None or not self.is_hidden(node)

    def visible_types(self) -> Iterator[TypeDefinitionNode]:
        return (node for node in self.types.values() if not self.is_hidden(node))

    def visible_children(self, node: TypeDefinitionNode) -> Iterator[tuple[Coordinate, Child]]:
        return ((coordinate, child) for coordinate, child in children(node) if not self.is_hidden(child))

    def visible_inputs(self) -> Iterator[tuple[Coordinate, InputValueDefinitionNode]]:
        """Every argument and input field that clients see."""
        for node in self.visible_types():
            for coordinate, child in self.visible_children(node):
                if isinstance(child, InputValueDefinitionNode):
                    yield coordinate, child
                found = arguments(coordinate, child)
                yield from ((place, argument) for place, argument in found if not self.is_hidden(argument))
        for directive in self.directives:
            for argument in directive.arguments or ():
                if not self.is_hidden(argument):
                    yield f"@{directive.name.value}({argument.name.value}:)", argument


def read_visibility(document: DocumentNode, features: Mapping[str, Feature]) -> Visibility:
    """Sort the definitions of a supergraph."""
    own = own_definitions(document, features)
    machinery = {name: feature for name, feature in features.items() if feature.identity.startswith(SPECS)}
    types = (node for node in document.definitions if isinstance(node, TypeDefinitionNode))
    directives = (node for node in document.definitions if isinstance(node, DirectiveDefinitionNode))
    return Visibility(
        types=own,
        specified=tuple(node for node in types if node.name.value not in own),
        directives=tuple(node for node in directives if not is_linked_directive(node.name.value, machinery)),
        query_type=next((o.type.name.value for o in _roots(document) if o.operation is OperationType.QUERY), "Query"),
        names=read_names(features),
    )


def _roots(document: DocumentNode) -> Iterator[OperationTypeDefinitionNode]:
    for node in document.definitions:
        if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode):
            yield from node.operation_types or ()


def named_type(type_: TypeNode) -> TypeName:
    """The name under lists and non-null marks."""
    while isinstance(type_, NonNullTypeNode | ListTypeNode):
        type_ = type_.type
    assert isinstance(type_, NamedTypeNode)  # noqa: S101  # the grammar knows no fourth type
    return type_.name.value
