"""Tell of errors that were found in the merged schema which subgraphs they are about, and where in their SDL."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from graphql import Node

from gateway.errors import CompositionError
from gateway.schema.subgraph import SubgraphSchema
from gateway.schema.subgraph.model import TypeDefinition, elements
from gateway.schema.subgraph.report import location_of


def add_places(errors: Iterable[CompositionError], schemas: Sequence[SubgraphSchema]) -> tuple[CompositionError, ...]:
    """The errors with the places of their coordinates in the subgraphs they name, or in every subgraph that has them.

    An error that has places keeps them.
    """
    nodes = {schema.name: _nodes(schema) for schema in schemas}
    return tuple(error if error.locations else _add(error, nodes) for error in errors)


def _nodes(schema: SubgraphSchema) -> dict[str, tuple[Node | None, ...]]:
    found: dict[str, tuple[Node | None, ...]] = {
        coordinate: element.nodes if isinstance(element, TypeDefinition) else (element.node,)
        for coordinate, _, element in elements(schema)
    }
    arguments = {
        f"@{name}({argument.name}:)": (argument.node,)
        for name, given in schema.definition_arguments.items()
        for argument in given
    }
    return found | arguments | {f"@{name}": (node,) for name, node in schema.definitions.items()}


def _add(error: CompositionError, nodes: Mapping[str, Mapping[str, tuple[Node | None, ...]]]) -> CompositionError:
    having = [name for name, found in nodes.items() if error.coordinate in found]
    about = [name for name in having if name in error.subgraphs or not error.subgraphs]
    places = (place for name in about for node in nodes[name][error.coordinate] for place in location_of(name, node))
    return replace(error, subgraphs=error.subgraphs or tuple(having), locations=tuple(places))
