"""Merge a field's arguments: the supergraph has those that every subgraph with the field has."""

from collections.abc import Sequence

from graphql import Node

from gateway.schema.codes import ErrorCode, HintCode
from gateway.schema.composition.merge.applied import merge_applied
from gateway.schema.composition.merge.descriptions import merge_descriptions
from gateway.schema.composition.merge.state import MergeState, Part, names_of
from gateway.schema.composition.merge.values import Position, Source, merge_defaults, merge_types
from gateway.schema.subgraph.model import Field, InputValue, has

FieldSources = Sequence[tuple[Part, Field]]


def merge_arguments(state: MergeState, coordinate: str, sources: FieldSources) -> dict[str, InputValue]:
    """The arguments of a field in the supergraph. Arguments from a context are no client's business and are left out."""
    merged: dict[str, InputValue] = {}
    for name in dict.fromkeys(name for _, field in sources for name in field.arguments):
        having = [(part, field.arguments[name]) for part, field in sources if name in field.arguments]
        contextual = [(part, argument) for part, argument in having if has(argument, "fromContext")]
        argument_coordinate = f"{coordinate}({name}:)"
        if contextual:
            _check_contextual(state, argument_coordinate, having, contextual)
        elif len(having) == len(sources):
            merged[name] = merge_argument(state, argument_coordinate, name, having)
        else:
            missing = [(part, field.node) for part, field in sources if name not in field.arguments]
            _say_missing(state, argument_coordinate, having, missing)
    return merged


def _check_contextual(
    state: MergeState,
    coordinate: str,
    having: Sequence[tuple[Part, InputValue]],
    contextual: Sequence[tuple[Part, InputValue]],
) -> None:
    plain = [(part, argument) for part, argument in having if not has(argument, "fromContext")]
    places = [(part, argument.node) for part, argument in plain]
    message = (
        f"Argument {coordinate} comes from a context in {names_of(part for part, _ in contextual)}, "
        f"but not in {names_of(part for part, _ in plain)}"
    )
    if any(argument.is_required for _, argument in plain):
        code = ErrorCode.CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS
        state.fail(code, f"{message}, where it is required.", coordinate, places)
    elif plain:
        hint = HintCode.CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS
        state.hint(hint, f"{message}; the supergraph leaves it out.", coordinate, places)


def merge_argument(
    state: MergeState, coordinate: str, name: str, having: Sequence[tuple[Part, InputValue]]
) -> InputValue:
    """One argument that every subgraph with the field has."""
    position = Position(
        coordinate,
        "Argument",
        True,
        ErrorCode.ARGUMENT_TYPE_MISMATCH,
        HintCode.INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE,
    )
    return merge_input_value(state, position, name, having, ErrorCode.ARGUMENT_DEFAULT_MISMATCH)


def merge_input_value(
    state: MergeState,
    position: Position,
    name: str,
    having: Sequence[tuple[Part, InputValue]],
    default_mismatch: ErrorCode,
) -> InputValue:
    """An argument or an input field, without its join directives."""
    sources = [Source(part, value.type, value.default, value.node) for part, value in having]
    type_, _ = merge_types(state, position, sources)
    return InputValue(
        name=name,
        type=type_,
        base=type_.strip("[]!"),
        default=merge_defaults(state, position, sources, default_mismatch),
        directives=merge_applied(state, position.coordinate, having),
        description=merge_descriptions(state, position.coordinate, [(part, v.description) for part, v in having]),
    )


def _say_missing(
    state: MergeState,
    coordinate: str,
    having: Sequence[tuple[Part, InputValue]],
    missing: Sequence[tuple[Part, Node | None]],
) -> None:
    required = [part for part, argument in having if argument.is_required]
    places = [*((part, argument.node) for part, argument in having), *missing]
    lacking = names_of(part for part, _ in missing)
    if required:
        message = f"Argument {coordinate} is required in {names_of(required)} but does not exist in {lacking}."
        state.fail(ErrorCode.REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH, message, coordinate, places)
        return
    message = (
        f"Optional argument {coordinate} exists in {names_of(part for part, _ in having)} but not in {lacking}; "
        "the supergraph leaves it out."
    )
    state.hint(HintCode.INCONSISTENT_ARGUMENT_PRESENCE, message, coordinate, places)
