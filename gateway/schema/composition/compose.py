"""Compose subgraphs into a supergraph, or report every reason why not."""

from collections.abc import Iterable, Sequence

from gateway.errors import CompositionError, Hint
from gateway.schema.composition.inaccessible import check_inaccessible
from gateway.schema.composition.merge import merge
from gateway.schema.composition.places import add_places
from gateway.schema.composition.result import CompositionResult, Subgraph
from gateway.schema.composition.satisfiability import check_satisfiability
from gateway.schema.subgraph import SubgraphSchema, read_subgraph
from gateway.schema.supergraph import read_supergraph


def compose(subgraphs: Sequence[Subgraph]) -> CompositionResult:
    """Compose subgraphs of any federation version; never raises for what subgraphs say."""
    read = [read_subgraph(s.name, s.url, s.sdl) for s in sorted(subgraphs, key=lambda s: s.name)]
    if errors := [error for one in read for error in one.errors]:
        return _failed(errors)
    schemas: list[SubgraphSchema] = [one.schema for one in read if one.schema is not None]
    merged = merge(schemas)
    if merged.document is None:
        return _failed(merged.errors)
    if hidden := check_inaccessible(merged.document):
        return _failed(add_places(hidden, schemas))
    supergraph = read_supergraph(merged.document)
    proof = check_satisfiability(supergraph)
    if proof.errors:
        return _failed(add_places(proof.errors, schemas))
    return CompositionResult(supergraph, (), _sorted_hints((*merged.hints, *proof.hints)))


def _failed(errors: Iterable[CompositionError]) -> CompositionResult:
    return CompositionResult(None, tuple(sorted(set(errors), key=_order)))


def _order(error: CompositionError) -> tuple[str, str, str]:
    return error.code, error.coordinate, error.message


def _sorted_hints(hints: Iterable[Hint]) -> tuple[Hint, ...]:
    return tuple(sorted(set(hints), key=lambda hint: (hint.code, hint.coordinate, hint.message)))
