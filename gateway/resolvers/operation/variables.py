"""Give the variables of a request their values by the specification, before anything is sent."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from graphql import GraphQLSchema, OperationDefinitionNode, VariableDefinitionNode, parse
from graphql.execution.values import get_variable_values

from gateway.errors import RequestError
from gateway.resolvers import codes
from gateway.resolvers.operation.model import VariableDefinition
from gateway.resolvers.operation.refusals import refuse

MAX_ERRORS = 50
"""How many wrong values one request is told of."""


def coerce_variables(
    schema: GraphQLSchema, definitions: tuple[VariableDefinition, ...], values: Mapping[str, Any]
) -> dict[str, Any]:
    """The value of each variable that has one, coerced to its type on the public ``schema``, defaults filled in.

    A variable without value and default is absent. Values for undeclared variables are ignored. Raises ``RequestError`` with one
    error per wrong value (GraphQL specification, section 6.1.2).
    """
    if not definitions:
        return {}
    result = get_variable_values(schema, _parse_definitions(definitions), dict(values), MAX_ERRORS)
    if isinstance(result, list):
        raise refuse(codes.VALIDATION_INVALID_TYPE_VARIABLE, result)
    return result.coerced


@lru_cache(maxsize=1024)
def _parse_definitions(definitions: tuple[VariableDefinition, ...]) -> tuple[VariableDefinitionNode, ...]:
    """The definitions in graphql-core's form. The same few come with every request, so the last ones are kept."""
    text = " ".join(f"${d.name}: {d.type}{'' if d.default is None else f' = {d.default}'}" for d in definitions)
    (operation,) = parse(f"query ({text}) {{ __typename }}").definitions
    if not isinstance(operation, OperationDefinitionNode):
        raise RequestError("A variable's definition is not GraphQL.", code=codes.GRAPHQL_PARSE_FAILED)
    return tuple(operation.variable_definitions or ())
