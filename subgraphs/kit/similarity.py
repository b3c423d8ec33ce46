"""How much of what is asked stands in a text, by their search tokens; the only place that knows the library for likeness.

A token that occurs counts 1. A longer word in letters that does not, such as one misspelt or in the plural, counts as much as
RapidFuzz finds it to be like the likest word of the text; pairs of Chinese characters occur or do not.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz, process

_SHORTEST_LIKE: Final = 5
_LEAST_LIKE: Final = 80.0


@dataclass(frozen=True, slots=True)
class Similarity:
    """How much of what is asked stands in a text."""

    score: float
    """From 0 to 1: the mean over all tokens asked."""
    shared: tuple[str, ...]
    """The tokens asked that occur, or nearly, in the order in which they are asked."""
    asked: int
    """How many different tokens are asked."""


def compare(asked: str, text: str) -> Similarity:
    """Compare what is asked with a text, both as tokens with spaces between (``subgraphs.kit.search_text``)."""
    wanted, present = dict.fromkeys(asked.split()), set(text.split())
    found = {token: 1.0 if token in present else _like(token, present) for token in wanted}
    shared = tuple(token for token, score in found.items() if score)
    return Similarity(sum(found.values()) / len(found) if found else 0.0, shared, len(found))


def _like(word: str, present: Collection[str]) -> float:
    if len(word) < _SHORTEST_LIKE:
        return 0.0
    likest = process.extractOne(word, present, scorer=fuzz.ratio, score_cutoff=_LEAST_LIKE)
    return likest[1] / 100 if likest else 0.0
