"""Which fields of a supergraph have requirements: their own, and those of the types around and behind them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DirectiveNode,
    EnumTypeDefinitionNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InterfaceTypeDefinitionNode,
    ListValueNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    StringValueNode,
    ValueNode,
    get_named_type,
)

from gateway.resolvers.access.requirement import Alternatives, Kind, Requirement
from gateway.schema.supergraph import Supergraph
from gateway.types import FieldName, TypeName

Coordinate = tuple[TypeName, FieldName]
"""A field of an object type or an interface."""

Requirements = frozenset[Requirement]

ARGUMENTS: Mapping[Kind, str] = {Kind.SCOPES: "scopes", Kind.POLICY: "policies"}

RESTRICTED = (
    ObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    EnumTypeDefinitionNode,
)


@dataclass(frozen=True, slots=True)
class AccessRules:
    """What each restricted field requires: all of its requirements, not any."""

    rules: Mapping[Coordinate, Requirements]

    def forbidden(self, unmet: Requirements) -> frozenset[Coordinate]:
        """The fields that a user may not see who does not meet these."""
        return frozenset(coordinate for coordinate, required in self.rules.items() if required & unmet)


def read_access_rules(supergraph: Supergraph) -> AccessRules | None:
    """The rules of a supergraph by the specifications ``authenticated``, ``requiresScopes`` and ``policy``; None where there are none.

    A field requires what is written on it, on the type that has it, and on the type that it returns. What is selected on an interface has to
    meet the interface's requirements, which composition makes of those of its types.
    """
    names = {
        supergraph.features[kind.value].directive(kind.value): kind
        for kind in Kind
        if kind.value in supergraph.features
    }
    written = dict(read_written(supergraph, names))
    if not written:
        return None
    rules = {
        coordinate: required
        for coordinate, sources in sources_of_fields(supergraph.api_schema)
        if (required := frozenset().union(*(written.get(source, frozenset()) for source in sources)))
    }
    return AccessRules(rules)


Written = tuple[TypeName, FieldName | None]
"""Where a directive is written: on a type, or on a field of it."""


def read_written(supergraph: Supergraph, names: Mapping[str, Kind]) -> Iterator[tuple[Written, Requirements]]:
    """What is written where."""
    for node in supergraph.document.definitions:
        if not isinstance(node, RESTRICTED):
            continue
        if required := read_directives(node.directives, names):
            yield (node.name.value, None), required
        if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
            for field in node.fields or ():
                if required := read_directives(field.directives, names):
                    yield (node.name.value, field.name.value), required


def read_directives(nodes: Iterable[DirectiveNode] | None, names: Mapping[str, Kind]) -> Requirements:
    return frozenset(
        Requirement(kind, read_alternatives(node, ARGUMENTS.get(kind)))
        for node in nodes or ()
        if (kind := names.get(node.name.value)) is not None
    )


def read_alternatives(node: DirectiveNode, argument: str | None) -> Alternatives:
    """The lists in the directive's argument: one of the outer list is enough, of an inner one all are needed."""
    value: ValueNode | None = next((item.value for item in node.arguments or () if item.name.value == argument), None)
    outer: Any = value.values if isinstance(value, ListValueNode) else ()
    return frozenset(
        frozenset(item.value for item in inner.values if isinstance(item, StringValueNode))
        for inner in outer
        if isinstance(inner, ListValueNode)
    )


def sources_of_fields(schema: GraphQLSchema) -> Iterator[tuple[Coordinate, tuple[Written, ...]]]:
    """For each field of each object type and interface, all places where a requirement of it can be written."""
    for type_name, declared in schema.type_map.items():
        if type_name.startswith("__") or not isinstance(declared, GraphQLObjectType | GraphQLInterfaceType):
            continue
        for field_name, field in declared.fields.items():
            behind: TypeName = get_named_type(field.type).name
            yield (type_name, field_name), ((type_name, field_name), (type_name, None), (behind, None))
