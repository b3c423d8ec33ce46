"""A specification's directive or type that the author defines is defined as the specification has it."""

from collections.abc import Iterator

from graphql import (
    DirectiveDefinitionNode,
    InputValueDefinitionNode,
    ScalarTypeDefinitionNode,
    TypeDefinitionNode,
    print_ast,
)

from gateway.errors import CompositionError
from gateway.schema.codes import ErrorCode
from gateway.schema.subgraph.model import Kind, SubgraphSchema
from gateway.schema.subgraph.report import subgraph_error


def spec_directives_are_defined_so(schema: SubgraphSchema) -> Iterator[CompositionError]:
    """Arguments of the same types and defaults, no other ones, no further places, repeatable only if the specification's is."""
    for name, node in schema.definitions.items():
        expected = schema.specified.get(name)
        if expected is None or schema.spec_names.get(name) == "link":
            continue
        for fault in _faults(schema, node, expected):
            yield subgraph_error(
                ErrorCode.DIRECTIVE_DEFINITION_INVALID,
                schema.name,
                f"The definition of @{name} is not the specification's: {fault}.",
                coordinate=f"@{name}",
                nodes=[node],
            )


def _faults(schema: SubgraphSchema, node: DirectiveDefinitionNode, expected: DirectiveDefinitionNode) -> Iterator[str]:
    if node.repeatable and not expected.repeatable:
        yield "it must not be repeatable"
    allowed = {place.value for place in expected.locations}
    if further := sorted({place.value for place in node.locations} - allowed):
        yield f"it cannot be on {', '.join(further)} (but on {', '.join(sorted(allowed))})"
    own = {argument.name.value: argument for argument in node.arguments or ()}
    known = {argument.name.value: argument for argument in expected.arguments or ()}
    for name, argument in known.items():
        if name in own:
            yield from _argument_faults(schema, own[name], argument)
        elif argument.type.kind == "non_null_type" and argument.default_value is None:
            yield f'its required argument "{name}" is missing'
    for name in own:
        if name not in known:
            yield f'it has no argument "{name}"'


def _argument_faults(
    schema: SubgraphSchema, own: InputValueDefinitionNode, expected: InputValueDefinitionNode
) -> Iterator[str]:
    name, own_type, expected_type = own.name.value, print_ast(own.type), print_ast(expected.type)
    if not _is_same_type(schema, own_type, expected_type):
        yield f'its argument "{name}" has the type {expected_type}, not {own_type}'
    if _default(own) != _default(expected) and own_type == expected_type:
        yield f'its argument "{name}" has {_default(expected) or "no default"}, not {_default(own) or "no default"}'


def _is_same_type(schema: SubgraphSchema, own: str, expected: str) -> bool:
    """An author may require an argument. Of federation's own scalars, all marks may differ, and what a tool wrote for them is taken."""
    base, own_base = expected.strip("[]!"), own.strip("[]!")
    if base not in schema.specified_types:
        return own in (expected, f"{expected}!")
    defined = schema.types.get(own_base)
    if defined is not None and defined.kind is not Kind.SCALAR:
        return False
    return own_base in (base, "String")


def _default(node: InputValueDefinitionNode) -> str:
    return f"the default {print_ast(node.default_value)}" if node.default_value is not None else ""


def spec_types_are_scalars(schema: SubgraphSchema) -> Iterator[CompositionError]:
    """The types that federation's directives speak of are scalars, whoever defines them."""
    for node in schema.spec_type_nodes:
        if isinstance(node, TypeDefinitionNode) and not isinstance(node, ScalarTypeDefinitionNode):
            name = node.name.value
            if name.rpartition("__")[2].removeprefix("_") in (
                "FieldSet",
                "Scope",
                "Policy",
                "ContextFieldValue",
                "Any",
            ):
                yield subgraph_error(
                    ErrorCode.TYPE_DEFINITION_INVALID,
                    schema.name,
                    f"{name} is a scalar of the federation specification and cannot be defined as anything else.",
                    coordinate=name,
                    nodes=[node],
                )
