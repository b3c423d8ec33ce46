"""Plans recorded from the field's best planner: never more requests or waves than those. Skipped where the corpus is not there."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gateway.resolvers.operation import Limits, parse_operation
from gateway.resolvers.planner import plan_operation
from gateway.resolvers.query_plan import QueryPlan
from gateway.schema.query_graph import QueryGraph, build_query_graph
from gateway.schema.supergraph import read_supergraph
from tests.resolvers.planner.checking import invalid_operations

PLANS = Path(__file__).parents[4] / "shared" / "corpus" / "plans"

pytestmark = pytest.mark.skipif(not PLANS.exists(), reason="the corpus is not there")

CLIENT_FAULTS = ("used in position expecting type 'Boolean!'",)
"""Some recorded operations condition on a nullable variable, which is the client's fault in every subgraph too."""


def cases() -> list[dict[str, Any]]:
    index = json.loads((PLANS / "index.json").read_text()) if PLANS.exists() else []
    return [json.loads((PLANS / f"{row['id']}.json").read_text()) for row in index]


@cache
def graph_of(path: str) -> QueryGraph:
    return build_query_graph(read_supergraph((PLANS / path).read_text()))


def plan_case(case: dict[str, Any]) -> QueryPlan:
    conditions = (case.get("override") or {}).get("conditions") or {}
    operation = parse_operation(case["operation"], case.get("operation_name"), Limits())
    labels = frozenset(name for name, active in conditions.items() if active)
    return plan_operation(graph_of(case["supergraph"]), operation, labels=labels)


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["id"])
def test_no_plan_has_more_requests_or_waves_than_recorded(case: dict[str, Any]) -> None:
    """Every recorded operation is planned."""
    plan = plan_case(case)
    assert len(plan.fetches) <= case["expected"]["fetches"]
    assert plan.depth <= case["expected"]["depth"]


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["id"])
def test_every_operation_of_a_recorded_case_is_valid_in_its_subgraph(case: dict[str, Any]) -> None:
    """By the subgraph's schema as the supergraph tells it."""
    wrong = invalid_operations(graph_of(case["supergraph"]).supergraph, plan_case(case))
    assert [one for one in wrong if not any(fault in one for fault in CLIENT_FAULTS)] == []


def test_some_plans_have_fewer_requests_than_recorded() -> None:
    """Late steps join requests that are sent anyway; nothing else explains a saving, and nothing may lose it."""
    found = cases()
    assert sum(len(plan_case(case).fetches) < case["expected"]["fetches"] for case in found) >= 5
