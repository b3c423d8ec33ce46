"""A composer that lives on: after a change it does anew only what the change touches."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from gateway.collection import held_collection
from gateway.errors import CompositionError, Hint
from gateway.schema.composition.inaccessible import check_inaccessible
from gateway.schema.composition.merge import NOTHING_KNOWN, KnownMerge, merge
from gateway.schema.composition.names import check_names
from gateway.schema.composition.places import add_places
from gateway.schema.composition.result import CompositionResult, Subgraph
from gateway.schema.composition.rules import check_merged
from gateway.schema.composition.satisfiability import check_satisfiability
from gateway.schema.subgraph import ReadSubgraph, SubgraphSchema, read_subgraph
from gateway.schema.subgraph.rules import check_federation, check_graphql
from gateway.schema.subgraph.upgrade import Upgrades, upgrade_subgraphs
from gateway.schema.supergraph import Supergraph, read_document

_CHECKED: Final = 1024
"""Subgraphs whose own errors are kept, so that after a change only the changed one is checked again."""


@dataclass(frozen=True, slots=True)
class _Memory:
    """What each stage knows of the last composition that came as far; nothing of any before."""

    upgrades: Upgrades = field(default_factory=dict)
    merge: KnownMerge = NOTHING_KNOWN
    supergraph: Supergraph | None = None


class Composer:
    """Composes again and again, and remembers the last composition.

    The result is always that of ``gateway.schema.compose``, to the byte: what is remembered saves time and says nothing. A
    composer may be asked from several threads at once; the last to finish is what is remembered.
    """

    def __init__(self) -> None:
        self._memory = _Memory()

    def compose(self, subgraphs: Sequence[Subgraph]) -> CompositionResult:
        """Compose subgraphs of any federation version; never raises for what subgraphs say."""
        with held_collection():
            result, self._memory = _compose(subgraphs, self._memory)
        return result


def compose(subgraphs: Sequence[Subgraph]) -> CompositionResult:
    """Compose subgraphs of any federation version, once; never raises for what subgraphs say."""
    return Composer().compose(subgraphs)


def check_subgraphs(subgraphs: Sequence[Subgraph]) -> list[CompositionError]:
    """What is wrong in each subgraph alone. Where some are not at hand, it is all that can be said of the others."""
    with held_collection():
        read = [read_subgraph(s.name, s.url, s.sdl) for s in subgraphs]
        return [*check_names(subgraphs), *(error for one in read for error in _subgraph_errors(one))]


def _compose(subgraphs: Sequence[Subgraph], memory: _Memory) -> tuple[CompositionResult, _Memory]:
    ordered = sorted(subgraphs, key=lambda s: (s.name, s.url, s.sdl))
    if errors := check_subgraphs(ordered):
        return _failed(errors), memory
    read = (read_subgraph(s.name, s.url, s.sdl) for s in ordered)
    schemas = [one.schema for one in read if one.schema is not None]
    upgrades, errors = upgrade_subgraphs(schemas, memory.upgrades)
    memory = replace(memory, upgrades=upgrades)
    errors += _upgrade_errors(upgrades, errors)
    if errors:
        return _failed(errors), memory
    merged = merge([upgrades[s].schema if s in upgrades else s for s in schemas], memory.merge)
    memory = replace(memory, merge=merged.known)
    errors = check_merged(merged)
    if errors or merged.document is None:
        return _failed(errors), memory
    if hidden := check_inaccessible(merged.document):
        return _failed(add_places(hidden, schemas)), memory
    supergraph = read_document(merged.document, memory.supergraph)
    proof = check_satisfiability(supergraph)
    memory = replace(memory, supergraph=supergraph)
    if proof.errors:
        return _failed(add_places(proof.errors, schemas)), memory
    return CompositionResult(supergraph, (), _sorted_hints((*merged.hints, *proof.hints))), memory


@lru_cache(maxsize=_CHECKED)
def _subgraph_errors(read: ReadSubgraph) -> tuple[CompositionError, ...]:
    """What is wrong in one subgraph. Each stage takes the one before as given; Federation 1 is judged after its upgrade."""
    if read.errors or read.schema is None:
        return read.errors
    errors = tuple(check_graphql(read.schema))
    if not errors and read.schema.is_federation_2:
        errors = _federation_errors(read.schema)
    return errors


def _upgrade_errors(upgrades: Upgrades, known: Iterable[CompositionError]) -> list[CompositionError]:
    """What is wrong in upgraded subgraphs, but for those that could not be upgraded."""
    failed = {name for error in known for name in error.subgraphs}
    found = (upgrade.schema for upgrade in upgrades.values() if upgrade.schema.name not in failed)
    return [error for schema in found for error in _federation_errors(schema)]


@lru_cache(maxsize=_CHECKED)
def _federation_errors(schema: SubgraphSchema) -> tuple[CompositionError, ...]:
    return tuple(check_federation(schema))


def _failed(errors: Iterable[CompositionError]) -> CompositionResult:
    return CompositionResult(None, tuple(sorted(set(errors), key=_order)))


def _order(error: CompositionError) -> tuple[str, str, str]:
    return error.code, error.coordinate, error.message


def _sorted_hints(hints: Iterable[Hint]) -> tuple[Hint, ...]:
    return tuple(sorted(set(hints), key=lambda hint: (hint.code, hint.coordinate, hint.message)))
