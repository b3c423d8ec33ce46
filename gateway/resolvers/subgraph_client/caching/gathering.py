"""One fetch of which not everything is here: what is served at once, what is waited for, and what takes the place of what does not come."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.errors import SubgraphError
from gateway.resolvers.cache import Entry, Miss, Store
from gateway.resolvers.subgraph_client.caching.answers import NULL, Parts, failure, is_unavailable, join
from gateway.resolvers.subgraph_client.caching.asking import Wanted
from gateway.resolvers.subgraph_client.caching.flights import Flight, Flights, Landed, share_reports
from gateway.resolvers.subgraph_client.caching.reporting import Outcome
from gateway.resolvers.subgraph_client.transport import HttpAnswer

PATIENCE: Final = 0.9
"""The share of the time until the client's deadline that is waited for fresh data where there is stale data to serve."""


@dataclass(slots=True)
class Gathering:
    """What is known so far of a fetch. ``fallbacks`` are entries that may be served only where nothing better comes."""

    wanted: Wanted
    bodies: list[bytes | None]
    outcome: Outcome
    missing: list[int] = field(default_factory=list)
    behind: list[int] = field(default_factory=list)
    fallbacks: dict[int, Entry] = field(default_factory=dict)
    errors: list[dict[str, Any]] = field(default_factory=list)
    failures: dict[int, SubgraphError] = field(default_factory=dict)
    unusable: HttpAnswer | None = None
    whole: HttpAnswer | None = None

    def serve(self, number: int, entry: Entry, *, stale: bool) -> None:
        """Serve something from what is kept."""
        self.bodies[number] = entry.body
        self.outcome.used[number] = entry
        if stale:
            self.outcome.stale.add(number)


def sort_out(wanted: Wanted, found: Sequence[Entry | Miss], now: float) -> Gathering:
    """What can be served at once, and what has to be fetched, now or behind the answer."""
    gathering = Gathering(wanted, [None] * len(found), Outcome())
    for number, entry in enumerate(found):
        if isinstance(entry, Miss):
            gathering.missing.append(number)
        elif now < entry.fresh_until:
            gathering.serve(number, entry, stale=False)
        elif now < entry.revalidate_until:
            gathering.serve(number, entry, stale=True)
            gathering.behind.append(number)
        else:
            gathering.missing.append(number)
            if now < entry.error_until:
                gathering.fallbacks[number] = entry
    return gathering


