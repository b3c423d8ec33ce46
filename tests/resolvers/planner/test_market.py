"""The ten queries of the markets' front ends: their plans, reviewed."""

from functools import cache
from pathlib import Path

import pytest

from gateway.resolvers import plan
from gateway.resolvers.query_plan import QueryPlan
from gateway.schema import Subgraph, compose
from gateway.schema.supergraph import Supergraph
from tests.resolvers.planner.checking import invalid_operations

MARKETS = Path(__file__).parents[3] / "subgraphs"
QUERIES = sorted(MARKETS.glob("demo/queries/q*.graphql"))
PLANS = Path(__file__).parent / "market"


@cache
def market() -> Supergraph:
    files = sorted(MARKETS.glob("*/schema.graphql"))
    result = compose([Subgraph(f.parent.name, f"http://{f.parent.name}", f.read_text("utf-8")) for f in files])
    assert result.supergraph is not None, result.errors
    return result.supergraph


def plan_query(query: Path) -> QueryPlan:
    return plan(market(), query.read_text("utf-8"))


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.stem)
def test_the_plan_is_as_reviewed(query: Path) -> None:
    """One file per query, under the query's own name."""
    assert f"{plan_query(query)}\n" == (PLANS / f"{query.stem}.txt").read_text("utf-8")


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.stem)
def test_every_operation_is_valid_in_its_market(query: Path) -> None:
    """No market refuses what it is sent."""
    assert list(invalid_operations(market(), plan_query(query))) == []


def test_all_ten_take_fifty_requests_and_only_one_has_a_fourth_wave() -> None:
    """A change that costs a request must show why. The last wave of the tenth asks other cities for their achievements."""
    plans = [plan_query(query) for query in QUERIES]
    assert len(plans) == 10
    assert sum(len(one.fetches) for one in plans) <= 50
    assert sorted(one.depth for one in plans)[-2:] == [3, 4]
