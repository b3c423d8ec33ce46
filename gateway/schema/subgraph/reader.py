"""Read one subgraph: SDL text in, ``SubgraphSchema`` out, or every reason why it cannot be read."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from graphql import (
    DirectiveDefinitionNode,
    DocumentNode,
    GraphQLError,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    TypeDefinitionNode,
    parse,
)

from gateway.errors import CompositionError, SourceLocation
from gateway.schema.codes import ErrorCode
from gateway.schema.subgraph.coercion import coerce_input, with_coerced_defaults
from gateway.schema.subgraph.links import read_links, schema_nodes
from gateway.schema.subgraph.model import Kind, SubgraphSchema, TypeDefinition
from gateway.schema.subgraph.naming import Names, read_names
from gateway.schema.subgraph.reading import DEFAULT_ROOTS, DocumentReader, defined_directives
from gateway.types import OperationKind, SubgraphName, TypeName

_QUERY: Final = DEFAULT_ROOTS[OperationKind.QUERY]
_READ_SUBGRAPHS: Final = 1024
_ENTITY_FIELDS: Final = frozenset({"_entities", "_service"})


@dataclass(frozen=True, slots=True, eq=False)
class ReadSubgraph:
    """A subgraph as read; equal only to itself. ``schema`` is None where the text is not GraphQL or its links cannot be resolved."""

    schema: SubgraphSchema | None
    errors: tuple[CompositionError, ...] = ()


@lru_cache(maxsize=_READ_SUBGRAPHS)
def read_subgraph(name: SubgraphName, url: str, sdl: str) -> ReadSubgraph:
    """Read a subgraph's SDL (specification: federation subgraph specification, link specification v1.0).

    Equal input gives the same object, so that composing again after one subgraph changed reads one subgraph.
    """
    try:
        document = parse(sdl)
        return _read_document(name, url, document)
    except GraphQLError as error:
        places = tuple(SourceLocation(name, place.line, place.column) for place in error.locations or ())
        return ReadSubgraph(None, (_not_graphql(name, error.message, places),))
    except RecursionError:
        return ReadSubgraph(None, (_not_graphql(name, "its values or types are nested too deeply to be read.", ()),))


def _not_graphql(name: SubgraphName, message: str, places: tuple[SourceLocation, ...]) -> CompositionError:
    code = ErrorCode.INVALID_GRAPHQL
    return CompositionError(str(code), f"[{name}] {message}", "", (name,), places, code.mend)


def _read_document(name: SubgraphName, url: str, document: DocumentNode) -> ReadSubgraph:
    links, errors = read_links(document, name)
    names = read_names(links, defined_directives(document))
    reader = DocumentReader(document, name, names.spec_names)
    definitions = reader.read_definitions()
    types = with_coerced_defaults(_own_types(reader.read_types(), names))
    roots = {kind: reader.renames.get(type_name, type_name) for kind, type_name in reader.roots.items()}
    nodes = list(schema_nodes(document))
    schema = SubgraphSchema(
        name=name,
        url=url,
        types=_with_query(types),
        definitions=definitions,
        available=_available(names, definitions),
        links=links,
        spec_names=names.spec_names,
        version=names.version,
        roots=roots,
        schema_directives=tuple(d for node in nodes for d in reader.read_directives(node.directives)),
        schema_description=_description(nodes),
        specified=names.specified,
        specified_types=names.types,
        spec_type_nodes=tuple(
            n for n in document.definitions if isinstance(n, TypeDefinitionNode) and n.name.value in names.types
        ),
        definition_arguments={
            n: tuple(coerce_input(types, reader.read_input(argument)) for argument in node.arguments or ())
            for n, node in definitions.items()
        },
    )
    if errors:
        return ReadSubgraph(None, tuple(errors))
    return ReadSubgraph(schema, tuple(reader.errors))


def _own_types(types: dict[TypeName, TypeDefinition], names: Names) -> dict[TypeName, TypeDefinition]:
    """The types without those that the specifications own."""
    return {name: type_ for name, type_ in types.items() if name not in names.types}


def _available(names: Names, definitions: dict[str, DirectiveDefinitionNode]) -> dict[str, DirectiveDefinitionNode]:
    """What may be applied: as its author defined it, who may allow less than the specification; but @link is as specified."""
    own = {n: d for n, d in definitions.items() if names.spec_names.get(n) != "link"}
    return {**names.specified, **own}


def _with_query(types: dict[TypeName, TypeDefinition]) -> dict[TypeName, TypeDefinition]:
    """The query root is in every subgraph, for its ``_service``; that and ``_entities`` are not for clients."""
    query = types.get(_QUERY) or TypeDefinition(_QUERY, Kind.OBJECT, None, ())
    fields = {name: field for name, field in query.fields.items() if name not in _ENTITY_FIELDS}
    return {**types, _QUERY: replace(query, fields=fields)}


def _description(nodes: list[SchemaDefinitionNode | SchemaExtensionNode]) -> str | None:
    found = (node.description for node in nodes if isinstance(node, SchemaDefinitionNode))
    return next((description.value for description in found if description is not None), None)
