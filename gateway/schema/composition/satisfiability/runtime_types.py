"""Subgraphs that share a field must be able to return the same: compare the concrete types that each knows."""

from collections.abc import Mapping
from typing import Final

from gateway.schema.composition.satisfiability.model import State
from gateway.schema.query_graph import QueryGraph
from gateway.types import FieldName, SubgraphName, TypeName

Known = Mapping[SubgraphName, tuple[TypeName, ...]]

_FEWEST_SHARERS: Final = 2


def known_types(graph: QueryGraph, state: State) -> dict[SubgraphName, tuple[TypeName, ...]]:
    """For each subgraph that resolves the abstract object of a state, the concrete types that it can be there.

    Empty unless several subgraphs know it as an abstract type. A subgraph where it is an interface object stands for any type and
    is left out, and so is everything when no subgraph knows any type: such a field can only be null.
    """
    slots = [slot for slot in state.slots if not graph.is_interface_object(slot)]
    if sum(graph.kinds[slot.type].is_abstract for slot in slots) < _FEWEST_SHARERS:
        return {}
    found = {slot.graph: graph.runtime_types.get((slot.type, slot.graph), ()) for slot in sorted(slots)}
    return found if any(found.values()) else {}


def is_shared(graph: QueryGraph, type_name: TypeName, name: FieldName) -> bool:
    """Whether several subgraphs resolve a field."""
    edges = (graph.edges.get((type_name, name, subgraph)) for subgraph in graph.graphs_of.get(type_name, ()))
    return sum(edge is not None and not edge.is_external for edge in edges) >= _FEWEST_SHARERS


def in_common(known: Known) -> frozenset[TypeName]:
    """The types that every subgraph knows."""
    return frozenset.intersection(*(frozenset(types) for types in known.values()))
