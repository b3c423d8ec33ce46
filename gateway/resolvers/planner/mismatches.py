"""Keep apart what must not share a response key: fields of different types whose types differ in the subgraph."""

from dataclasses import replace

from gateway.resolvers.planner.folding import Fragments
from gateway.resolvers.planner.shapes import Shapes, Typed
from gateway.resolvers.query_plan import OnTypes, Rename
from gateway.schema.query_graph import QueryGraph, Slot
from gateway.schema.selection import Field, InlineFragment, Selection, SelectionSet
from gateway.types import ResponseKey


def separate(
    graph: QueryGraph, slot: Slot, own: SelectionSet, fragments: Fragments
) -> tuple[SelectionSet, tuple[Rename, ...]]:
    """One selection set of the object's own selections and its fragments, and the renames of what had to be aliased."""
    if not fragments:
        return own, ()
    shapes = Shapes(graph, slot.graph)
    taken: dict[ResponseKey, list[Typed]] = {}
    for selection in own:
        if isinstance(selection, Field):
            taken.setdefault(selection.response_key, []).append(Typed(slot.type, selection))
    found: list[Selection] = list(own)
    renames: list[Rename] = []
    for name, selections in fragments.items():
        kept: list[Selection] = []
        for selection in selections:
            if isinstance(selection, Field):
                placed = _place(shapes, Typed(name, selection), taken)
                if placed.response_key != selection.response_key:
                    renames.append(Rename((OnTypes((name,)),), placed.response_key, selection.response_key))
                kept.append(placed)
            else:
                kept.append(selection)
        found.append(InlineFragment(name, selections=tuple(kept)))
    return tuple(found), tuple(dict.fromkeys(renames))


def _place(shapes: Shapes, one: Typed, taken: dict[ResponseKey, list[Typed]]) -> Field:
    """The field under its own response key, or under an alias where another type's field does not agree with it."""
    key, number = one.field.response_key, 0
    candidate = one.field
    while not all(shapes.agree(other, one) for other in taken.get(candidate.response_key, ())):
        candidate = replace(one.field, alias=f"{key}__alias_{number}")
        number += 1
    taken.setdefault(candidate.response_key, []).append(Typed(one.parent, candidate))
    return candidate
