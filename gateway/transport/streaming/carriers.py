"""In which streaming forms a client takes an answer: server-sent events, or one of the multipart forms."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import Final

from gateway.resolvers.messages import Incremental
from gateway.transport.media_types import QUALITY

EVENT_STREAM: Final = "text/event-stream"
MULTIPART: Final = "multipart/mixed"

DEFER_20220824: Final = "20220824"
SUBSCRIPTION_1_0: Final = "1.0"
INCREMENTAL_0_2: Final = "v0.2"
SPECIFICATIONS: Final = frozenset({"deferspec", "incrementalspec", "subscriptionspec"})


class Carrier(Enum):
    """A form of HTTP response that has several payloads."""

    EVENTS = auto()
    PARTS = auto()
    """Each part is a payload."""
    WRAPPED_PARTS = auto()
    """Each part wraps a payload or is a heartbeat, as Apollo's multipart protocol for subscriptions has it."""
    PATHS_PARTS = auto()
    IDS_PARTS = auto()
    """Each part is an event that says whether another follows, as the two forms of incremental delivery have it."""


EVENTS_IN: Final = {Incremental.PATHS: Carrier.PATHS_PARTS, Incremental.IDS: Carrier.IDS_PARTS}


@dataclass(frozen=True, slots=True)
class Carriers:
    """What carries a subscription, and what the parts of a deferred answer and in which form; None where the client takes none."""

    subscription: Carrier | None = None
    deferred: Carrier | None = None
    incremental: Incremental | None = None

    @property
    def any(self) -> Carrier | None:
        return self.subscription or self.deferred


NO_CARRIERS: Final = Carriers()


def read_carriers(accept: str | None) -> Carriers:
    """The streaming forms that an Accept header likes best."""
    if not accept or ("/mixed" not in accept and "/event-stream" not in accept):
        return NO_CARRIERS
    return _read(accept)


@lru_cache(maxsize=256)
def _read(accept: str) -> Carriers:
    subscription: Carrier | None = None
    deferred: Carrier | None = None
    incremental: Incremental | None = None
    for media_type, parameters in _ranges(accept):
        if media_type == EVENT_STREAM:
            subscription = subscription or Carrier.EVENTS
            if deferred is None:
                deferred, incremental = Carrier.EVENTS, Incremental.PATHS
        elif media_type == MULTIPART:
            if carrier := _of_subscriptions(parameters):
                subscription = subscription or carrier
            if deferred is None and (form := _form(parameters)):
                deferred, incremental = Carrier.PARTS, form
    return Carriers(subscription, deferred, incremental)


def _of_subscriptions(parameters: dict[str, str]) -> Carrier | None:
    if parameters.get("subscriptionspec") == SUBSCRIPTION_1_0:
        return Carrier.WRAPPED_PARTS
    if not parameters.keys() & SPECIFICATIONS:
        return Carrier.PARTS
    form = _form(parameters)
    return None if form is None else EVENTS_IN[form]


def _form(parameters: dict[str, str]) -> Incremental | None:
    if parameters.get("incrementalspec") == INCREMENTAL_0_2:
        return Incremental.IDS
    if parameters.get("deferspec") == DEFER_20220824:
        return Incremental.PATHS
    return None if parameters.keys() & SPECIFICATIONS else Incremental.PATHS


def _ranges(accept: str) -> list[tuple[str, dict[str, str]]]:
    """Media ranges with their parameters, the best liked first (RFC 9110, section 12.5.1); those that are not wanted are left out."""
    ranked = sorted(_read_ranges(accept), key=lambda each: -each[0])
    return [(media_type, parameters) for weight, media_type, parameters in ranked if weight > 0]


def _read_ranges(accept: str) -> Iterator[tuple[float, str, dict[str, str]]]:
    for item in accept.split(","):
        media_type, *rest = (part.strip() for part in item.split(";"))
        pairs = (part.partition("=") for part in rest)
        parameters = {name.strip().lower(): value.strip().strip('"').lower() for name, _, value in pairs}
        weight = parameters.pop("q", "1")
        if QUALITY.fullmatch(weight):
            parameters.pop("boundary", None)
            yield float(weight), media_type.lower(), parameters
