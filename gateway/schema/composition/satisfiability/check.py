"""Prove that every operation on the public schema can be planned, or show one that cannot."""

from collections.abc import Iterator
from typing import Final

from gateway.schema.composition.satisfiability.model import Satisfiability
from gateway.schema.composition.satisfiability.report import (
    report_differing,
    report_disjoint,
    report_failure,
    report_too_many_steps,
)
from gateway.schema.composition.satisfiability.runtime_types import in_common, known_types
from gateway.schema.composition.satisfiability.walk import Budget, TooManySteps, Walk, root_states
from gateway.schema.query_graph import build_query_graph
from gateway.schema.supergraph import Supergraph
from gateway.types import Label

MAX_STEPS: Final = 20_000_000
"""How many steps a proof takes before it is given up: some seconds. A supergraph of 6,000 types needs 10,000."""

MOST_LABELS: Final = 4
"""Up to so many override labels, every combination is tried."""


def check_satisfiability(supergraph: Supergraph, *, max_steps: int = MAX_STEPS) -> Satisfiability:
    """Walk from the roots through every field of the public schema, from every state in which a client can arrive.

    One error for each field that is out of reach somewhere, with an operation that shows it and the reasons; one error or hint
    for each shared field whose subgraphs know different types of what it returns. The tables are those of the query planner, so
    what passes can be planned.
    """
    graph, budget = build_query_graph(supergraph), Budget(max_steps)
    walks = []
    try:
        for labels in label_choices(supergraph.labels):
            walk = Walk(graph.under(labels), budget)
            walk.run(*root_states(walk.graph))
            walks.append(walk)
    except TooManySteps:
        return Satisfiability(errors=(report_too_many_steps(max_steps),))
    return _report(walks)


def label_choices(labels: tuple[Label, ...]) -> Iterator[frozenset[Label]]:
    """The sets of active labels to try: all of them while they are few, else none, all, each alone and all but each."""
    everything = frozenset(labels)
    if len(labels) <= MOST_LABELS:
        yield from (frozenset(x for i, x in enumerate(labels) if bits >> i & 1) for bits in range(1 << len(labels)))
        return
    yield from (frozenset(), everything)
    for label in labels:
        yield from (frozenset({label}), everything - {label})


def _report(walks: list[Walk]) -> Satisfiability:
    """One report for each subject, by the first walk that met it; sorted."""
    failures = {subject: (walk, f) for walk in reversed(walks) for subject, f in walk.findings.failures.items()}
    shared = {field: (walk, state) for walk in reversed(walks) for field, state in walk.findings.shared.items()}
    errors = [report_failure(walk, failure) for walk, failure in failures.values()]
    hints = []
    for walk, state in shared.values():
        if in_common(known_types(walk.graph, state)):
            hints.append(report_differing(walk, state))
        else:
            errors.append(report_disjoint(walk, state))
    return Satisfiability(
        errors=tuple(sorted(errors, key=lambda error: (error.coordinate, error.code))),
        hints=tuple(sorted(hints, key=lambda hint: hint.coordinate)),
    )
