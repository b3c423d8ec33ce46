"""The rules of a schema's change, in the order of the schema: roots, types, fields, arguments, input fields, directives, notes."""

from collections.abc import Callable, Iterator
from typing import Final

from gateway.schema.diff.change import Change
from gateway.schema.diff.rules.arguments import argument_added, argument_default, argument_removed, argument_type
from gateway.schema.diff.rules.directives import (
    directive_added,
    directive_locations,
    directive_removed,
    directive_repeatable,
)
from gateway.schema.diff.rules.fields import field_added, field_removed, field_type
from gateway.schema.diff.rules.input_fields import (
    input_field_added,
    input_field_default,
    input_field_removed,
    input_field_type,
    one_of,
)
from gateway.schema.diff.rules.members import (
    enum_value_added,
    enum_value_removed,
    interface_added,
    interface_removed,
    union_member_added,
    union_member_removed,
)
from gateway.schema.diff.rules.notes import deprecation, description
from gateway.schema.diff.rules.types import root_type, specified_by, type_added, type_kind, type_removed
from gateway.schema.diff.schema import SchemaPair

Rule = Callable[[SchemaPair], Iterator[Change]]

RULES: Final[tuple[Rule, ...]] = (
    root_type,
    type_added,
    type_removed,
    type_kind,
    specified_by,
    interface_added,
    interface_removed,
    union_member_added,
    union_member_removed,
    enum_value_added,
    enum_value_removed,
    field_added,
    field_removed,
    field_type,
    argument_added,
    argument_removed,
    argument_type,
    argument_default,
    input_field_added,
    input_field_removed,
    input_field_type,
    input_field_default,
    one_of,
    directive_added,
    directive_removed,
    directive_locations,
    directive_repeatable,
    deprecation,
    description,
)
"""One rule for each ``ChangeKind``."""
