"""In the supergraph too, nobody can leave out what is required, so it cannot be deprecated."""

from collections.abc import Iterator

from gateway.errors import CompositionError
from gateway.schema.codes import ErrorCode
from gateway.schema.composition.merge import Merged
from gateway.schema.composition.rules.report import supergraph_error
from gateway.schema.subgraph.model import InputValue, TypeDefinition, has


def required_inputs_are_not_deprecated(merged: Merged) -> Iterator[CompositionError]:
    """One subgraph may require what another has deprecated (GraphQL specification, section 3.13.3)."""
    for type_ in merged.types.values():
        for coordinate, value in _inputs(type_):
            if value.is_required and has(value, "deprecated"):
                message = f"In the supergraph {coordinate} is required and @deprecated: keep it optional in every subgraph, or deprecated in none."
                yield supergraph_error(merged, ErrorCode.INVALID_GRAPHQL, coordinate, message)


def _inputs(type_: TypeDefinition) -> Iterator[tuple[str, InputValue]]:
    for value in type_.inputs.values():
        yield f"{type_.name}.{value.name}", value
    for field in type_.fields.values():
        for argument in field.arguments.values():
            yield f"{field.coordinate}({argument.name}:)", argument
