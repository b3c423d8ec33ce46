"""Merge descriptions: the one that most subgraphs have."""

from collections import Counter
from collections.abc import Iterable

from gateway.schema.codes import HintCode
from gateway.schema.composition.merge.state import MergeState, Part


def merge_descriptions(
    state: MergeState, coordinate: str, descriptions: Iterable[tuple[Part, str | None]]
) -> str | None:
    """The description of most subgraphs, the first of them where several lead; hints where they differ."""
    found = [(part, text) for part, text in descriptions if text]
    counts = Counter(text for _, text in found)
    if len(counts) > 1:
        state.hint(
            HintCode.INCONSISTENT_DESCRIPTION,
            f"{coordinate or 'The schema'} has different descriptions in different subgraphs; the supergraph shows the one that most of them have.",
            coordinate,
            [(part, None) for part, _ in found],
        )
    return counts.most_common(1)[0][0] if counts else None
