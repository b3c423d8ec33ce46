"""What is said of a fetch afterwards: to the one who asked for it, to the whole answer's freshness, and to the counters."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.resolvers.cache import Entry
from gateway.resolvers.request_context import Freshness
from gateway.resolvers.subgraph_client.caching.asking import Wanted

EXTENSION: Final = "cache"
"""Asked for by a request whose ``extensions.cache`` is true, and the name under which it is answered."""

SOURCES: Final = "sources"


@dataclass(slots=True)
class Outcome:
    """What came of each thing that a fetch wanted. ``used`` are the entries that served it, by number; ``fetched`` what was kept of the rest."""

    used: dict[int, Entry] = field(default_factory=dict)
    stale: set[int] = field(default_factory=set)
    fetched: dict[int, Entry | None] = field(default_factory=dict)
    milliseconds: float = 0.0


def report(wanted: Wanted, outcome: Outcome, now: float, *, shows: bool) -> None:
    """Tell everyone who wants to know."""
    count(wanted, outcome, now)
    context = wanted.request.context
    if context is None:
        return
    if context.freshness is not None:
        add_all(context.freshness, outcome)
    if outcome.stale:
        context.report(SOURCES, _source(wanted, outcome, now))
    if shows and context.extensions.get(EXTENSION) is True:
        context.report(EXTENSION, describe(wanted, outcome, now))


def count(wanted: Wanted, outcome: Outcome, now: float) -> None:
    """Add to the tallies."""
    for number, entry in outcome.used.items():
        tally = wanted.kept[number].tally
        tally.age += max(0.0, now - entry.since)
        if number in outcome.stale:
            tally.stale += 1
        else:
            tally.hits += 1
    for number, kept in outcome.fetched.items():
        tally = wanted.kept[number].tally
        if wanted.keys[number] is None:
            tally.uncached += 1
        else:
            tally.misses += 1
        tally.kept += kept is not None


def count_hits(wanted: Wanted, found: Sequence[Entry], now: float) -> None:
    """The same for a fetch that found everything, which is worth being quick about."""
    first = wanted.kept[0].tally
    if len(wanted.spans) == 1 and wanted.kept.count(wanted.kept[0]) == len(found):
        first.hits += len(found)
        first.age += len(found) * max(0.0, now - found[0].since)
        return
    for kept, entry in zip(wanted.kept, found, strict=True):
        kept.tally.hits += 1
        kept.tally.age += max(0.0, now - entry.since)


def add_all(freshness: Freshness, outcome: Outcome) -> None:
    """Shorten the whole answer's life to that of its parts. What is served stale forbids: it is not to be kept any longer."""
    if freshness.is_forbidden or outcome.stale:
        freshness.forbid()
        return
    for entry in outcome.used.values():
        add(freshness, entry)
    for fetched in outcome.fetched.values():
        if fetched is None:
            freshness.forbid()
        else:
            add(freshness, fetched)


def add(freshness: Freshness, entry: Entry) -> None:
    freshness.parts += 1
    freshness.private = freshness.private or entry.private
    freshness.since = min(freshness.since, entry.since)
    freshness.fresh_until = min(freshness.fresh_until, entry.fresh_until)
    freshness.revalidate_until = min(freshness.revalidate_until, entry.revalidate_until)
    freshness.error_until = min(freshness.error_until, entry.error_until)
    freshness.tags.update(entry.tags)


def _source(wanted: Wanted, outcome: Outcome, now: float) -> dict[str, Any]:
    """An entry of ``extensions.sources``, as partitions write them."""
    return {
        "subgraph": wanted.request.subgraph,
        "partition": None,
        "status": "STALE",
        "durationMs": round(outcome.milliseconds, 1),
        "rows": len(outcome.stale),
        "ageSeconds": _oldest(outcome, now, outcome.stale),
    }


def describe(wanted: Wanted, outcome: Outcome, now: float) -> dict[str, Any]:
    """An entry of ``extensions.cache``: what was found, and why the rest was not kept."""
    hits = [number for number in outcome.used if number not in outcome.stale]
    return {
        "subgraph": wanted.request.subgraph,
        "operation": wanted.request.operation_name,
        "parts": sorted({kept.name for kept in wanted.kept}),
        "hits": len(hits),
        "stale": len(outcome.stale),
        "misses": sum(wanted.keys[number] is not None for number in outcome.fetched),
        "uncached": sum(wanted.keys[number] is None for number in outcome.fetched),
        "kept": sum(entry is not None for entry in outcome.fetched.values()),
        "ageSeconds": _oldest(outcome, now, outcome.used),
        "reasons": sorted({why(wanted, number) for number, entry in outcome.fetched.items() if entry is None}),
    }


def why(wanted: Wanted, number: int) -> str:
    """Why something was not kept."""
    kept = wanted.kept[number]
    policy = kept.said.policy
    if policy.max_age == 0:
        return f"{kept.name}: its directives or settings forbid it (a lifetime of 0)"
    if kept.is_private and wanted.asker.person is None:
        return f"{kept.name}: it is private, and the request does not tell whose it is"
    if wanted.keys[number] is None and not kept.said.is_whole:
        return f"{kept.name}: neither directives, settings nor headers give a lifetime to all of it"
    return f"{kept.name}: its answer had errors, or forbade to keep it"


def _oldest(outcome: Outcome, now: float, numbers: Iterable[int]) -> float:
    return round(max((max(0.0, now - outcome.used[number].since) for number in numbers), default=0.0), 1)
