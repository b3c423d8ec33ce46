"""A process tells its peers when it can answer."""

import asyncio
from dataclasses import dataclass

from gateway.app.peers import when_ready


@dataclass
class FakeReadiness:
    """Is ready when it has no reasons."""

    reasons: tuple[str, ...]
    degraded: tuple[str, ...] = ()


async def test_readiness_is_told_once_it_is_there() -> None:
    """Not before."""
    readiness, told = FakeReadiness(("loading",)), asyncio.Event()
    telling = asyncio.create_task(when_ready(readiness, told.set))
    await asyncio.sleep(0)
    assert not told.is_set()
    readiness.reasons = ()
    await telling
    assert told.is_set()
