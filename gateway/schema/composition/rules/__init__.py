"""What the merged schema must keep to."""

from collections.abc import Callable, Iterator
from typing import Final

from gateway.errors import CompositionError
from gateway.schema.composition.merge import Merged
from gateway.schema.composition.rules.entity_interfaces import (
    interface_keys_know_all_implementations,
    interface_objects_stand_for_interfaces,
)
from gateway.schema.composition.rules.input_values import defaults_are_values, required_inputs_are_not_deprecated
from gateway.schema.composition.rules.interface_fields import (
    implementations_agree,
    inherited_interfaces_are_implemented,
    interface_fields_exist,
)
from gateway.schema.composition.rules.transitive_access import required_data_is_as_protected

Rule = Callable[[Merged], Iterator[CompositionError]]

STAGES: Final[tuple[tuple[Rule, ...], ...]] = (
    (interface_keys_know_all_implementations, interface_objects_stand_for_interfaces),
    (interface_fields_exist, required_data_is_as_protected),
    (
        implementations_agree,
        inherited_interfaces_are_implemented,
        required_inputs_are_not_deprecated,
        defaults_are_values,
    ),
)
"""The rules of a stage take those before as kept; the first stage is checked together with the merge itself."""


def check_merged(merged: Merged) -> list[CompositionError]:
    """Everything that is wrong with a merge, up to the first stage that has errors."""
    errors = list(merged.errors)
    for stage in STAGES:
        errors += [error for rule in stage for error in rule(merged)]
        if errors:
            return errors
    return []
