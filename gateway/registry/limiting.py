"""How often one token may publish or check: a bucket that fills with time."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from gateway.registry.errors import RateLimitedError

MAX_BUCKETS: Final = 10_000


class RateLimit:
    """At most ``per_minute`` times a minute for each name, and as many at once. ``monotonic`` is a clock that never goes back."""

    def __init__(self, per_minute: int, monotonic: Callable[[], float]) -> None:
        self._per_minute = per_minute
        self._monotonic = monotonic
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> None:
        """Count one. Raises RateLimitedError, which says when to come again."""
        now = self._monotonic()
        filled, since = self._buckets.get(name, (float(self._per_minute), now))
        filled = min(self._per_minute, filled + (now - since) * self._per_minute / 60)
        if filled < 1:
            seconds = round((1 - filled) * 60 / self._per_minute, 1)
            message = f"{name} may publish and check {self._per_minute} times a minute; come again in {seconds:g} s."
            raise RateLimitedError(message, extensions={"retryAfterSeconds": seconds})
        self._buckets[name] = (filled - 1, now)
        self._buckets.move_to_end(name)
        if len(self._buckets) > MAX_BUCKETS:
            self._buckets.popitem(last=False)
