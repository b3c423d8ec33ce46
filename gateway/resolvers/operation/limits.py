"""How much an operation may ask for. Every limit is on by default, and each is refused with a code of its own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from gateway.resolvers import codes
from gateway.resolvers.operation.measures import Measures


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds for one operation. Fragments count each time they are spread, but are never expanded to be counted.

    ``max_merges`` bounds the pairs of selections that share a response key, for each two must be proven to agree.
    ``max_introspection_depth`` counts how many of the introspection lists ``fields``, ``inputFields``, ``interfaces`` and
    ``possibleTypes`` lie inside one another.
    """

    max_tokens: int = 15_000
    max_depth: int = 100
    max_aliases: int = 1_000
    max_root_fields: int = 100
    max_directives: int = 500
    max_selections: int = 20_000
    max_merges: int = 50_000
    max_introspection_depth: int = 3


@dataclass(frozen=True, slots=True)
class Refusal:
    """One limit that an operation exceeds."""

    code: str
    message: str


MAX_NESTING: Final = 200
"""How many selection sets may lie in one another, fragments counted: what the stack is sure to hold, here and in validation."""

_CHECKS: Final[tuple[tuple[str, str, Callable[[Measures], int], Callable[[Limits], int]], ...]] = (
    (codes.MAX_SELECTIONS_LIMIT, "selections", lambda m: m.selections, lambda li: li.max_selections),
    (codes.MAX_DEPTH_LIMIT, "levels of fields", lambda m: m.depth, lambda li: li.max_depth),
    (codes.MAX_DEPTH_LIMIT, "levels of selection sets, fragments counted", lambda m: m.nesting, lambda _: MAX_NESTING),
    (codes.MAX_ROOT_FIELDS_LIMIT, "root fields", lambda m: m.root_fields, lambda li: li.max_root_fields),
    (codes.MAX_ALIASES_LIMIT, "aliases", lambda m: m.aliases, lambda li: li.max_aliases),
    (codes.MAX_DIRECTIVES_LIMIT, "directives", lambda m: m.directives, lambda li: li.max_directives),
    (
        codes.MAX_INTROSPECTION_DEPTH_LIMIT,
        "levels of introspection lists",
        lambda m: m.introspection_depth,
        lambda li: li.max_introspection_depth,
    ),
)


def exceeded_limits(measures: Measures, limits: Limits) -> Iterator[Refusal]:
    """Every limit that the measured operation exceeds."""
    for code, what, measured, limit in _CHECKS:
        if measured(measures) > limit(limits):
            yield Refusal(
                code, f"The operation has more than {limit(limits)} {what}; ask for less, or in several requests."
            )
