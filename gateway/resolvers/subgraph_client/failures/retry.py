"""When a request is sent once more: only what may be sent twice, only while most requests succeed, and never in step with others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from gateway.resolvers.subgraph_client.transport import Failure, HttpAnswer

RETRIED_FAILURES: Final = frozenset({Failure.UNREACHABLE, Failure.CLOSED})
"""Those that may be over at the next try, and took no long time to show."""

RETRIED_STATUSES: Final = frozenset({429, 502, 503, 504})
"""What servers, or what stands before them, answer while they are busy or not there (RFC 9110, section 15.6; RFC 6585, section 4)."""

RESERVE: Final = 10.0
"""How many retries a budget holds at most, and at the start."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a request is sent: at most ``attempts`` times, and retries are at most the share ``budget`` of all requests.

    Before the first retry it waits up to ``base_seconds``, drawn by chance, before each further one up to twice as long as before.
    """

    attempts: int = 2
    budget: float = 0.2
    base_seconds: float = 0.05


class RetryBudget:
    """What is left for retries to one server: every request adds a share, every retry takes one."""

    def __init__(self, share: float) -> None:
        self._share = share
        self._left = RESERVE

    def earn(self) -> None:
        """A request was sent for the first time."""
        self._left = min(self._left + self._share, RESERVE)

    def spend(self) -> bool:
        """Take one retry out; False where there is none."""
        if self._left < 1:
            return False
        self._left -= 1
        return True


def retry_delay(policy: RetryPolicy, attempt: int, answer: HttpAnswer | None, chance: Callable[[], float]) -> float:
    """Seconds to wait after the attempt of this number, the first being 1: what the server asked for, else drawn by chance."""
    asked = retry_after(answer.headers, datetime.now(UTC)) if answer is not None else None
    drawn = chance() * policy.base_seconds * (1 << (attempt - 1))
    return drawn if asked is None else asked + drawn


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds from a ``Retry-After`` header, a number or a date (RFC 9110, section 10.2.3); None without a usable one."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (at - now).total_seconds()) if at.tzinfo is not None else None
