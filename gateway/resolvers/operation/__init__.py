"""From request text to one valid operation: parse, limits, validate, normalise, variables."""

from gateway.resolvers.operation.incremental import with_incremental_directives
from gateway.resolvers.operation.limits import Limits
from gateway.resolvers.operation.model import Operation, VariableDefinition
from gateway.resolvers.operation.reader import parse_operation, read_operation
from gateway.resolvers.operation.streamed import Streamed
from gateway.resolvers.operation.variables import coerce_variables

__all__ = [
    "Limits",
    "Operation",
    "Streamed",
    "VariableDefinition",
    "coerce_variables",
    "parse_operation",
    "read_operation",
    "with_incremental_directives",
]
