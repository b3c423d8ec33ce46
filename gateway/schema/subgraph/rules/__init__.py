"""What one subgraph must keep to: GraphQL's own rules first, then federation's, for they take the former as given."""

from collections.abc import Callable, Iterator
from typing import Final

from gateway.errors import CompositionError
from gateway.schema.subgraph.model import SubgraphSchema
from gateway.schema.subgraph.rules.access import access_is_not_on_interfaces
from gateway.schema.subgraph.rules.context import (
    context_names_are_plain,
    contexts_are_well_read,
    readers_of_contexts_are_entities,
)
from gateway.schema.subgraph.rules.cost import cost_is_not_on_interfaces, list_sizes_are_valid
from gateway.schema.subgraph.rules.definitions import (
    spec_directives_are_defined_so,
    spec_types_are_scalars,
)
from gateway.schema.subgraph.rules.entities import interface_keys_are_on_implementations, interface_objects_have_keys
from gateway.schema.subgraph.rules.external import (
    external_is_not_on_interfaces,
    external_is_used,
)
from gateway.schema.subgraph.rules.field_sets import keys_are_valid, provides_are_valid, requires_are_valid
from gateway.schema.subgraph.rules.graphql_directives import (
    directive_definitions_are_valid,
    directives_are_well_applied,
)
from gateway.schema.subgraph.rules.graphql_interfaces import interfaces_are_implemented
from gateway.schema.subgraph.rules.graphql_types import (
    fields_have_output_types,
    input_fields_have_input_types,
    inputs_can_be_written,
    members_are_objects,
    names_are_not_reserved,
    required_inputs_are_not_deprecated,
    roots_are_objects,
    types_are_not_empty,
)
from gateway.schema.subgraph.rules.graphql_values import defaults_are_valid
from gateway.schema.subgraph.rules.partitions import (
    arguments_name_partitions,
    gathers_are_valid,
    keys_name_partitions,
    orders_are_valid,
    roots_are_gathered,
)
from gateway.schema.subgraph.rules.shareable import shareable_is_well_placed

Rule = Callable[[SubgraphSchema], Iterator[CompositionError]]

DEFINITION_RULES: Final[tuple[Rule, ...]] = (
    spec_directives_are_defined_so,
    spec_types_are_scalars,
)

GRAPHQL_RULES: Final[tuple[Rule, ...]] = (
    fields_have_output_types,
    input_fields_have_input_types,
    inputs_can_be_written,
    members_are_objects,
    types_are_not_empty,
    roots_are_objects,
    names_are_not_reserved,
    required_inputs_are_not_deprecated,
    interfaces_are_implemented,
    directives_are_well_applied,
    directive_definitions_are_valid,
    defaults_are_valid,
)

FEDERATION_RULES: Final[tuple[Rule, ...]] = (
    keys_are_valid,
    requires_are_valid,
    provides_are_valid,
    external_is_not_on_interfaces,
    external_is_used,
    context_names_are_plain,
    contexts_are_well_read,
    readers_of_contexts_are_entities,
    interface_objects_have_keys,
    interface_keys_are_on_implementations,
    shareable_is_well_placed,
    cost_is_not_on_interfaces,
    list_sizes_are_valid,
    access_is_not_on_interfaces,
    keys_name_partitions,
    arguments_name_partitions,
    roots_are_gathered,
    gathers_are_valid,
    orders_are_valid,
)


def check_graphql(schema: SubgraphSchema) -> Iterator[CompositionError]:
    """Every breach of GraphQL's rules. Wrong definitions of federation's directives hide what follows from them."""
    if errors := [error for rule in DEFINITION_RULES for error in rule(schema)]:
        yield from errors
        return
    for rule in GRAPHQL_RULES:
        yield from rule(schema)


def check_federation(schema: SubgraphSchema) -> Iterator[CompositionError]:
    """Every breach of federation's rules in a subgraph of (or upgraded to) Federation 2."""
    for rule in FEDERATION_RULES:
        yield from rule(schema)
