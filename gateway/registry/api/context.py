"""What a resolver of the registry's API has at hand: the registry, and who asks."""

from dataclasses import dataclass
from typing import TypeAlias

import strawberry

from gateway.registry.access import Caller
from gateway.registry.registry import Registry


@dataclass(frozen=True, slots=True)
class ApiContext:
    """One request's."""

    registry: Registry
    caller: Caller


Info: TypeAlias = strawberry.Info[ApiContext, None]
