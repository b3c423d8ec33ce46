"""What a contract hides by tags alone."""

from collections.abc import Iterator, Mapping

from graphql import TypeDefinitionNode, UnionTypeDefinitionNode

from gateway.schema.composition.contract.model import Contract
from gateway.schema.composition.inaccessible.elements import (
    Composite,
    Coordinate,
    Names,
    Parent,
    arguments,
    children,
    is_inaccessible,
    tags_of,
)
from gateway.types import TypeName


def hide_by_tags(
    definitions: Mapping[TypeName, TypeDefinitionNode], contract: Contract, names: Names
) -> set[Coordinate]:
    """The coordinates of everything that tags hide, and of the types that keep no part because of it."""
    hidden = {coordinate for node in definitions.values() for coordinate in _hidden_in(node, contract, names)}
    return hidden | {name for name, node in definitions.items() if _is_empty(node, hidden, names)}


def _hidden_in(node: TypeDefinitionNode, contract: Contract, names: Names) -> Iterator[Coordinate]:
    tags = tags_of(node, names)
    if tags & contract.exclude or (isinstance(node, UnionTypeDefinitionNode) and not _is_included(tags, contract)):
        yield node.name.value
        return
    for coordinate, child in children(node):
        own = tags_of(child, names)
        if own & contract.exclude or (isinstance(node, Composite) and not _is_included(tags | own, contract)):
            yield coordinate
            continue
        for place, argument in arguments(coordinate, child):
            if tags_of(argument, names) & contract.exclude:
                yield place


def _is_included(tags: set[str], contract: Contract) -> bool:
    return not contract.include or bool(tags & contract.include)


def _is_empty(node: TypeDefinitionNode, hidden: set[Coordinate], names: Names) -> bool:
    return isinstance(node, Parent) and all(
        coordinate in hidden or is_inaccessible(child, names) for coordinate, child in children(node)
    )
