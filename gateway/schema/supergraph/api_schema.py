"""The public schema: the supergraph without the specifications' own definitions and without anything inaccessible."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from graphql import (
    DefinitionNode,
    DirectiveDefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    NamedTypeNode,
    Node,
    ObjectTypeDefinitionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
)

from gateway.schema.subgraph.specifications import EXECUTABLE_LOCATIONS
from gateway.schema.supergraph.features import Feature
from gateway.types import TypeName

_KEPT_DIRECTIVES = frozenset({"deprecated", "specifiedBy", "oneOf"})

_Node = TypeVar("_Node", bound=Node)


def own_definitions(document: DocumentNode, features: Mapping[str, Feature]) -> dict[TypeName, TypeDefinitionNode]:
    """The type definitions that no linked specification brought, by name."""
    return {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, TypeDefinitionNode) and not _is_linked_type(node.name.value, features)
    }


def without_specifications(document: DocumentNode, features: Mapping[str, Feature]) -> DocumentNode:
    """The full schema's document: every type and field, but no definition or application of a linked specification.

    What clients may write in operations stays: a directive for them is theirs, whoever specified it.
    """
    return _Filter(features, inaccessible=None).document(document)


def public_document(document: DocumentNode, features: Mapping[str, Feature]) -> DocumentNode:
    """The API schema's document: what ``without_specifications`` gives, less what is ``@inaccessible``."""
    feature = features.get("inaccessible")
    return _Filter(features, inaccessible=feature.directive("inaccessible") if feature else None).document(document)


def is_linked_directive(name: str, features: Mapping[str, Feature]) -> bool:
    """Whether a linked specification brought a directive."""
    return any(feature.defines_directive(name) for feature in features.values())


def _is_linked_type(name: str, features: Mapping[str, Feature]) -> bool:
    return any(feature.defines_type(name) for feature in features.values())


class _Filter:
    """Copies a document, leaving out what is inaccessible and what the specifications brought."""

    def __init__(self, features: Mapping[str, Feature], *, inaccessible: str | None) -> None:
        self.features = features
        self.inaccessible = inaccessible
        self.hidden_types: set[TypeName] = set()

    def document(self, document: DocumentNode) -> DocumentNode:
        own = list(own_definitions(document, self.features).values())
        self.hidden_types = {node.name.value for node in own if self._is_hidden(node)}
        return DocumentNode(definitions=tuple(self._definitions(document)))

    def _definitions(self, document: DocumentNode) -> Iterator[DefinitionNode]:
        for node in document.definitions:
            if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode):
                kept = [o for o in node.operation_types or () if o.type.name.value not in self.hidden_types]
                yield _copy(node, directives=(), operation_types=tuple(kept))
            elif isinstance(node, DirectiveDefinitionNode):
                locations = tuple(node.locations)
                if is_linked_directive(node.name.value, self.features):
                    locations = tuple(each for each in locations if each.value in EXECUTABLE_LOCATIONS)
                if locations:
                    yield _copy(node, arguments=self._elements(node.arguments), locations=locations)
            elif isinstance(node, TypeDefinitionNode):
                name = node.name.value
                if name not in self.hidden_types and not _is_linked_type(name, self.features):
                    yield self._type(node)

    def _type(self, node: TypeDefinitionNode) -> TypeDefinitionNode:
        changes: dict[str, Any] = {"directives": _kept_directives(node)}
        if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
            changes["interfaces"] = self._names(node.interfaces)
            changes["fields"] = self._elements(node.fields)
        elif isinstance(node, InputObjectTypeDefinitionNode):
            changes["fields"] = self._elements(node.fields)
        elif isinstance(node, UnionTypeDefinitionNode):
            changes["types"] = self._names(node.types)
        elif isinstance(node, EnumTypeDefinitionNode):
            changes["values"] = self._elements(node.values)
        return _copy(node, **changes)

    def _names(self, nodes: Iterable[NamedTypeNode] | None) -> tuple[NamedTypeNode, ...]:
        return tuple(node for node in nodes or () if node.name.value not in self.hidden_types)

    def _elements(self, nodes: Iterable[_Node] | None) -> tuple[_Node, ...]:
        return tuple(self._element(node) for node in nodes or () if not self._is_hidden(node))

    def _element(self, node: _Node) -> _Node:
        if isinstance(node, FieldDefinitionNode):
            return _copy(node, directives=_kept_directives(node), arguments=self._elements(node.arguments))
        return _copy(node, directives=_kept_directives(node))

    def _is_hidden(self, node: Any) -> bool:
        return self.inaccessible is not None and any(d.name.value == self.inaccessible for d in node.directives or ())


def _kept_directives(node: Any) -> tuple[Any, ...]:
    return tuple(d for d in node.directives or () if d.name.value in _KEPT_DIRECTIVES)


def _copy(node: _Node, **changes: Any) -> _Node:
    return type(node)(**{key: getattr(node, key, None) for key in node.keys} | changes)
