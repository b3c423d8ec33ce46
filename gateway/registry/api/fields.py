"""Strawberry's decorators, with types that say what they leave as it is, and the enums that all of the API shares."""

from collections.abc import Callable
from typing import Any, TypeVar

import strawberry

from gateway.registry.events import EventKind
from gateway.registry.model import Right, VersionKind
from gateway.registry.publishing import Outcome
from gateway.registry.store.health import HealthState
from gateway.registry.store.webhooks import DeliveryState
from gateway.schema.diff import Severity

Resolver = TypeVar("Resolver", bound=Callable[..., Any])

strawberry.enum(Right, description="What a token may do.")
strawberry.enum(Outcome, description="What became of a change.")
strawberry.enum(Severity, description="What a change of the schema does to clients that were written before it.")
strawberry.enum(VersionKind, description="How a version came about.")
strawberry.enum(EventKind, description="What webhooks can be told of.")
strawberry.enum(HealthState, description="How a server is.")
strawberry.enum(DeliveryState, description="What became of a delivery.")


def field(description: str) -> Callable[[Resolver], Resolver]:
    """A field that is resolved by a method."""
    decorator: Callable[[Resolver], Resolver] = strawberry.field(description=description)
    return decorator


def mutation(description: str) -> Callable[[Resolver], Resolver]:
    """A field that changes something."""
    decorator: Callable[[Resolver], Resolver] = strawberry.mutation(description=description)
    return decorator
