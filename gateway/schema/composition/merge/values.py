"""Merge types, defaults and arguments: what several subgraphs say of one input or output position."""

from collections.abc import Sequence
from dataclasses import dataclass

from graphql import ConstValueNode, Node

from gateway.schema.codes import ErrorCode, HintCode
from gateway.schema.composition.merge.phrase import say_variants
from gateway.schema.composition.merge.state import MergeState, Part
from gateway.schema.subgraph.coercion import value_text
from gateway.schema.subgraph.type_text import base_name, is_strict_subtype


@dataclass(frozen=True, slots=True)
class Source:
    """One subgraph's word on a position: its type, and its default where the position is an input."""

    part: Part
    type: str
    default: ConstValueNode | None
    node: Node | None


@dataclass(frozen=True, slots=True)
class Position:
    """What is merged. ``mismatch`` and ``inconsistent`` are the codes of an error and of a hint about its type."""

    coordinate: str
    what: str
    is_input: bool
    mismatch: ErrorCode
    inconsistent: HintCode


def merge_types(state: MergeState, position: Position, sources: Sequence[Source]) -> tuple[str, bool]:
    """The least common type (the widest for output, the narrowest for input), and whether all subgraphs have the same."""
    merged = sources[0].type
    compatible = differs = False
    for source in sources[1:]:
        if source.type == merged:
            continue
        if is_strict_subtype(merged, source.type, state.is_member):
            compatible = True
            merged = source.type if position.is_input else merged
        elif is_strict_subtype(source.type, merged, state.is_member):
            compatible = True
            merged = merged if position.is_input else source.type
        else:
            differs = True
    if differs:
        _say_types(state, position, sources, compatible=False)
    elif compatible:
        _say_types(state, position, sources, compatible=True)
    used = state.notes.used_as_input if position.is_input else state.notes.used_as_output
    used.setdefault(base_name(merged), position.coordinate)
    return merged, not (compatible or differs)


def _say_types(state: MergeState, position: Position, sources: Sequence[Source], *, compatible: bool) -> None:
    variants: dict[str, list[str]] = {}
    for source in sources:
        variants.setdefault(f'"{source.type}"', []).append(source.part.name)
    places = [(source.part, source.node) for source in sources]
    said = say_variants(variants)
    if compatible:
        message = f"{position.what} {position.coordinate} has different but compatible types: {said}."
        state.hint(position.inconsistent, message, position.coordinate, places)
    else:
        message = f"{position.what} {position.coordinate} has incompatible types: {said}."
        state.fail(position.mismatch, message, position.coordinate, places)


def merge_defaults(
    state: MergeState, position: Position, sources: Sequence[Source], code: ErrorCode
) -> ConstValueNode | None:
    """The default that every subgraph has; none where some have none; an error where two differ."""
    texts: dict[str, list[str]] = {}
    for source in sources:
        text = value_text(source.default) if source.default is not None else "no default"
        texts.setdefault(text, []).append(source.part.name)
    written = {text for text in texts if text != "no default"}
    if not written:
        return None
    places = [(source.part, source.node) for source in sources]
    said = say_variants(texts)
    if len(written) > 1:
        message = f"{position.what} {position.coordinate} has different default values: {said}."
        state.fail(code, message, position.coordinate, places)
    elif "no default" in texts:
        message = f"{position.what} {position.coordinate} has a default value in some subgraphs only: {said}. The supergraph has none."
        state.hint(HintCode.INCONSISTENT_DEFAULT_VALUE_PRESENCE, message, position.coordinate, places)
        return None
    return next(source.default for source in sources if source.default is not None)
