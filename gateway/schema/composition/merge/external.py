"""``@external`` fields say nothing of their own: they agree with the subgraphs that resolve the field."""

from collections.abc import Iterator

from gateway.schema.codes import ErrorCode
from gateway.schema.composition.merge.applied import MERGED
from gateway.schema.composition.merge.arguments import FieldSources
from gateway.schema.composition.merge.state import MergeState, Part, names_of
from gateway.schema.subgraph.coercion import value_text
from gateway.schema.subgraph.model import Field, InputValue
from gateway.schema.subgraph.type_text import is_strict_subtype


def split_external(sources: FieldSources) -> tuple[list[tuple[Part, Field]], list[tuple[Part, Field]]]:
    """The sources that resolve a field, and those where it is external."""
    own = [(part, field) for part, field in sources if field.coordinate not in part.facts.external]
    external = [(part, field) for part, field in sources if field.coordinate in part.facts.external]
    return own, external


def check_merged_directives(state: MergeState, external: FieldSources) -> None:
    """What is merged into the supergraph must be said where the field is resolved."""
    for part, field in external:
        for directive in field.directives:
            if directive.spec in MERGED or (part.name, directive.name) in state.composed_in:
                message = f'{field.coordinate} is @external in subgraph "{part.name}", so it cannot carry @{directive.name} there.'
                code = ErrorCode.MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL
                state.fail(code, message, field.coordinate, [(part, field.node)])


def check_external(state: MergeState, merged: Field, external: FieldSources, *, all_types_equal: bool) -> None:
    """External definitions must have the type and the arguments of the merged field."""
    coordinate = merged.coordinate
    wrong = [(part, field) for part, field in external if not _type_agrees(state, merged, field, all_types_equal)]
    if wrong:
        said = "; ".join(f'"{field.type}" in subgraph "{part.name}"' for part, field in wrong)
        message = f'{coordinate} has the type "{merged.type}" where it is resolved, but where it is @external: {said}.'
        state.fail(ErrorCode.EXTERNAL_TYPE_MISMATCH, message, coordinate, [(p, f.node) for p, f in wrong])
    for argument in merged.arguments.values():
        for code, what, guilty in _argument_faults(state, argument, external):
            where = names_of(part for part, _ in guilty)
            message = f"Argument {coordinate}({argument.name}:) {what} in {where}, where {coordinate} is @external."
            state.fail(code, message, f"{coordinate}({argument.name}:)", [(p, f.node) for p, f in guilty])


def _type_agrees(state: MergeState, merged: Field, field: Field, all_types_equal: bool) -> bool:
    if field.type == merged.type:
        return True
    return not all_types_equal and is_strict_subtype(merged.type, field.type, state.is_member)


def _argument_faults(
    state: MergeState, merged: InputValue, external: FieldSources
) -> Iterator[tuple[ErrorCode, str, list[tuple[Part, Field]]]]:
    having = [(part, field, field.arguments.get(merged.name)) for part, field in external]
    missing = [(part, field) for part, field, argument in having if argument is None]
    types = [(p, f) for p, f, a in having if a is not None and not _argument_type_agrees(state, merged, a)]
    defaults = [(p, f) for p, f, a in having if a is not None and _default(a) != _default(merged)]
    if missing:
        yield ErrorCode.EXTERNAL_ARGUMENT_MISSING, "is missing", missing
    if types:
        yield ErrorCode.EXTERNAL_ARGUMENT_TYPE_MISMATCH, f"has another type than {merged.type}", types
    if defaults:
        yield ErrorCode.EXTERNAL_ARGUMENT_DEFAULT_MISMATCH, "has another default value", defaults


def _argument_type_agrees(state: MergeState, merged: InputValue, argument: InputValue) -> bool:
    return merged.type == argument.type or is_strict_subtype(argument.type, merged.type, state.is_member)


def _default(value: InputValue) -> str | None:
    return value_text(value.default) if value.default is not None else None
