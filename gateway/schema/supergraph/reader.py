"""Read a supergraph: text or document in, ``Supergraph`` out."""

from collections.abc import Mapping

from graphql import (
    DocumentNode,
    FieldDefinitionNode,
    GraphQLError,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
    parse,
)

from gateway.collection import held_collection
from gateway.errors import SupergraphError
from gateway.schema.supergraph.api_schema import own_definitions
from gateway.schema.supergraph.features import Feature, read_features
from gateway.schema.supergraph.join import kind_of, read_subgraphs
from gateway.schema.supergraph.model import PublicType, SubgraphView, Supergraph
from gateway.schema.supergraph.printer import print_type
from gateway.schema.supergraph.schemas import Schemas
from gateway.schema.supergraph.type_nodes import named_type
from gateway.types import FieldName, OperationKind, SubgraphName, TypeName


def read_supergraph(source: str | DocumentNode) -> Supergraph:
    """Read a supergraph written by any composer with the join specification v0.1 to v0.5.

    Raises SupergraphError where the text is not GraphQL, names no join specification, needs a feature for security or
    execution that is not known, or has no query type.
    """
    with held_collection():
        supergraph = read_document(_parse(source) if isinstance(source, str) else source)
        supergraph.schemas.build()
    return supergraph


def read_document(document: DocumentNode, last: Supergraph | None = None) -> Supergraph:
    """Read a supergraph that is known to make a schema, because it was composed: its schemas are built when they are asked for.

    What the ``last`` supergraph knew of types whose nodes are the same objects is taken over.
    Raises SupergraphError like ``read_supergraph``, but for what only building a schema finds.
    """
    features = read_features(document)
    definitions = own_definitions(document, features)
    subgraphs = read_subgraphs(document, definitions, features, last)
    return Supergraph(
        document=document,
        definitions=definitions,
        schemas=Schemas(document, features),
        public=_public(definitions, features),
        subgraphs=subgraphs,
        kinds={name: kind_of(node) for name, node in definitions.items()},
        possible_types=_possible_types(definitions),
        interfaces=_interfaces(definitions),
        field_types=_field_types(definitions),
        root_types=_root_types(document, definitions),
        features=features,
        labels=_labels(subgraphs),
    )


def _parse(text: str) -> DocumentNode:
    try:
        return parse(text, no_location=True)
    except GraphQLError as error:
        where = f" (line {error.locations[0].line})" if error.locations else ""
        raise SupergraphError(f"The supergraph is not GraphQL{where}: {error.message}") from error


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


def _root_types(
    document: DocumentNode, definitions: Mapping[TypeName, TypeDefinitionNode]
) -> dict[OperationKind, TypeName]:
    """The root types as the schema definition names them, or by their default names where it names none."""
    nodes = (n for n in document.definitions if isinstance(n, SchemaDefinitionNode | SchemaExtensionNode))
    named = {OperationKind(o.operation.value): o.type.name.value for n in nodes for o in n.operation_types or ()}
    roots = named or {kind: kind.value.capitalize() for kind in OperationKind}
    return {kind: roots[kind] for kind in OperationKind if roots.get(kind) in definitions}


def _public(
    definitions: Mapping[TypeName, TypeDefinitionNode], features: Mapping[str, Feature]
) -> dict[TypeName, PublicType]:
    """The types that clients may see."""
    hidden = features["inaccessible"].directive("inaccessible") if "inaccessible" in features else None
    return {name: _public_type(node, hidden) for name, node in definitions.items() if not _is_hidden(node, hidden)}


def _public_type(node: TypeDefinitionNode, hidden: str | None) -> PublicType:
    if not isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
        return PublicType(kind_of(node))
    fields = {f.name.value: named_type(f.type) for f in node.fields or () if not _is_hidden(f, hidden)}
    return PublicType(kind_of(node), fields)


def _is_hidden(node: TypeDefinitionNode | FieldDefinitionNode, hidden: str | None) -> bool:
    return hidden is not None and any(directive.name.value == hidden for directive in node.directives or ())


def _labels(subgraphs: Mapping[SubgraphName, SubgraphView]) -> tuple[str, ...]:
    fields = (field for graph in subgraphs.values() for view in graph.types.values() for field in view.fields.values())
    return tuple(sorted({field.label.name for field in fields if field.label is not None}))
