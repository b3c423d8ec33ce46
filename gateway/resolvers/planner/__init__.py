"""The planner: an operation and the query graph in, a query plan out."""

from gateway.resolvers.planner.planner import plan_operation

__all__ = ["plan_operation"]
