"""A circuit breaker: who fails too often is left alone for a while, then tried by one request."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class BreakerPolicy:
    """When to leave a server alone.

    It is left alone for ``open_seconds`` once at least ``min_requests`` were answered within ``window_seconds``, and at least the share
    ``failure_ratio`` (0 to 1) of them failed. Each time that it fails its try again, it is left alone twice as long, up to
    ``max_open_seconds``.
    """

    window_seconds: float = 10.0
    min_requests: int = 20
    failure_ratio: float = 0.5
    open_seconds: float = 2.0
    max_open_seconds: float = 30.0


class BreakerState(Enum):
    """Closed lets all requests through, open none, half open a single one, on whose end the next state depends."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Breaker:
    """The breaker of one server. ``clock`` gives seconds."""

    def __init__(self, policy: BreakerPolicy, clock: Callable[[], float]) -> None:
        self._policy, self._clock = policy, clock
        self._window_ends = 0.0
        self._succeeded = self._failed = 0
        self._retry_at = 0.0
        self._open_seconds = policy.open_seconds
        self.state = BreakerState.CLOSED

    def admit(self) -> bool:
        """Whether a request may go out now. One that may must be followed by ``succeed``, ``fail`` or ``abandon``."""
        if self.state is BreakerState.CLOSED:
            return True
        if self.state is BreakerState.OPEN and self._clock() >= self._retry_at:
            self.state = BreakerState.HALF_OPEN
            return True
        return False

    def succeed(self) -> None:
        """The server answered."""
        if self.state is not BreakerState.CLOSED:
            if self.state is BreakerState.OPEN:
                return  # an answer from before
            self.state = BreakerState.CLOSED
            self._open_seconds = self._policy.open_seconds
            self._succeeded = self._failed = 0
        self._turn_window()
        self._succeeded += 1

    def fail(self) -> None:
        """The server did not answer, or not as itself."""
        if self.state is BreakerState.OPEN:
            return
        if self.state is BreakerState.HALF_OPEN:
            self._open_seconds = min(self._open_seconds * 2, self._policy.max_open_seconds)
            self._open()
            return
        self._turn_window()
        self._failed += 1
        asked = self._succeeded + self._failed
        if asked >= self._policy.min_requests and self._failed >= asked * self._policy.failure_ratio:
            self._open()

    def abandon(self) -> None:
        """Nobody waited for the end, so nothing is known. The next request may try instead."""
        if self.state is BreakerState.HALF_OPEN:
            self.state, self._retry_at = BreakerState.OPEN, self._clock()

    def _open(self) -> None:
        self.state = BreakerState.OPEN
        self._retry_at = self._clock() + self._open_seconds
        self._succeeded = self._failed = 0

    def _turn_window(self) -> None:
        now = self._clock()
        if now >= self._window_ends:
            self._window_ends = now + self._policy.window_seconds
            self._succeeded = self._failed = 0


class NoBreaker:
    """What stands for the breaker of a server that has none: it lets everything through."""

    state = BreakerState.CLOSED

    def admit(self) -> bool:
        """Always."""
        return True

    def succeed(self) -> None: ...

    def fail(self) -> None: ...

    def abandon(self) -> None: ...
