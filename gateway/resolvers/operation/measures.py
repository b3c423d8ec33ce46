"""How big an operation is once its fragments are expanded, found without expanding them.

Fragments can spread one another so that a short text stands for more selections than memory holds. So each fragment is
measured once, after those that it spreads, and its measures are added wherever it is spread.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)

INTROSPECTION_LISTS: Final = frozenset(("fields", "inputFields", "interfaces", "possibleTypes"))
INTROSPECTION_ROOTS: Final = frozenset(("__schema", "__type"))


@dataclass(frozen=True, slots=True)
class Measures:
    """The size of a selection set with every fragment counted where it is spread.

    ``nesting`` are levels of selection sets, with one for each fragment on the way. ``lists`` is how deep fields named like introspection lists nest, ``introspection_depth`` the same inside ``__schema`` and ``__type``.
    """

    selections: int = 0
    depth: int = 0
    nesting: int = 0
    root_fields: int = 0
    aliases: int = 0
    directives: int = 0
    lists: int = 0
    introspection_depth: int = 0


NOTHING: Final = Measures()


def measure_operations(document: DocumentNode) -> tuple[Measures, ...]:
    """The measures of each operation of a document. A fragment that is unknown or spreads itself counts as empty there."""
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    measured: dict[str, Measures] = {}
    for name in spread_order(fragments):
        fragment = fragments[name]
        measured[name] = _measure(fragment.selection_set, measured, len(fragment.directives or ()))
    return tuple(
        _measure(operation.selection_set, measured, len(operation.directives or ()))
        for operation in document.definitions
        if isinstance(operation, OperationDefinitionNode)
    )


def _measure(node: SelectionSetNode, measured: Mapping[str, Measures], directives: int = 0) -> Measures:
    """The sum of a selection set: sizes are added up, depths are the deepest."""
    parts = [_measure_selection(selection, measured) for selection in node.selections]
    return Measures(
        selections=sum(part.selections for part in parts),
        depth=max((part.depth for part in parts), default=0),
        nesting=max((part.nesting for part in parts), default=0) + 1,
        root_fields=sum(part.root_fields for part in parts),
        aliases=sum(part.aliases for part in parts),
        directives=sum(part.directives for part in parts) + directives,
        lists=max((part.lists for part in parts), default=0),
        introspection_depth=max((part.introspection_depth for part in parts), default=0),
    )


def _measure_selection(node: SelectionNode, measured: Mapping[str, Measures]) -> Measures:
    directives = len(node.directives or ())
    if isinstance(node, FieldNode):
        return _measure_field(node, measured, directives)
    if isinstance(node, FragmentSpreadNode):
        inner = measured.get(node.name.value, NOTHING)
    else:
        assert isinstance(node, InlineFragmentNode)  # noqa: S101  # the grammar knows no fourth selection
        inner = _measure(node.selection_set, measured)
    return replace(inner, selections=inner.selections + 1, directives=inner.directives + directives)


def _measure_field(node: FieldNode, measured: Mapping[str, Measures], directives: int) -> Measures:
    inner = _measure(node.selection_set, measured) if node.selection_set else NOTHING
    name = node.name.value
    return Measures(
        selections=inner.selections + 1,
        depth=inner.depth + 1,
        nesting=inner.nesting,
        root_fields=1,
        aliases=inner.aliases + (node.alias is not None),
        directives=inner.directives + directives,
        lists=inner.lists + (name in INTROSPECTION_LISTS),
        introspection_depth=max(inner.introspection_depth, inner.lists if name in INTROSPECTION_ROOTS else 0),
    )


def spread_order(fragments: Mapping[str, FragmentDefinitionNode]) -> Iterator[str]:
    """Each fragment after all those it spreads, as far as there is no cycle. Iterative: a chain may be thousands long."""
    seen: set[str] = set()
    for start in fragments:
        if start in seen:
            continue
        seen.add(start)
        stack = [(start, _spreads(fragments[start].selection_set))]
        while stack:
            name, spreads = stack[-1]
            following = next((s for s in spreads if s in fragments and s not in seen), None)
            if following is None:
                yield name
                stack.pop()
            else:
                seen.add(following)
                stack.append((following, _spreads(fragments[following].selection_set)))


def _spreads(node: SelectionSetNode) -> Iterator[str]:
    """The names of the fragments spread in a selection set, at any depth."""
    for selection in node.selections:
        if isinstance(selection, FragmentSpreadNode):
            yield selection.name.value
        elif isinstance(selection, FieldNode | InlineFragmentNode) and selection.selection_set:
            yield from _spreads(selection.selection_set)
