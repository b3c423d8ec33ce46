"""In which order fetches run."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from gateway.resolvers.query_plan import Fetch


def chain_of(fetches: Sequence[Fetch]) -> Sequence[int]:
    """Their order, if never two of them can be under way at the same time; else nothing."""
    done: list[int] = []
    while len(done) < len(fetches):
        ready = [fetch.id for fetch in fetches if fetch.id not in done and set(fetch.depends_on) <= set(done)]
        if len(ready) != 1:
            return ()
        done += ready
    return done


def dependants_of(fetches: Iterable[Fetch]) -> Mapping[int, tuple[int, ...]]:
    """For each fetch those that wait for it."""
    dependants: dict[int, tuple[int, ...]] = {}
    for fetch in fetches:
        dependants.setdefault(fetch.id, ())
        for needed in fetch.depends_on:
            dependants[needed] = (*dependants.get(needed, ()), fetch.id)
    return MappingProxyType(dependants)
