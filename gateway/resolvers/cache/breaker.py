"""A breaker before a cache server: where it fails again and again, it is left alone for a while."""

from collections.abc import Callable


class Breaker:
    """Opens after ``failures`` in a row, for ``seconds`` by ``clock``; then one call at a time may try again."""

    def __init__(self, *, failures: int, seconds: float, clock: Callable[[], float]) -> None:
        self._limit, self._seconds, self._clock = failures, seconds, clock
        self._failures = 0
        self._closed_again_at = 0.0

    @property
    def is_open(self) -> bool:
        """Whether calls are refused now."""
        return self._failures >= self._limit and self._clock() < self._closed_again_at

    def allows(self) -> bool:
        """Whether a call may be made. The call that tries again keeps others out until it has ended."""
        if self._failures < self._limit:
            return True
        if self._clock() < self._closed_again_at:
            return False
        self._closed_again_at = self._clock() + self._seconds
        return True

    def succeeded(self) -> None:
        """A call has worked."""
        self._failures = 0

    def failed(self) -> None:
        """A call has come to nothing."""
        self._failures += 1
        if self._failures >= self._limit:
            self._closed_again_at = self._clock() + self._seconds
