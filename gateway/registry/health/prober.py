"""Ask every subgraph and every member, now and then, whether it is there and what it is."""

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

import msgspec

from gateway.registry.events import Event, EventKind, Listener
from gateway.registry.model import SubgraphRecord, digest
from gateway.registry.proposals import SERVICE_SDL, Terms
from gateway.registry.store.database import Database
from gateway.registry.store.health import Health, HealthState, read_health, save_health
from gateway.registry.store.versions import read_current
from gateway.resolvers.subgraph_client.fetching import fetch
from gateway.resolvers.subgraph_client.transport import TransportError

JITTER: Final = 0.2
"""How much a pause may be longer or shorter: replicas and restarts must not fall into step."""

AT_ONCE: Final = 20


class ProbeOptions(Protocol):
    """What the prober has to know."""

    @property
    def environment(self) -> str: ...

    @property
    def terms(self) -> Terms: ...

    @property
    def probe_seconds(self) -> float: ...

    @property
    def probe_timeout(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Target:
    """One server: a subgraph's own (no partition), or a member's first."""

    subgraph: str
    partition: str
    url: str
    sdl: str


class Prober:
    """Probes the subgraphs of one environment, and tells when one falls ill or recovers."""

    def __init__(
        self, database: Database, options: ProbeOptions, tell: Listener, *, chance: Callable[[], float] = random.random
    ) -> None:
        self._database = database
        self._options = options
        self._tell = tell
        self._chance = chance

    def next_pause(self) -> float:
        """How many seconds to wait until the next round."""
        return self._options.probe_seconds * (1 + JITTER * (2 * self._chance() - 1))

    async def probe_all(self) -> tuple[Health, ...]:
        """One round; gives what was found, which is also kept in the store. Raises StoreError."""
        environment = self._options.environment
        current = await read_current(self._database, environment)
        before = {(one.subgraph, one.partition): one for one in await read_health(self._database, environment)}
        at_once = asyncio.Semaphore(AT_ONCE)
        targets = [target for record in (current.subgraphs if current else ()) for target in targets_of(record)]
        found = await asyncio.gather(
            *(self._probe(target, before.get((target.subgraph, target.partition)), at_once) for target in targets)
        )
        await save_health(self._database, environment, found)
        for health in found:
            await self._tell_change(before.get((health.subgraph, health.partition)), health)
        return tuple(found)

    async def _probe(self, target: Target, before: Health | None, at_once: asyncio.Semaphore) -> Health:
        async with at_once:
            started = time.perf_counter()
            sdl, reason = await self._ask(target)
            elapsed = round((time.perf_counter() - started) * 1000)
        now = self._database.now()
        healthy = not reason
        return Health(
            subgraph=target.subgraph,
            partition=target.partition,
            state=HealthState.HEALTHY if healthy else HealthState.UNHEALTHY,
            reason=reason,
            latency_ms=elapsed if healthy else None,
            checked_at=now,
            last_seen=now if healthy else before.last_seen if before else None,
            seen_digest=digest(sdl) if healthy else before.seen_digest if before else "",
            drift=sdl.strip() != target.sdl.strip() if healthy else before.drift if before else False,
        )

    async def _ask(self, target: Target) -> tuple[str, str]:
        """The SDL that it tells, and why it is not healthy (empty if it is)."""
        try:
            answer = await fetch(
                target.url,
                method="POST",
                headers={"content-type": "application/json", "accept": "application/json"},
                body=SERVICE_SDL,
                timeout=self._options.probe_timeout,
                max_bytes=2 * self._options.terms.sdl_bytes,
                guard=self._options.terms.guard,
            )
            body: Any = msgspec.json.decode(answer.body)
        except TransportError as error:
            return "", f"{target.subgraph} {error.failure.value}."
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return "", f"{target.subgraph} does not answer with JSON."
        match body:
            case {"data": {"_service": {"sdl": str(sdl)}}}:
                return sdl, ""
        return "", f"{target.subgraph} answers with HTTP status {answer.status}, without its SDL."

    async def _tell_change(self, before: Health | None, now: Health) -> None:
        was = before.state if before else HealthState.UNKNOWN
        if now.state is was or (was is HealthState.UNKNOWN and now.state is HealthState.HEALTHY):
            return
        kind = EventKind.RECOVERED if now.state is HealthState.HEALTHY else EventKind.UNHEALTHY
        detail = {"partition": now.partition, "reason": now.reason}
        await self._tell(Event(kind, self._options.environment, now.subgraph, now.checked_at, detail))


def targets_of(record: SubgraphRecord) -> list[Target]:
    """The servers of a subgraph: its members where it has some, else its own."""
    if not record.members:
        return [Target(record.name, "", record.url, record.sdl)]
    return [
        Target(record.name, member.partition, member.urls[0], member.sdl or record.sdl) for member in record.members
    ]
