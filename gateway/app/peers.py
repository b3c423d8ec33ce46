"""The other processes that answer on the same port, as one of them sees them."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from gateway.transport.health import Readiness

LOOK_AGAIN_SECONDS: Final = 0.02


class Peers(Protocol):
    """Who else answers. The port is ready when all of them are.

    ``name`` tells this process from the others, ``folder`` is where all of them leave what the others should know; None without others.
    """

    @property
    def name(self) -> str: ...

    @property
    def folder(self) -> Path | None: ...

    def tell_ready(self) -> None:
        """This process can answer requests from now on."""
        ...

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the others cannot all answer yet; empty when they can."""
        ...


class Alone:
    """``Peers`` of a process that has none."""

    name: str = "0"
    folder: Path | None = None
    reasons: tuple[str, ...] = ()

    def tell_ready(self) -> None:
        """Nobody waits for it."""


ALONE: Final = Alone()


class SharedReadiness:
    """A ``Readiness`` that counts the others in."""

    def __init__(self, own: Readiness, peers: Peers) -> None:
        self._own, self._peers = own, peers

    @property
    def reasons(self) -> tuple[str, ...]:
        """Our own reasons first."""
        return self._own.reasons or self._peers.reasons

    @property
    def degraded(self) -> tuple[str, ...]:
        """Our own; the others follow the same supergraph."""
        return self._own.degraded


async def when_ready(readiness: Readiness, tell: Callable[[], None]) -> None:
    """Tell once that requests can be answered. What can be answered from never goes away again."""
    while readiness.reasons:  # noqa: ASYNC110  # nobody else needs to know it the moment it happens
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
    tell()
