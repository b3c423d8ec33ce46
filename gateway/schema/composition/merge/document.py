"""Write the merged types down as a GraphQL document: what is printed, and what the planner reads without parsing."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from graphql import (
    ConstArgumentNode,
    ConstDirectiveNode,
    DefinitionNode,
    DirectiveDefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumValueDefinitionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    NamedTypeNode,
    NameNode,
    ObjectTypeDefinitionNode,
    OperationType,
    OperationTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    SchemaDefinitionNode,
    StringValueNode,
    TypeNode,
    UnionTypeDefinitionNode,
    parse_type,
)

from gateway.schema.composition.merge.composed import Composed
from gateway.schema.composition.merge.features import definitions, links
from gateway.schema.composition.merge.join import join
from gateway.schema.composition.merge.state import MergeState
from gateway.schema.subgraph.model import Applied, EnumValue, Field, InputValue, Kind, TypeDefinition
from gateway.types import TypeName

_NODES: Mapping[Kind, type[Any]] = {
    Kind.SCALAR: ScalarTypeDefinitionNode,
    Kind.OBJECT: ObjectTypeDefinitionNode,
    Kind.INTERFACE: InterfaceTypeDefinitionNode,
    Kind.UNION: UnionTypeDefinitionNode,
    Kind.ENUM: EnumTypeDefinitionNode,
    Kind.INPUT_OBJECT: InputObjectTypeDefinitionNode,
}
_ROOTS = {"Query": OperationType.QUERY, "Mutation": OperationType.MUTATION, "Subscription": OperationType.SUBSCRIPTION}


TypeNodes = Mapping[TypeName, tuple[TypeDefinition, DefinitionNode]]
"""Types, each with the node that says it."""


def type_nodes(state: MergeState, known: TypeNodes) -> TypeNodes:
    """A node for each type, but for objects and interfaces that are left without a field. A known type keeps its node."""
    found: dict[TypeName, tuple[TypeDefinition, DefinitionNode]] = {}
    for name, type_ in state.types.items():
        if type_.fields or type_.kind not in (Kind.OBJECT, Kind.INTERFACE):
            earlier = known.get(name)
            found[name] = earlier if earlier is not None and earlier[0] == type_ else (type_, type_node(type_))
    return found


def build_document(
    state: MergeState,
    composed: Composed,
    executable: Sequence[DirectiveDefinitionNode],
    schema_elements: tuple[str | None, tuple[Applied, ...]],
    nodes: TypeNodes,
) -> DocumentNode:
    """The supergraph: schema first, then directives and types, each sorted by name."""
    own: list[Any] = [*composed.definitions, *executable, *definitions(state), _graphs(state)]
    own += [node for _, node in nodes.values()]
    directives = sorted((n for n in own if isinstance(n, DirectiveDefinitionNode)), key=lambda n: n.name.value)
    types = sorted((n for n in own if not isinstance(n, DirectiveDefinitionNode)), key=lambda n: str(n.name.value))
    found: list[DefinitionNode] = [_schema(state, composed, schema_elements), *directives, *types]
    return DocumentNode(definitions=tuple(found))


def _schema(
    state: MergeState, composed: Composed, elements: tuple[str | None, tuple[Applied, ...]]
) -> SchemaDefinitionNode:
    description, own = elements
    roots = [name for name in _ROOTS if name in state.types and state.types[name].fields]
    return SchemaDefinitionNode(
        description=_description(description),
        directives=_directives((*links(state, composed), *own)),
        operation_types=tuple(OperationTypeDefinitionNode(operation=_ROOTS[name], type=_named(name)) for name in roots),
    )


def _graphs(state: MergeState) -> EnumTypeDefinitionNode:
    values = (
        EnumValueDefinitionNode(
            name=NameNode(value=part.graph),
            directives=_directives([join("graph", name=part.name, url=part.schema.url)]),
        )
        for part in sorted(state.parts, key=lambda part: part.graph)
    )
    return EnumTypeDefinitionNode(name=NameNode(value="join__Graph"), directives=(), values=tuple(values))


def type_node(type_: TypeDefinition) -> Any:
    """One type as a definition."""
    parts: dict[str, Any] = {}
    if type_.kind in (Kind.OBJECT, Kind.INTERFACE):
        parts["interfaces"] = tuple(_named(name) for name in type_.interfaces)
        parts["fields"] = tuple(_field(field) for field in type_.fields.values())
    elif type_.kind is Kind.INPUT_OBJECT:
        parts["fields"] = tuple(_input(value) for value in type_.inputs.values())
    elif type_.kind is Kind.ENUM:
        parts["values"] = tuple(_enum_value(value) for value in type_.values.values())
    elif type_.kind is Kind.UNION:
        parts["types"] = tuple(_named(name) for name in type_.members)
    return _NODES[type_.kind](
        name=NameNode(value=type_.name),
        description=_description(type_.description),
        directives=_directives(type_.directives),
        **parts,
    )


def _field(field: Field) -> FieldDefinitionNode:
    return FieldDefinitionNode(
        name=NameNode(value=field.name),
        description=_description(field.description),
        arguments=tuple(_input(value) for value in field.arguments.values()),
        type=_type(field.type),
        directives=_directives(field.directives),
    )


def _input(value: InputValue) -> InputValueDefinitionNode:
    return InputValueDefinitionNode(
        name=NameNode(value=value.name),
        description=_description(value.description),
        type=_type(value.type),
        default_value=value.default,
        directives=_directives(value.directives),
    )


def _enum_value(value: EnumValue) -> EnumValueDefinitionNode:
    return EnumValueDefinitionNode(
        name=NameNode(value=value.name),
        description=_description(value.description),
        directives=_directives(value.directives),
    )


def _directives(found: Iterable[Applied]) -> tuple[ConstDirectiveNode, ...]:
    return tuple(
        ConstDirectiveNode(
            name=NameNode(value=directive.name),
            arguments=tuple(
                ConstArgumentNode(name=NameNode(value=name), value=value) for name, value in directive.arguments.items()
            ),
        )
        for directive in found
    )


def _description(text: str | None) -> StringValueNode | None:
    return StringValueNode(value=text, block=True) if text else None


@lru_cache(maxsize=65536)
def _type(text: str) -> TypeNode:
    return parse_type(text, no_location=True)


def _named(name: str) -> NamedTypeNode:
    return NamedTypeNode(name=NameNode(value=name))
