"""Merge enums by their use: as input only what all accept, as output all that any may return, as both the same in each."""

from collections.abc import Sequence

from gateway.schema.codes import ErrorCode, HintCode
from gateway.schema.composition.merge.applied import merge_applied
from gateway.schema.composition.merge.descriptions import merge_descriptions
from gateway.schema.composition.merge.join import join
from gateway.schema.composition.merge.state import MergeState, Part, names_of
from gateway.schema.subgraph.model import EnumValue, TypeDefinition, has
from gateway.types import TypeName


def merge_enum_values(
    state: MergeState, name: TypeName, sources: Sequence[tuple[Part, TypeDefinition]]
) -> dict[str, EnumValue]:
    """The values of an enum in the supergraph."""
    is_input, is_output = name in state.whole.used_as_input, name in state.whole.used_as_output
    if not is_input and not is_output:
        message = f"Enum {name} is defined but no field or argument uses it; all its values are kept."
        state.hint(HintCode.UNUSED_ENUM_TYPE, message, name, [(p, n) for p, t in sources for n in t.nodes])
        is_output = True
    merged: dict[str, EnumValue] = {}
    for value_name in dict.fromkeys(value for _, type_ in sources for value in type_.values):
        value = _merge_value(state, name, value_name, sources)
        lacking = [part for part, type_ in sources if value_name not in type_.values]
        hidden = has(value, "inaccessible")  # What clients cannot give may differ.
        if (
            not lacking
            or (hidden and is_input)
            or _accept_partial(state, name, value_name, sources, is_input, is_output)
        ):
            merged[value_name] = value
    if not merged:
        message = f"No value of enum {name} is in all of its subgraphs ({names_of(p for p, _ in sources)}); as it is used as input, none is left."
        places = [(p, n) for p, t in sources for n in t.nodes]
        state.fail(ErrorCode.EMPTY_MERGED_ENUM_TYPE, message, name, places)
    return merged


def _merge_value(
    state: MergeState, name: TypeName, value: str, sources: Sequence[tuple[Part, TypeDefinition]]
) -> EnumValue:
    having = [(part, type_.values[value]) for part, type_ in sources if value in type_.values]
    coordinate = f"{name}.{value}"
    joins = [join("enumValue", graph=part.graph_value) for part, _ in having]
    return EnumValue(
        name=value,
        directives=(*merge_applied(state, coordinate, having), *joins),
        description=merge_descriptions(state, coordinate, [(part, v.description) for part, v in having]),
    )


def _accept_partial(
    state: MergeState,
    name: TypeName,
    value: str,
    sources: Sequence[tuple[Part, TypeDefinition]],
    is_input: bool,
    is_output: bool,
) -> bool:
    """Whether a value stays that some subgraphs lack; says so in an error or a hint."""
    coordinate = f"{name}.{value}"
    having = names_of(part for part, type_ in sources if value in type_.values)
    lacking = [(part, type_) for part, type_ in sources if value not in type_.values]
    places = [(part, node) for part, type_ in lacking for node in type_.nodes]
    said = f"{coordinate} is defined in {having} but not in {names_of(part for part, _ in lacking)}"
    if is_input and is_output:
        message = (
            f"{said}. {name} is used as input (by {state.whole.used_as_input[name]}) and as output "
            f"(by {state.whole.used_as_output[name]}), so its values must be the same everywhere."
        )
        state.fail(ErrorCode.ENUM_VALUE_MISMATCH, message, coordinate, places)
    elif is_input:
        message = f"{said}; as input, the supergraph leaves it out."
        state.hint(HintCode.INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM, message, coordinate, places)
        return False
    else:
        message = f"{said}; as output, the supergraph has it."
        state.hint(HintCode.INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM, message, coordinate, places)
    return True
