"""Read a supergraph: text or document in, ``Supergraph`` out."""

from collections.abc import Mapping

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
    parse,
)

from gateway.errors import SupergraphError
from gateway.schema.supergraph.api_schema import own_definitions, public_document, without_specifications
from gateway.schema.supergraph.building import build_schema
from gateway.schema.supergraph.features import read_features
from gateway.schema.supergraph.join import kind_of, read_subgraphs
from gateway.schema.supergraph.model import SubgraphView, Supergraph
from gateway.schema.supergraph.printer import print_type
from gateway.types import FieldName, OperationKind, SubgraphName, TypeName


def read_supergraph(source: str | DocumentNode) -> Supergraph:
    """Read a supergraph written by any composer with the join specification v0.1 to v0.5.

    Raises SupergraphError where the text is not GraphQL, names no join specification, needs a feature for security or
    execution that is not known, or has no query type.
    """
    document = _parse(source) if isinstance(source, str) else source
    features = read_features(document)
    definitions = own_definitions(document, features)
    subgraphs = read_subgraphs(document, definitions, features)
    full_schema = _build_schema(without_specifications(document, features))
    return Supergraph(
        document=document,
        full_schema=full_schema,
        api_schema=_build_schema(public_document(document, features)) if "inaccessible" in features else full_schema,
        subgraphs=subgraphs,
        kinds={name: kind_of(node) for name, node in definitions.items()},
        possible_types=_possible_types(definitions),
        interfaces=_interfaces(definitions),
        field_types=_field_types(definitions),
        root_types=_root_types(full_schema),
        features=features,
        labels=_labels(subgraphs),
    )


def _parse(text: str) -> DocumentNode:
    try:
        return parse(text, no_location=True)
    except GraphQLError as error:
        where = f" (line {error.locations[0].line})" if error.locations else ""
        raise SupergraphError(f"The supergraph is not GraphQL{where}: {error.message}") from error


def _build_schema(document: DocumentNode) -> GraphQLSchema:
    """The schema, taken as valid: what is wrong with it by a younger or stricter rule is for composers to refuse."""
    try:
        schema = build_schema(document)
    except (GraphQLError, TypeError) as error:
        raise SupergraphError(f"The supergraph does not make a schema: {error}") from error
    if schema.query_type is None:
        raise SupergraphError("The supergraph has no query type, so nothing could be asked of it.")
    return schema


def _interfaces(definitions: Mapping[TypeName, TypeDefinitionNode]) -> dict[TypeName, tuple[TypeName, ...]]:
    return {
        name: tuple(sorted(i.name.value for i in node.interfaces or ()))
        for name, node in definitions.items()
        if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode)
    }


def _possible_types(definitions: Mapping[TypeName, TypeDefinitionNode]) -> dict[TypeName, tuple[TypeName, ...]]:
    found: dict[TypeName, list[TypeName]] = {}
    for name, node in definitions.items():
        if isinstance(node, ObjectTypeDefinitionNode):
            found.setdefault(name, []).append(name)
            for interface in node.interfaces or ():
                found.setdefault(interface.name.value, []).append(name)
        elif isinstance(node, UnionTypeDefinitionNode):
            found[name] = [member.name.value for member in node.types or ()]
        elif isinstance(node, InterfaceTypeDefinitionNode):
            found.setdefault(name, [])
    return {name: tuple(sorted(types)) for name, types in found.items()}


def _field_types(definitions: Mapping[TypeName, TypeDefinitionNode]) -> dict[TypeName, dict[FieldName, str]]:
    return {
        name: {field.name.value: print_type(field.type) for field in node.fields or ()}
        for name, node in definitions.items()
        if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode)
    }


def _root_types(schema: GraphQLSchema) -> dict[OperationKind, TypeName]:
    roots = {
        OperationKind.QUERY: schema.query_type,
        OperationKind.MUTATION: schema.mutation_type,
        OperationKind.SUBSCRIPTION: schema.subscription_type,
    }
    return {kind: root.name for kind, root in roots.items() if root is not None}


def _labels(subgraphs: Mapping[SubgraphName, SubgraphView]) -> tuple[str, ...]:
    fields = (field for graph in subgraphs.values() for view in graph.types.values() for field in view.fields.values())
    return tuple(sorted({field.label.name for field in fields if field.label is not None}))
