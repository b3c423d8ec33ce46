"""From request text to one valid operation: parse, limits, validate, normalise, variables."""

from gateway.resolvers.operation.model import Operation, VariableDefinition

__all__ = ["Operation", "VariableDefinition"]
