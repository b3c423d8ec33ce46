"""Compose subgraphs into a supergraph, or report every reason why not."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from gateway.errors import CompositionError, Hint
from gateway.schema.composition.collection import held_collection
from gateway.schema.composition.inaccessible import check_inaccessible
from gateway.schema.composition.merge import merge
from gateway.schema.composition.names import check_names
from gateway.schema.composition.places import add_places
from gateway.schema.composition.result import CompositionResult, Subgraph
from gateway.schema.composition.rules import check_merged
from gateway.schema.composition.satisfiability import check_satisfiability
from gateway.schema.subgraph import ReadSubgraph, read_subgraph
from gateway.schema.subgraph.rules import check_federation, check_graphql
from gateway.schema.subgraph.upgrade import upgrade_subgraphs
from gateway.schema.supergraph import read_document

_CHECKED: Final = 1024
"""Subgraphs whose own errors are kept, so that after a change only the changed one is checked again."""


def compose(subgraphs: Sequence[Subgraph]) -> CompositionResult:
    """Compose subgraphs of any federation version; never raises for what subgraphs say."""
    with held_collection():
        return _compose(subgraphs)


def _compose(subgraphs: Sequence[Subgraph]) -> CompositionResult:
    ordered = sorted(subgraphs, key=lambda s: (s.name, s.url, s.sdl))
    read = [read_subgraph(s.name, s.url, s.sdl) for s in ordered]
    schemas = [one.schema for one in read if one.schema is not None]
    errors = [*check_names(ordered), *(error for one in read for error in _subgraph_errors(one))]
    if errors:
        return _failed(errors)
    upgraded, errors = upgrade_subgraphs(schemas)
    failed = {name for error in errors for name in error.subgraphs}
    for was, now in zip(schemas, upgraded, strict=True):
        if was is not now and now.name not in failed:
            errors += check_federation(now)
    if errors:
        return _failed(errors)
    merged = merge(upgraded)
    errors = check_merged(merged)
    if errors or merged.document is None:
        return _failed(errors)
    if hidden := check_inaccessible(merged.document):
        return _failed(add_places(hidden, schemas))
    supergraph = read_document(merged.document)
    proof = check_satisfiability(supergraph)
    if proof.errors:
        return _failed(add_places(proof.errors, schemas))
    return CompositionResult(supergraph, (), _sorted_hints((*merged.hints, *proof.hints)))


@lru_cache(maxsize=_CHECKED)
def _subgraph_errors(read: ReadSubgraph) -> tuple[CompositionError, ...]:
    """What is wrong in one subgraph. Each stage takes the one before as given; Federation 1 is judged after its upgrade."""
    if read.errors or read.schema is None:
        return read.errors
    errors = tuple(check_graphql(read.schema))
    if not errors and read.schema.is_federation_2:
        errors = tuple(check_federation(read.schema))
    return errors


def _failed(errors: Iterable[CompositionError]) -> CompositionResult:
    return CompositionResult(None, tuple(sorted(set(errors), key=_order)))


def _order(error: CompositionError) -> tuple[str, str, str]:
    return error.code, error.coordinate, error.message


def _sorted_hints(hints: Iterable[Hint]) -> tuple[Hint, ...]:
    return tuple(sorted(set(hints), key=lambda hint: (hint.code, hint.coordinate, hint.message)))
