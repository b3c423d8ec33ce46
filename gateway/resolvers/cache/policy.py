"""How long an answer may be kept, and by whom. What several say is joined by one rule: the strictest wins."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from gateway.resolvers.cache.entry import LONGEST_SECONDS, Entry


@dataclass(frozen=True, slots=True)
class Policy:
    """What has been said about an answer, in seconds; None where nobody has said anything.

    ``stale_while_revalidate`` and ``stale_if_error`` count from the end of ``max_age`` (RFC 5861).
    """

    max_age: float | None = None
    private: bool = False
    stale_while_revalidate: float | None = None
    stale_if_error: float | None = None

    @property
    def allows(self) -> bool:
        """Whether the answer may be kept at all: somebody has said so, and nobody has forbidden it."""
        return self.max_age is not None and self.max_age > 0


NOTHING_SAID: Final = Policy()
NOT_KEPT: Final = Policy(max_age=0)


def strictest(policies: Iterable[Policy]) -> Policy:
    """The shortest of every time that was said, and private where one of them is."""
    found = list(policies)
    return Policy(
        max_age=_least(policy.max_age for policy in found),
        private=any(policy.private for policy in found),
        stale_while_revalidate=_least(policy.stale_while_revalidate for policy in found),
        stale_if_error=_least(policy.stale_if_error for policy in found),
    )


def _least(times: Iterable[float | None]) -> float | None:
    return min((time for time in times if time is not None), default=None)


def make_entry(body: bytes, policy: Policy, *, since: float, seen: int, tags: tuple[str, ...]) -> Entry:
    """An answer that was right at ``since``, with the times that its policy gives it."""
    fresh = min(policy.max_age or 0.0, LONGEST_SECONDS)
    revalidate = min(fresh + (policy.stale_while_revalidate or 0.0), LONGEST_SECONDS)
    error = min(fresh + (policy.stale_if_error or 0.0), LONGEST_SECONDS)
    return Entry(body, seen, since, since + fresh, since + revalidate, since + error, tags, policy.private)
