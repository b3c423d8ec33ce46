"""Which types an operation can reach in what a contract leaves visible."""

from collections.abc import Iterable, Iterator, Mapping

from graphql import TypeDefinitionNode, UnionTypeDefinitionNode

from gateway.schema.composition.contract.model import Contract
from gateway.schema.composition.inaccessible.elements import (
    Child,
    Composite,
    Coordinate,
    Names,
    arguments,
    children,
    is_inaccessible,
    tags_of,
)
from gateway.schema.composition.inaccessible.visible import named_type
from gateway.types import TypeName


def hide_unreachable(
    definitions: Mapping[TypeName, TypeDefinitionNode],
    roots: Iterable[TypeName],
    hidden: set[Coordinate],
    contract: Contract,
    names: Names,
) -> set[TypeName]:
    """The types that can be hidden because nothing visible leads to them. Those with an included tag stay."""
    reached = _reach(definitions, roots, hidden, names)
    return {
        name
        for name, node in definitions.items()
        if name not in reached and name not in hidden and not tags_of(node, names) & contract.include
    }


def _reach(
    definitions: Mapping[TypeName, TypeDefinitionNode], roots: Iterable[TypeName], hidden: set[Coordinate], names: Names
) -> set[TypeName]:
    implementations = _implementations(definitions)
    reached: set[TypeName] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        node = definitions.get(name)
        if node is None or name in reached or name in hidden or is_inaccessible(node, names):
            continue
        reached.add(name)
        waiting += _leads_to(node, hidden, names)
        waiting += implementations.get(name, ())
    return reached


def _implementations(definitions: Mapping[TypeName, TypeDefinitionNode]) -> dict[TypeName, list[TypeName]]:
    found: dict[TypeName, list[TypeName]] = {}
    for name, node in definitions.items():
        for interface in (node.interfaces if isinstance(node, Composite) else None) or ():
            found.setdefault(interface.name.value, []).append(name)
    return found


def _leads_to(node: TypeDefinitionNode, hidden: set[Coordinate], names: Names) -> Iterator[TypeName]:
    if isinstance(node, UnionTypeDefinitionNode):
        yield from (member.name.value for member in node.types or ())
    if isinstance(node, Composite):
        yield from (interface.name.value for interface in node.interfaces or ())
    for coordinate, child in children(node):
        if _is_visible(coordinate, child, hidden, names):
            yield from _types_at(coordinate, child, hidden, names)


def _types_at(coordinate: Coordinate, child: Child, hidden: set[Coordinate], names: Names) -> Iterator[TypeName]:
    if (type_ := getattr(child, "type", None)) is not None:
        yield named_type(type_)
    for place, argument in arguments(coordinate, child):
        if _is_visible(place, argument, hidden, names):
            yield named_type(argument.type)


def _is_visible(coordinate: Coordinate, node: Child, hidden: set[Coordinate], names: Names) -> bool:
    return coordinate not in hidden and not is_inaccessible(node, names)
