"""How much is compiled: nearly every operation, and what is not says why."""

from collections import Counter
from pathlib import Path

import pytest

from gateway.errors import RequestError
from gateway.resolvers.executor import prepare
from gateway.resolvers.executor.compiled import NotCompiledError, Uncompiled, compile_operation
from gateway.resolvers.operation import Limits, read_operation
from gateway.resolvers.planner import plan_operation
from gateway.schema.query_graph import build_query_graph
from gateway.schema.supergraph import Supergraph
from tests.oracle.running import make_cases, make_setting
from tests.resolvers.planner.test_market import QUERIES, market
from tests.traps.test_traps import CASES, load_supergraph, load_variables

NOT_COMPILED = {
    "a-part-without-a-key-is-reached-through-its-parent": Uncompiled.SHARED_OBJECT,
    "a-value-from-the-context-differs-between-objects": Uncompiled.CONTEXT_ARGUMENTS,
    "an-interface-object-leads-on-to-a-subgraph-without-the-interface": Uncompiled.UNTOLD_TYPE,
    "one-root-field-is-made-of-three-subgraphs": Uncompiled.SHARED_OBJECT,
}
"""The traps that the plain executor alone can run."""


def reason(supergraph: Supergraph, query: str, variables: dict[str, object]) -> Uncompiled | None:
    """Why an operation is not compiled; None if it is."""
    operation = read_operation(supergraph.api_schema, query, None, Limits())
    prepared = prepare(operation, plan_operation(build_query_graph(supergraph), operation), supergraph)
    try:
        compile_operation(prepared, variables)
    except NotCompiledError as error:
        return error.reason
    return None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_trap_is_compiled_unless_it_is_known_not_to_be(case: Path) -> None:
    """Traps are what federation has to offer: those that are left to the plain executor are listed above."""
    supergraph = load_supergraph(case)
    try:
        found = reason(supergraph, (case / "operation.graphql").read_text(), dict(load_variables(case)))
    except RequestError:
        return  # The trap is that this operation is refused.
    assert found == NOT_COMPILED.get(case.name)


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.stem)
def test_every_query_of_the_market_is_compiled(query: Path) -> None:
    """What the demo's front ends ask runs fast."""
    assert reason(market(), query.read_text("utf-8"), {}) is None


def test_most_of_the_oracles_operations_are_compiled() -> None:
    """Of what the random splits make of random schemas, at least eight in ten."""
    reasons: Counter[Uncompiled | None] = Counter()
    for seed in range(20):
        setting, empty = make_setting(seed)
        if setting.supergraph is None:
            continue
        for case in make_cases(setting, empty, seed, 10):
            reasons[reason(setting.supergraph, case.operation, dict(case.variables))] += 1
    assert reasons[None] / reasons.total() > 0.8, reasons
