"""Merge input objects: the supergraph has the fields that every subgraph with the type has."""

from collections.abc import Sequence
from dataclasses import replace

from gateway.schema.codes import ErrorCode, HintCode
from gateway.schema.composition.merge.arguments import merge_input_value
from gateway.schema.composition.merge.join import join
from gateway.schema.composition.merge.state import MergeState, Part, names_of
from gateway.schema.composition.merge.values import Position
from gateway.schema.subgraph.model import Applied, InputValue, TypeDefinition, has
from gateway.types import FieldName, TypeName

TypeSources = Sequence[tuple[Part, TypeDefinition]]


def merge_input_fields(state: MergeState, name: TypeName, sources: TypeSources) -> dict[FieldName, InputValue]:
    """The fields of an input object in the supergraph."""
    merged: dict[FieldName, InputValue] = {}
    for field_name in dict.fromkeys(field for _, type_ in sources for field in type_.inputs):
        having = [(part, type_.inputs[field_name]) for part, type_ in sources if field_name in type_.inputs]
        field = _merge_input_field(state, name, field_name, having)
        if len(having) == len(sources) or has(field, "inaccessible"):
            merged[field_name] = field
        else:
            _say_missing(state, name, field_name, sources)
    if not merged:
        message = f"No field of input object {name} is in all of its subgraphs ({names_of(p for p, _ in sources)}); none is left."
        places = [(p, n) for p, t in sources for n in t.nodes]
        state.fail(ErrorCode.EMPTY_MERGED_INPUT_TYPE, message, name, places)
    return merged


def _merge_input_field(
    state: MergeState, type_name: TypeName, name: FieldName, having: Sequence[tuple[Part, InputValue]]
) -> InputValue:
    position = Position(
        f"{type_name}.{name}",
        "Input field",
        True,
        ErrorCode.FIELD_TYPE_MISMATCH,
        HintCode.INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE,
    )
    merged = merge_input_value(state, position, name, having, ErrorCode.INPUT_FIELD_DEFAULT_MISMATCH)
    joins = _join_fields(state, type_name, having)
    return replace(merged, directives=(*merged.directives, *joins))


def _join_fields(state: MergeState, type_name: TypeName, having: Sequence[tuple[Part, InputValue]]) -> list[Applied]:
    equal = len({value.type for _, value in having}) == 1
    if equal and len(having) == len(state.having(type_name)):
        return []
    return [join("field", graph=part.graph_value, type=None if equal else value.type) for part, value in having]


def _say_missing(state: MergeState, type_name: TypeName, name: FieldName, sources: TypeSources) -> None:
    """Some subgraphs lack a field, so the supergraph leaves it out: a hint, or an error where another requires it."""
    coordinate = f"{type_name}.{name}"
    having = [(part, type_.inputs[name]) for part, type_ in sources if name in type_.inputs]
    lacking = [(part, type_) for part, type_ in sources if name not in type_.inputs]
    required = [part for part, value in having if value.is_required]
    places = [*((p, v.node) for p, v in having), *((p, n) for p, t in lacking for n in t.nodes)]
    missing = names_of(part for part, _ in lacking)
    if required:
        message = f"Input field {coordinate} is required in {names_of(required)} but does not exist in {missing}."
        state.fail(ErrorCode.REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH, message, coordinate, places)
        return
    message = (
        f"Input field {coordinate} exists in {names_of(part for part, _ in having)} but not in {missing}; "
        "the supergraph leaves it out."
    )
    state.hint(HintCode.INCONSISTENT_INPUT_OBJECT_FIELD, message, coordinate, places)
