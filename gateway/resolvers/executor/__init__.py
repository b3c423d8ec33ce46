"""Run a plan: representations, merging, errors, null propagation, projection."""

from gateway.resolvers.executor.execute import Executed, execute_operation
from gateway.resolvers.executor.failures import ErrorPolicy
from gateway.resolvers.executor.introspection import asks_for_schema
from gateway.resolvers.executor.prepared import PreparedOperation, prepare
from gateway.resolvers.executor.run import RunOptions

__all__ = [
    "ErrorPolicy",
    "Executed",
    "PreparedOperation",
    "RunOptions",
    "asks_for_schema",
    "execute_operation",
    "prepare",
]
