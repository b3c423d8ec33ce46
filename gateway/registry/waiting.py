"""Subgraphs that only compose together: each waits, for a while, until the others have come."""

import time
from collections.abc import Callable, Sequence
from typing import Final

from gateway.registry.proposals import Proposal

PATIENCE_SECONDS: Final = 600.0
MAX_WAITING: Final = 1_000


class WaitingRoom:
    """The proposals that are waiting, by environment and name. Whoever still wants to be published comes again and again."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._waiting: dict[tuple[str, str], tuple[float, Proposal]] = {}

    def enter(self, environment: str, proposals: Sequence[Proposal]) -> None:
        """Wait from now on."""
        now = self._monotonic()
        for proposal in proposals:
            if len(self._waiting) < MAX_WAITING or (environment, proposal.name) in self._waiting:
                self._waiting[environment, proposal.name] = (now, proposal)

    def leave(self, environment: str, proposals: Sequence[Proposal]) -> None:
        """Wait no longer."""
        for proposal in proposals:
            self._waiting.pop((environment, proposal.name), None)

    def others(self, environment: str, proposals: Sequence[Proposal]) -> tuple[Proposal, ...]:
        """Who else waits there."""
        since = self._monotonic() - PATIENCE_SECONDS
        self._waiting = {key: waiting for key, waiting in self._waiting.items() if waiting[0] >= since}
        own = {proposal.name for proposal in proposals}
        return tuple(
            proposal
            for (where, name), (_, proposal) in sorted(self._waiting.items(), key=lambda item: item[0])
            if where == environment and name not in own
        )
