"""Fold type conditions: what every runtime type of an interface selects alike is selected once, on the interface."""

from gateway.schema.query_graph import TYPENAME, QueryGraph, Slot
from gateway.schema.selection import Field, SelectionSet
from gateway.schema.supergraph import TypeKind
from gateway.types import TypeName

Fragments = dict[TypeName, SelectionSet]


def fold(graph: QueryGraph, slot: Slot, own: SelectionSet, fragments: Fragments) -> tuple[SelectionSet, Fragments]:
    """The object's own selections and those per concrete type, each as small as can be."""
    if not fragments:
        return own, fragments
    fragments = {name: _without(selections, own) for name, selections in fragments.items()}
    types = graph.runtime_types.get((slot.type, slot.graph), ())
    if types and graph.kinds[slot.type] is TypeKind.INTERFACE and all(name in fragments for name in types):
        shared = tuple(
            selection
            for selection in fragments[types[0]]
            if isinstance(selection, Field)
            and all(selection in fragments[name] for name in types)
            and _is_free(selection, own)
            and _can_hold(graph, slot, types, selection)
        )
        own = (*own, *shared)
        fragments = {name: _without(selections, shared) for name, selections in fragments.items()}
    return own, {name: selections for name, selections in fragments.items() if selections}


def _without(selections: SelectionSet, known: SelectionSet) -> SelectionSet:
    return tuple(selection for selection in selections if selection not in known)


def _is_free(field: Field, own: SelectionSet) -> bool:
    return all(not isinstance(other, Field) or other.response_key != field.response_key for other in own)


def _can_hold(graph: QueryGraph, slot: Slot, types: tuple[TypeName, ...], field: Field) -> bool:
    """Whether the interface declares the field in that subgraph, with the same type and these arguments."""
    if field.name == TYPENAME:
        return True
    edges = [graph.edges.get((name, field.name, slot.graph)) for name in (slot.type, *types)]
    if None in edges or (field.selections and len({edge.type_name for edge in edges if edge is not None}) > 1):
        return False
    known = graph.supergraph.full_schema.get_type(slot.type).fields[field.name].args  # type: ignore[union-attr]  # an interface has fields
    return all(argument.name in known for argument in field.arguments)
