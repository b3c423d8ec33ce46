"""What happens in the registry, told to whoever listens."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class EventKind(StrEnum):
    """What webhooks can be told of."""

    PUBLISHED = "published"
    FAILED = "failed"
    UNHEALTHY = "unhealthy"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. ``detail`` is JSON."""

    kind: EventKind
    environment: str
    subgraph: str
    at: datetime
    detail: Mapping[str, Any] = field(default_factory=dict)


Listener = Callable[[Event], Awaitable[None]]
