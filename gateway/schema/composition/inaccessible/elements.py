"""The parts of a type definition under their schema coordinates."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from graphql import (
    EnumTypeDefinitionNode,
    EnumValueDefinitionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    StringValueNode,
    TypeDefinitionNode,
)

from gateway.schema.supergraph import Feature

Coordinate: TypeAlias = str
Child: TypeAlias = FieldDefinitionNode | InputValueDefinitionNode | EnumValueDefinitionNode
Element: TypeAlias = TypeDefinitionNode | Child
Composite = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode
Parent = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode | EnumTypeDefinitionNode | InputObjectTypeDefinitionNode


@dataclass(frozen=True, slots=True)
class Names:
    """What a supergraph calls the directives that say who sees what."""

    tag: str
    inaccessible: str


def read_names(features: Mapping[str, Feature]) -> Names:
    """The names by the supergraph's links; the directives' own names where they are not linked."""
    found = (features[name].directive(name) if name in features else name for name in ("tag", "inaccessible"))
    return Names(*found)


def children(node: TypeDefinitionNode) -> Iterator[tuple[Coordinate, Child]]:
    """The fields, input fields or values of a type."""
    found = (node.values if isinstance(node, EnumTypeDefinitionNode) else getattr(node, "fields", None)) or ()
    return ((f"{node.name.value}.{child.name.value}", child) for child in found)


def arguments(coordinate: Coordinate, node: Child) -> Iterator[tuple[Coordinate, InputValueDefinitionNode]]:
    """The arguments of a field."""
    found = (node.arguments if isinstance(node, FieldDefinitionNode) else None) or ()
    return ((f"{coordinate}({argument.name.value}:)", argument) for argument in found)


def tags_of(node: Element, names: Names) -> set[str]:
    """The names in an element's own tags."""
    values = (a.value for d in node.directives or () if d.name.value == names.tag for a in d.arguments or ())
    return {value.value for value in values if isinstance(value, StringValueNode)}


def is_inaccessible(node: Element, names: Names) -> bool:
    """Whether the source supergraph already hides an element."""
    return any(directive.name.value == names.inaccessible for directive in node.directives or ())
