"""The explaining mode: which fields of a selection are out of reach. Run it for failures only."""

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.schema.query_graph.evaluator import Evaluator
from gateway.schema.query_graph.reach import EVER, Reach
from gateway.schema.selection import Field, SelectionSet
from gateway.types import FieldName


@dataclass(frozen=True, slots=True)
class Unmet:
    """A field of the object at ``reach`` that no slot there gives."""

    reach: Reach
    field: FieldName


def unmet(evaluator: Evaluator, reach: Reach, selections: SelectionSet) -> Iterator[Unmet]:
    """The fields of ``selections`` that cannot be read, each with the object it belongs to; none where all can."""
    for selection in selections:
        if evaluator.evaluate(reach, (selection,)) is not None:
            continue
        if isinstance(selection, Field):
            yield from _unmet_field(evaluator, reach, selection)
        else:
            yield from _unmet_fragment(evaluator, reach, selection.type_condition, selection.selections)


def _unmet_field(evaluator: Evaluator, reach: Reach, field: Field) -> Iterator[Unmet]:
    inner = evaluator.reach_inner(reach, field, EVER) if field.selections else None
    if inner is None or not inner.table:
        yield Unmet(reach, field.name)
    else:
        yield from unmet(evaluator, inner, field.selections)


def _unmet_fragment(
    evaluator: Evaluator, reach: Reach, condition: str | None, selections: SelectionSet
) -> Iterator[Unmet]:
    types = evaluator.branch_types(reach.position.type, condition)
    if types is None:
        yield from unmet(evaluator, reach, selections)
        return
    for inner in evaluator.reach_branches(reach, types, selections, EVER):
        yield from unmet(evaluator, inner, selections)
