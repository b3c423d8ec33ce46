"""One folder per trap: subgraphs, an operation that steps into it, and the plan that does not."""

from random import Random

import msgspec
import pytest
from graphql import graphql_sync

from gateway.resolvers import plan
from gateway.resolvers.engine import Engine
from gateway.resolvers.messages import GraphQLRequest
from gateway.resolvers.subgraph_client import InProcessClient
from gateway.schema.supergraph import Supergraph
from tests.resolvers.planner.checking import case_names, invalid_operations, read_case
from tests.resolvers.planner.operations import OperationMaker
from tests.resolvers.planner.universe import Universe

VARIABLES = ({"tax": True, "noStock": False}, {"tax": False, "noStock": True})


@pytest.mark.parametrize("name", case_names())
def test_the_plan_is_as_reviewed(name: str) -> None:
    """The operation's first line says what is special about the plan."""
    supergraph, operation, expected = read_case(name)
    assert f"{plan(supergraph, operation)}\n" == expected


@pytest.mark.parametrize("name", case_names())
def test_every_operation_is_valid_in_its_subgraph(name: str) -> None:
    """No subgraph refuses what it is sent."""
    supergraph, operation, _ = read_case(name)
    assert list(invalid_operations(supergraph, plan(supergraph, operation))) == []


@pytest.mark.parametrize("name", [name for name in case_names() if name not in ("subscription", "partial_union")])
async def test_the_answer_is_that_of_one_server(name: str) -> None:
    """Subgraphs that look at one world answer together what an undivided server would answer."""
    supergraph, operation, _ = read_case(name)
    for variables in VARIABLES if "$" in operation.splitlines()[1] else ({},):
        assert await differences(supergraph, operation, variables, nulls=0) == []


RANDOM_CASES = [name for name in case_names() if name != "context_argument"]


@pytest.mark.parametrize("name", RANDOM_CASES)
async def test_random_operations_are_answered_like_by_one_server(name: str) -> None:
    """Thirty operations per case, with fragments, aliases, arguments and conditions."""
    supergraph, _, _ = read_case(name)
    for seed in range(30):
        operation = OperationMaker(supergraph.api_schema, Random(seed)).make()
        assert await differences(supergraph, operation, {}) == []


@pytest.mark.parametrize("name", RANDOM_CASES)
async def test_failures_cost_no_more_than_on_one_server(name: str) -> None:
    """About every sixth field fails, save for those that other fields need: what is null, and whether there is an error, is the same."""
    supergraph, _, _ = read_case(name)
    for seed in range(20):
        operation = OperationMaker(supergraph.api_schema, Random(seed)).make()
        assert await differences(supergraph, operation, {}, failures=6) == []


async def differences(
    supergraph: Supergraph, operation: str, variables: dict[str, bool], *, nulls: int = 7, failures: int = 0
) -> list[object]:
    """Empty where the gateway's answer is the undivided server's; else both, and the gateway's errors."""
    universe = Universe(supergraph, nulls=nulls, failures=failures)
    expected = graphql_sync(universe.undivided(), operation, variable_values=variables)
    assert failures or not expected.errors, operation
    client = InProcessClient({name: universe.subgraph(name) for name in supergraph.subgraphs})
    response = await Engine(supergraph, client).execute(GraphQLRequest(operation, variables=variables))
    found = msgspec.json.decode(response.body)
    if found.get("data") == expected.data and bool(found.get("errors")) == bool(expected.errors):
        return []
    return [operation, found, expected.data]