class Gatherer:
    """Completes gatherings for one subgraph."""

    def __init__(self, flights: Flights, store: Store, clock: Callable[[], float]) -> None:
        self._flights, self._store, self._clock = flights, store, clock

    async def complete(self, gathering: Gathering) -> HttpAnswer:
        """The answer. Raises SubgraphError where nothing of what is missing comes, nor can anything take its place."""
        self._refresh(gathering)
        rest = await self._round(gathering, gathering.missing, joins=True)
        if rest:
            await self._round(gathering, rest, joins=False)
        return finish(gathering)

    def _refresh(self, gathering: Gathering) -> None:
        """Fetch anew what is served stale, unless somebody does already."""
        wanted = gathering.wanted
        due = [n for n in gathering.behind if (key := wanted.keys[n]) is not None and not self._flights.find(key)]
        if due:
            self._flights.start(wanted, due, goes_on=True)

    async def _round(self, gathering: Gathering, numbers: Sequence[int], *, joins: bool) -> list[int]:
        """Wait for these things; gives those that somebody else was to bring and that have to be asked for after all."""
        wanted = gathering.wanted
        own: list[int] = []
        joined: dict[Flight, list[int]] = {}
        for number in numbers:
            key = wanted.keys[number]
            flight = self._flights.find(key) if joins and key is not None else None
            if flight is None:
                own.append(number)
            else:
                joined.setdefault(flight, []).append(number)
        mine = self._flights.start(wanted, own) if own else None
        flights = [*joined, *([mine] if mine else [])]
        if not flights or not await self._wait(gathering, flights, numbers):
            return []
        if mine is not None:
            share_reports(mine.context, wanted.request.context)
            take_own(gathering, own, mine.task.result())
        again: list[int] = []
        for flight, theirs in joined.items():
            share_reports(flight.context, wanted.request.context)
            again += self._take_theirs(gathering, theirs, flight)
        return again

    async def _wait(self, gathering: Gathering, flights: Sequence[Flight], numbers: Sequence[int]) -> bool:
        """Wait until the client's deadline comes near; then everything that can be served stale is, and the flights go on for others."""
        context = gathering.wanted.request.context
        seconds = None
        can_fall_back = all(number in gathering.fallbacks for number in numbers)
        if context is not None and context.deadline is not None:
            left = max(0.0, context.deadline - asyncio.get_running_loop().time())
            seconds = left * PATIENCE if can_fall_back else left
            if can_fall_back:
                for flight in flights:
                    flight.goes_on = True
        if await self._flights.wait(flights, seconds=seconds):
            return True
        subgraph = gathering.wanted.request.subgraph
        late = SubgraphError(f"Subgraph {subgraph!r} did not answer in time.", subgraph=subgraph)
        gathering.failures.update(dict.fromkeys(numbers, late))
        return False

    def _take_theirs(self, gathering: Gathering, numbers: Sequence[int], flight: Flight) -> list[int]:
        """Use what another request has fetched, if it may be shared, is still fresh, and nothing has invalidated it since."""
        if flight.task.cancelled():
            return list(numbers)
        landed = flight.task.result()
        if landed.error is not None:
            gathering.failures.update(dict.fromkeys(numbers, landed.error))
            return []
        again = []
        for number in numbers:
            entry = landed.entries.get(gathering.wanted.keys[number] or b"")
            if entry is None or entry.fresh_until <= self._clock() or not self._store.holds(entry):
                again.append(number)
            else:
                gathering.bodies[number] = entry.body
                gathering.outcome.fetched[number] = entry
        return again


def take_own(gathering: Gathering, numbers: Sequence[int], landed: Landed) -> None:
    """Use what was fetched for this request."""
    wanted = gathering.wanted
    if landed.error is not None:
        gathering.failures.update(dict.fromkeys(numbers, landed.error))
        return
    if landed.parts is None:
        gathering.unusable = landed.answer
        subgraph = wanted.request.subgraph
        unusable = SubgraphError(f"Subgraph {subgraph!r} did not give a usable answer.", subgraph=subgraph)
        gathering.failures.update(dict.fromkeys(numbers, unusable))
        return
    if len(numbers) == len(wanted.keys):
        gathering.whole = landed.answer
    excused = _excused(gathering, landed.parts)
    for number in numbers:
        if number not in excused:
            key = wanted.key_of(number)
            gathering.bodies[number] = landed.parts.bodies.get(number, NULL)
            gathering.outcome.fetched[number] = landed.entries.get(key) if key is not None else None
    gathering.errors += [error for about, error in landed.parts.errors if not about <= excused]


def _excused(gathering: Gathering, parts: Parts) -> set[int]:
    """Serve stale what a part of the subgraph could not be asked for."""
    excused: set[int] = set()
    for about, error in parts.errors:
        if is_unavailable(error):
            excused |= {number for number in about if number in gathering.fallbacks}
    for number in excused:
        gathering.serve(number, gathering.fallbacks[number], stale=True)
    if excused:
        gathering.whole = None
    return excused


def finish(gathering: Gathering) -> HttpAnswer:
    """The answer as it stands: fallbacks for what failed, and errors for what has none."""
    wanted = gathering.wanted
    for number in list(gathering.failures):
        if number in gathering.fallbacks:
            gathering.serve(number, gathering.fallbacks[number], stale=True)
            del gathering.failures[number]
    if len(gathering.failures) == len(wanted.keys):
        if gathering.unusable is not None:
            return gathering.unusable
        raise next(iter(gathering.failures.values()))
    if gathering.whole is not None and not gathering.outcome.used:
        return gathering.whole
    for number, error in gathering.failures.items():
        gathering.errors.append(failure(wanted, number, error.message, error.code))
        gathering.outcome.fetched[number] = None
    return join(wanted, [NULL if body is None else body for body in gathering.bodies], gathering.errors)
