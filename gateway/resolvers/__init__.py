"""Half two: one operation in, one response out."""

from graphql import DocumentNode

from gateway.resolvers.operation import Limits, read_operation, with_incremental_directives
from gateway.resolvers.planner import plan_operation
from gateway.resolvers.query_plan import QueryPlan
from gateway.schema.query_graph import build_query_graph
from gateway.schema.supergraph import Supergraph, read_supergraph

__all__ = ["plan"]


def plan(supergraph: Supergraph | DocumentNode | str, query: str, operation_name: str | None = None) -> QueryPlan:
    """The plan of one operation over a supergraph, given as text, document or already read.

    Raises SupergraphError where the supergraph cannot be served, RequestError where the operation is not valid on the API
    schema or beyond the default limits, and PlanningError where a part of it is out of reach.
    """
    if not isinstance(supergraph, Supergraph):
        supergraph = read_supergraph(supergraph)
    schema = with_incremental_directives(supergraph.api_schema)
    operation = read_operation(schema, query, operation_name, Limits())
    return plan_operation(build_query_graph(supergraph), operation)
