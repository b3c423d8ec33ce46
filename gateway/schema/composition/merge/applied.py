"""Merge what subgraphs apply to one element: ``@tag``, ``@inaccessible``, access, cost, deprecation, composed directives."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from graphql import ConstValueNode

from gateway.schema.codes import HintCode
from gateway.schema.composition.merge.argument_mergers import ARGUMENT_MERGERS
from gateway.schema.composition.merge.carried import carry_directives
from gateway.schema.composition.merge.phrase import say_variants
from gateway.schema.composition.merge.state import MergeState, Part
from gateway.schema.subgraph.coercion import value_text
from gateway.schema.subgraph.model import Applied, Element

MERGED: Final = (
    "tag",
    "inaccessible",
    "authenticated",
    "requiresScopes",
    "policy",
    "cost",
    "listSize",
    "deprecated",
    "specifiedBy",
)
"""The specifications' directives that a supergraph carries on its elements."""

INHERITED: Final = frozenset({"authenticated", "requiresScopes", "policy"})
"""Access that an interface asks for because an implementation does, and the other way round for interface objects."""

_REPEATABLE: Final = frozenset({"tag"})

Sources = Sequence[tuple[Part, Element]]


def merge_applied(state: MergeState, coordinate: str, sources: Sources, inherited: Sources = ()) -> tuple[Applied, ...]:
    """The directives of an element in the supergraph, under the supergraph's names."""
    found: dict[str, list[tuple[Part, Applied]]] = {}
    for part, element in sources:
        for directive in element.directives:
            _note(state, found, part, directive)
    for part, element in inherited:
        for directive in element.directives:
            if directive.spec in INHERITED:
                _note(state, found, part, directive)
    carried = carry_directives(sources)
    if not found:
        return carried
    merged = (directive for name in sorted(found) for directive in _merge(state, coordinate, name, found[name]))
    return (*merged, *carried)


def _note(state: MergeState, found: dict[str, list[tuple[Part, Applied]]], part: Part, directive: Applied) -> None:
    if directive.spec in MERGED:
        name = state.names.get(directive.spec, directive.spec)
    elif (part.name, directive.name) in state.composed_in:
        name = directive.name
    else:
        return
    found.setdefault(name, []).append((part, directive))


def _merge(state: MergeState, coordinate: str, name: str, found: list[tuple[Part, Applied]]) -> Iterable[Applied]:
    spec = found[0][1].spec
    texts = [arguments_text(directive.arguments) for _, directive in found]
    distinct = dict(zip(texts, (directive for _, directive in found), strict=True))
    if len(distinct) == 1 or spec in _REPEATABLE or state.composed.get(name, False):
        return [Applied(name, spec, directive.arguments) for _, directive in sorted(distinct.items())]
    variants: dict[str, list[str]] = {}
    for text, (part, _) in zip(texts, found, strict=True):
        variants.setdefault(f"@{name}{text}", []).append(part.name)
    said = say_variants(variants)
    places = [(part, directive.node) for part, directive in found]
    if spec in ARGUMENT_MERGERS:
        arguments = ARGUMENT_MERGERS[spec]([directive.arguments for directive in distinct.values()])
        merged = Applied(name, spec, arguments)
        message = f"{coordinate} has different arguments of @{name}: {said}. The supergraph has @{name}{arguments_text(arguments)}."
        state.hint(HintCode.MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS, message, coordinate, places)
        return [merged]
    chosen = Counter(texts).most_common(1)[0][0]
    message = f"{coordinate} has different arguments of @{name}: {said}. The supergraph has @{name}{chosen}."
    state.hint(HintCode.INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS, message, coordinate, places)
    return [Applied(name, spec, distinct[chosen].arguments)]


def arguments_text(arguments: Mapping[str, ConstValueNode]) -> str:
    """Arguments in parentheses, sorted by name; nothing where there are none."""
    if not arguments:
        return ""
    return f"({', '.join(f'{name}: {value_text(arguments[name])}' for name in sorted(arguments))})"
