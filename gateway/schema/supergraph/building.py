"""Build a graphql-core schema from a document that a composer made, taken as valid."""

from collections.abc import Iterator

from graphql import (
    DocumentNode,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    NameNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    TypeDefinitionNode,
    build_ast_schema,
    specified_scalar_types,
)

from gateway.schema.supergraph.type_nodes import named_type
from gateway.types import TypeName


def build_schema(document: DocumentNode) -> GraphQLSchema:
    """Build without validating: what is wrong by a younger or stricter rule is for composers to refuse.

    Raises TypeError or GraphQLError where no schema can be made at all.
    """
    return build_ast_schema(_with_missing_scalars(document), assume_valid=True)


def _with_missing_scalars(document: DocumentNode) -> DocumentNode:
    """Some composers let a type through that nobody defines; nothing is known of it, as of a custom scalar."""
    definitions = document.definitions
    defined = {node.name.value for node in definitions if isinstance(node, TypeDefinitionNode)} | set(
        specified_scalar_types
    )
    missing = sorted(set(_named_types(document)) - defined)
    scalars = (ScalarTypeDefinitionNode(name=NameNode(value=name), directives=()) for name in missing)
    return DocumentNode(definitions=(*definitions, *scalars)) if missing else document


def _named_types(document: DocumentNode) -> Iterator[TypeName]:
    for node in document.definitions:
        if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
            for field in node.fields or ():
                yield named_type(field.type)
                yield from (named_type(argument.type) for argument in field.arguments or ())
        elif isinstance(node, InputObjectTypeDefinitionNode):
            yield from (named_type(field.type) for field in node.fields or ())
