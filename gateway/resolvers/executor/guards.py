"""Whether a selection counts, by the variables of ``@skip`` and ``@include``."""

from collections.abc import Iterable, Mapping
from typing import Any

from gateway.schema.selection import Guard


def hold(guards: Iterable[Guard], variables: Mapping[str, Any]) -> bool:
    """Whether every guard holds for these coerced variables."""
    return all(variables.get(guard.variable) == guard.expected for guard in guards)
