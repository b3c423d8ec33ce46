"""Say what is wrong with the supergraph: which subgraphs it comes from and where they say so."""

from graphql import Node

from gateway.errors import CompositionError
from gateway.schema.codes import ErrorCode
from gateway.schema.composition.merge import Merged
from gateway.schema.subgraph.model import TypeDefinition
from gateway.schema.subgraph.report import location_of
from gateway.types import TypeName


def supergraph_error(
    merged: Merged, code: ErrorCode, coordinate: str, message: str, *types: TypeName
) -> CompositionError:
    """An error about an element; places are those of the element, or else of the types it is about."""
    places = [
        (part.name, node)
        for part in merged.parts
        for name in (coordinate.partition(".")[0].partition("(")[0], *types)
        if name in part.schema.types
        for node in _nodes(part.schema.types[name], coordinate)
    ]
    locations = {place for name, node in places for place in location_of(name, node)}
    subgraphs = {name for name, _ in places} or {part.name for part in merged.parts}
    return CompositionError(
        str(code), message, coordinate, tuple(sorted(subgraphs)), tuple(sorted(locations)), code.mend
    )


def _nodes(type_: TypeDefinition, coordinate: str) -> tuple[Node | None, ...]:
    name = coordinate.partition(".")[2].partition("(")[0]
    element = type_.fields.get(name) or type_.inputs.get(name) or type_.values.get(name)
    return (element.node,) if element is not None else type_.nodes
