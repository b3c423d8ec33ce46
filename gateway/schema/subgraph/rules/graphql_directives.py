"""GraphQL's rules about applying directives: known, in place, once, with the arguments they take (section 5.7, for SDL)."""

from collections import Counter
from collections.abc import Iterator, Sequence

from graphql import DirectiveDefinitionNode, ObjectValueNode, TypeDefinitionNode, print_ast

from gateway.errors import CompositionError
from gateway.schema.subgraph.coercion import coerce_value
from gateway.schema.subgraph.model import Applied, InputValue, SubgraphSchema, elements
from gateway.schema.subgraph.report import shorten
from gateway.schema.subgraph.rules.graphql_types import check_input, invalid_graphql
from gateway.schema.subgraph.rules.graphql_values import is_valid_value
from gateway.schema.subgraph.unknown import explain_unknown


def directives_are_well_applied(schema: SubgraphSchema) -> Iterator[CompositionError]:
    """Every application of a directive, on every element and on the schema itself."""
    yield from _check_all(schema, "", "SCHEMA", schema.schema_directives)
    for coordinate, location, element in elements(schema):
        if element.directives:
            yield from _check_all(schema, coordinate, location, element.directives)


def directive_definitions_are_valid(schema: SubgraphSchema) -> Iterator[CompositionError]:
    """A directive's arguments have known input types, valid defaults, and directives of their own in place."""
    for name, arguments in schema.definition_arguments.items():
        for argument in arguments:
            coordinate = f"@{name}({argument.name}:)"
            yield from check_input(schema, coordinate, argument)
            yield from _check_spec_type(schema, coordinate, argument)
            yield from _check_all(schema, coordinate, "ARGUMENT_DEFINITION", argument.directives)


def _check_spec_type(schema: SubgraphSchema, coordinate: str, argument: InputValue) -> Iterator[CompositionError]:
    """Who defines a directive of federation's defines the scalars it speaks of, too."""
    defined = {node.name.value for node in schema.spec_type_nodes if isinstance(node, TypeDefinitionNode)}
    if argument.base in schema.specified_types - defined and not argument.base.startswith("link__"):
        message = f"{coordinate} has the type {argument.base}, which nobody defines: add scalar {argument.base}."
        yield invalid_graphql(schema, message, coordinate, argument.node)


def _check_all(
    schema: SubgraphSchema, coordinate: str, location: str, applied: Sequence[Applied]
) -> Iterator[CompositionError]:
    where = coordinate or "the schema"
    for directive in applied:
        definition = schema.available.get(directive.name)
        if definition is None:
            yield invalid_graphql(schema, explain_unknown(schema, directive.name, where), coordinate, directive.node)
            continue
        if location not in {place.value for place in definition.locations}:
            message = f"@{directive.name} on {where} is not allowed: it is not for {location}."
            yield invalid_graphql(schema, message, coordinate, directive.node)
        yield from _check_arguments(schema, where, directive, definition)
    yield from _check_repeated(schema, where, applied)


def _check_arguments(
    schema: SubgraphSchema, where: str, directive: Applied, definition: DirectiveDefinitionNode
) -> Iterator[CompositionError]:
    known = {argument.name.value: argument for argument in definition.arguments or ()}
    takes_fields = directive.spec in ("key", "requires", "provides")
    for name, value in directive.arguments.items():
        if name not in known:
            yield invalid_graphql(
                schema, f"@{directive.name} on {where} has no argument {name}.", where, directive.node
            )
            continue
        type_ = print_ast(known[name].type)
        # Rules of federation's own judge a field set; that it is no object is GraphQL's business.
        is_scalar = type_.strip("[]!") not in schema.types and not isinstance(value, ObjectValueNode)
        is_field_set = takes_fields and name == "fields" and is_scalar
        if not is_field_set and not is_valid_value(schema.types, type_, coerce_value(schema.types, type_, value)):
            message = (
                f"@{directive.name}({name}: {shorten(print_ast(value))}) on {where} is not a value of the type {type_}."
            )
            yield invalid_graphql(schema, message, where, directive.node)
    for name, argument in known.items():
        required = argument.type.kind == "non_null_type" and argument.default_value is None
        if required and name not in directive.arguments:
            message = f"@{directive.name} on {where} needs the argument {name}."
            yield invalid_graphql(schema, message, where, directive.node)


def _check_repeated(schema: SubgraphSchema, where: str, applied: Sequence[Applied]) -> Iterator[CompositionError]:
    counts = Counter(directive.name for directive in applied)
    for name, count in counts.items():
        definition = schema.available.get(name)
        if count > 1 and definition is not None and not definition.repeatable:
            nodes = [directive.node for directive in applied if directive.name == name]
            yield invalid_graphql(schema, f"@{name} can stand on {where} only once.", where, *nodes)
