"""How many pairs of selections share a response key: the work of proving that they can be merged grows with their square.

GraphQL's rule for it (specification, section 5.3.2) compares every two of them, so a short text can cost seconds. Counting takes one walk over
the operation with its fragments expanded, which the limit on selections must have bounded before.
"""

from collections.abc import Iterator, Mapping

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from gateway.resolvers.operation.measures import spread_order

Ranked = Mapping[str, tuple[int, FragmentDefinitionNode]]
"""Fragments by name, each ranked after those it spreads."""


def count_merges(document: DocumentNode) -> int:
    """The pairs of selections under one response key of one object, in the operation of the document that has most."""
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    ranked = {name: (rank, fragments[name]) for rank, name in enumerate(spread_order(fragments))}
    operations = (d for d in document.definitions if isinstance(d, OperationDefinitionNode))
    return max((_count([(o.selection_set, len(ranked))], ranked) for o in operations), default=0)


def _count(sets: list[tuple[SelectionSetNode, int]], ranked: Ranked) -> int:
    """The pairs in selection sets that are merged into one, and in all that lies below."""
    by_key: dict[str, list[tuple[FieldNode, int]]] = {}
    for node, rank in sets:
        for field, own_rank in _fields(node, rank, ranked):
            by_key.setdefault((field.alias or field.name).value, []).append((field, own_rank))
    pairs = 0
    for fields in by_key.values():
        pairs += len(fields) * (len(fields) - 1) // 2
        below = [(field.selection_set, rank) for field, rank in fields if field.selection_set]
        if below:
            pairs += _count(below, ranked)
    return pairs


def _fields(node: SelectionSetNode, rank: int, ranked: Ranked) -> Iterator[tuple[FieldNode, int]]:
    """The fields of one object, with the rank of the fragment that each is written in. Spreads that close a circle lead nowhere."""
    for selection in node.selections:
        if isinstance(selection, FieldNode):
            yield selection, rank
        elif isinstance(selection, InlineFragmentNode):
            yield from _fields(selection.selection_set, rank, ranked)
        elif isinstance(selection, FragmentSpreadNode) and selection.name.value in ranked:
            inner_rank, fragment = ranked[selection.name.value]
            if inner_rank < rank:
                yield from _fields(fragment.selection_set, inner_rank, ranked)
