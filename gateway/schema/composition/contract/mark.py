"""Write ``@inaccessible`` where a contract hides something."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar

from graphql import (
    ConstDirectiveNode,
    DefinitionNode,
    DirectiveDefinitionNode,
    DocumentNode,
    NameNode,
    Node,
    SchemaDefinitionNode,
    TypeDefinitionNode,
    parse,
)

from gateway.schema.composition.inaccessible.elements import (
    Child,
    Coordinate,
    Element,
    Names,
    arguments,
    children,
    is_inaccessible,
)

SPECIFICATION: Final = parse(
    """
    schema @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY) { query: Query }
    directive @inaccessible on
      | FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION
      | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION
    """,
    no_location=True,
)
"""What a supergraph without any hidden element lacks (inaccessible specification v0.2)."""

_Node = TypeVar("_Node", bound=Node)


def mark_hidden(
    document: DocumentNode, hidden: set[Coordinate], names: Names, *, link_specification: bool
) -> DocumentNode:
    """The supergraph's document with ``@inaccessible`` on every hidden element; the parts of a hidden type are left as they are.

    ``link_specification`` adds the link to the specification and the directive's definition.
    """
    definitions = [
        _mark_type(node, hidden, names) if isinstance(node, TypeDefinitionNode) else node
        for node in document.definitions
    ]
    return DocumentNode(definitions=tuple(_link(definitions) if link_specification else definitions))


def _mark_type(node: TypeDefinitionNode, hidden: set[Coordinate], names: Names) -> TypeDefinitionNode:
    name = node.name.value
    if name in hidden:
        return _mark(node, names)
    marked = {coordinate: _mark_child(coordinate, child, hidden, names) for coordinate, child in children(node)}
    if all(marked[coordinate] is child for coordinate, child in children(node)):
        return node
    return _copy(node, {"values" if "values" in node.keys else "fields": tuple(marked.values())})


def _mark_child(coordinate: Coordinate, node: Child, hidden: set[Coordinate], names: Names) -> Child:
    if coordinate in hidden:
        return _mark(node, names)
    found = dict(arguments(coordinate, node))
    if not hidden.intersection(found):
        return node
    marked = (_mark(argument, names) if place in hidden else argument for place, argument in found.items())
    return _copy(node, {"arguments": tuple(marked)})


_Element = TypeVar("_Element", bound=Element)


def _mark(node: _Element, names: Names) -> _Element:
    if is_inaccessible(node, names):
        return node
    directive = ConstDirectiveNode(name=NameNode(value=names.inaccessible), arguments=())
    return _copy(node, {"directives": (*(node.directives or ()), directive)})


def _copy(node: _Node, changes: Mapping[str, Any]) -> _Node:
    return type(node)(**{key: getattr(node, key, None) for key in node.keys} | dict(changes))


def _link(definitions: Iterable[DefinitionNode]) -> Iterable[DefinitionNode]:
    schema, directive = SPECIFICATION.definitions
    assert isinstance(schema, SchemaDefinitionNode)  # noqa: S101  # as written above
    linked = False
    for node in definitions:
        if isinstance(node, SchemaDefinitionNode):
            yield _copy(node, {"directives": (*(node.directives or ()), *(schema.directives or ()))})
            continue
        if not linked and (not isinstance(node, DirectiveDefinitionNode) or node.name.value > "inaccessible"):
            linked = True
            yield directive
        yield node
