"""In the supergraph too, arguments and input fields are what GraphQL has them be."""

from collections.abc import Iterator

from graphql import print_ast

from gateway.errors import CompositionError
from gateway.schema.codes import ErrorCode
from gateway.schema.composition.merge import Merged
from gateway.schema.composition.rules.report import supergraph_error
from gateway.schema.subgraph.model import InputValue, TypeDefinition, has
from gateway.schema.subgraph.report import shorten
from gateway.schema.subgraph.rules.graphql_values import is_valid_value


def required_inputs_are_not_deprecated(merged: Merged) -> Iterator[CompositionError]:
    """One subgraph may require what another has deprecated (GraphQL specification, section 3.13.3)."""
    for coordinate, value in _all_inputs(merged):
        if value.is_required and has(value, "deprecated"):
            message = f"In the supergraph {coordinate} is required and @deprecated: keep it optional in every subgraph, or deprecated in none."
            yield supergraph_error(merged, ErrorCode.INVALID_GRAPHQL, coordinate, message)


def defaults_are_values(merged: Merged) -> Iterator[CompositionError]:
    """A default may use what only some subgraphs have of an enum or an input object, and the supergraph has not."""
    for coordinate, value in _all_inputs(merged):
        if value.default is not None and not is_valid_value(merged.types, value.type, value.default):
            message = (
                f"In the supergraph {coordinate} has the default {shorten(print_ast(value.default))}, which is not a value of its type "
                f"{value.type} there: only what every subgraph has of an input type is kept."
            )
            yield supergraph_error(merged, ErrorCode.INVALID_GRAPHQL, coordinate, message)


def _all_inputs(merged: Merged) -> Iterator[tuple[str, InputValue]]:
    return (found for type_ in merged.types.values() for found in _inputs(type_))


def _inputs(type_: TypeDefinition) -> Iterator[tuple[str, InputValue]]:
    for value in type_.inputs.values():
        yield f"{type_.name}.{value.name}", value
    for field in type_.fields.values():
        for argument in field.arguments.values():
            yield f"{field.coordinate}({argument.name}:)", argument
