"""Whatever happens in whatever order, no answer is wrong: a model says so of each, and it is shown that it can tell."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any, Final

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.resolvers.cache import Entry, MemoryStore, ledger, redis_store
from gateway.resolvers.cache.entry import decode_entry
from gateway.resolvers.cache.policy import make_entry
from gateway.resolvers.cache.redis_store import RedisOptions
from gateway.resolvers.engine import WholeAnswers
from gateway.resolvers.subgraph_client.caching import (
    answers,
    gathering,
    identities,
    keeping,
    mutations,
    reporting,
    units,
    versions,
)
from tests.resolvers.cache.entries import Clock
from tests.resolvers.subgraph_client.caching.world import CutStore, World, memory_world
from tests.services.redis import RedisServer

STEPS: Final = 80
TRIES: Final = 500

Patch = Callable[[pytest.MonkeyPatch], None]


async def run_memory(random: Random) -> World:
    world = memory_world(random)
    await world.run(STEPS)
    return world


async def run_redis(random: Random, server: RedisServer) -> World:
    """Two replicas that share a server, and are cut off from it now and then."""
    server.ask("FLUSHALL")
    clock = Clock()
    options = RedisOptions(server.url, timeout=5.0)
    stores = [CutStore(options, clock=clock, ticks=Clock()) for _ in range(2)]
    world = World(random, list(stores), clock)
    try:
        await world.run(STEPS)
    finally:
        for store in stores:
            await store.close()
    return world


def read(world: World) -> str:
    return "\n".join(world.log)


@given(st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_no_answer_is_wrong(random: Random) -> None:
    """None is older than its policy allows, another person's, another entity's, of another schema, or from before it was called back."""
    world = asyncio.run(run_memory(random))
    assert not world.wrong, read(world)


def test_no_answer_of_any_replica_is_wrong(redis: RedisServer) -> None:
    """The same with two replicas on one server, which serve different schemas and lose their connections."""

    @given(st.randoms(use_true_random=False))
    @settings(max_examples=40, deadline=None)
    def check(random: Random) -> None:
        world = asyncio.run(run_redis(random, redis))
        assert not world.wrong, read(world)

    check()


# Bugs that are planted, each of which the model has to find.


def invalidation_forgotten(patch: pytest.MonkeyPatch) -> None:
    """Entries stay after they were called back."""
    patch.setattr(ledger.Ledger, "holds", lambda *_: True)


def fetch_under_way_forgotten(patch: pytest.MonkeyPatch) -> None:
    """What a fetch brings counts as read when it arrives, not when it was asked for."""
    keep = MemoryStore.set_many

    async def set_many(store: MemoryStore, entries: Any) -> None:
        await keep(store, {k: msgspec.structs.replace(e, seen=store.seen()) for k, e in entries.items()})

    patch.setattr(MemoryStore, "set_many", set_many)


def everyone_is_one_person(patch: pytest.MonkeyPatch) -> None:
    """The key of private data has nobody in it."""
    find = units.Kept.prefix
    patch.setattr(units.Kept, "prefix", lambda kept, variables, varying, person: find(kept, variables, varying, b"all"))


def privacy_forgotten(patch: pytest.MonkeyPatch) -> None:
    """Private data is kept as public data is."""
    make = units.Kept.__init__

    def init(kept: units.Kept, *args: Any, **fields: Any) -> None:
        make(kept, *args, **{**fields, "is_private": False})

    patch.setattr(units.Kept, "__init__", init)
    patch.setattr(keeping, "learn", lambda kept, said: kept.said.with_headers(said))


def schema_version_forgotten(patch: pytest.MonkeyPatch) -> None:
    """Keys are the same in every version of the schema."""
    patch.setattr(versions.Versions, "of", lambda *_: "")


def served_stale_too_long(patch: pytest.MonkeyPatch) -> None:
    """What may be served instead of a failure is served without one."""

    def make(body: bytes, policy: Any, **given: Any) -> Any:
        return make_entry(body, replace(policy, stale_while_revalidate=policy.stale_if_error), **given)

    patch.setattr(keeping, "make_entry", make)


def age_counts_from_the_arrival(patch: pytest.MonkeyPatch) -> None:
    """A slow answer is taken for one of the moment at which it comes."""
    wait = gathering.Gatherer._take_theirs

    def take(gatherer: Any, whole: Any, numbers: Any, flight: Any) -> Any:
        clock, gatherer._clock = gatherer._clock, lambda: 0.0
        try:
            return wait(gatherer, whole, numbers, flight)
        finally:
            gatherer._clock = clock

    patch.setattr(gathering.Gatherer, "_take_theirs", take)


def nulls_kept_like_others(patch: pytest.MonkeyPatch) -> None:
    """What there is not has the lifetime of what there is."""
    patch.setattr(keeping, "NULL", b"no null")


def mutations_forgotten(patch: pytest.MonkeyPatch) -> None:
    """A mutation calls nothing back."""
    patch.setattr(mutations.MutationReader, "tags", lambda *_: ())


def entities_in_lists_forgotten(patch: pytest.MonkeyPatch) -> None:
    """A list is not called back with what is in it."""
    patch.setattr(identities.IdentityReader, "tags", lambda *_: iter(()))


def entities_exchanged(patch: pytest.MonkeyPatch) -> None:
    """What is fetched takes the places of what was here."""
    patch.setattr(gathering, "take_own", _exchanging(gathering.take_own))


def _exchanging(take: Any) -> Any:
    def exchange(gathered: Any, numbers: Any, landed: Any) -> None:
        if landed.parts is not None and len(numbers) > 1:
            bodies = dict(zip(numbers, (landed.parts.bodies[n] for n in reversed(numbers)), strict=True))
            landed = replace(
                landed,
                answer=answers.join(gathered.wanted, [bodies.get(n, b"null") for n in range(len(gathered.bodies))]),
                parts=replace(landed.parts, bodies=bodies),
            )
        take(gathered, numbers, landed)

    return exchange


def whole_answers_are_everyones(patch: pytest.MonkeyPatch) -> None:
    """The key of a whole answer has nobody in it."""
    key = WholeAnswers._key
    patch.setattr(WholeAnswers, "_key", lambda answers, ready, options, _: key(answers, ready, options, None))


def whole_answers_stay(patch: pytest.MonkeyPatch) -> None:
    """Whole answers are not called back with their parts."""
    add = reporting.add

    def add_without_tags(freshness: Any, entry: Any) -> None:
        add(freshness, entry)
        freshness.tags.clear()

    patch.setattr(reporting, "add", add_without_tags)


LOCAL: Final = (
    whole_answers_are_everyones,
    whole_answers_stay,
    invalidation_forgotten,
    fetch_under_way_forgotten,
    everyone_is_one_person,
    privacy_forgotten,
    schema_version_forgotten,
    served_stale_too_long,
    age_counts_from_the_arrival,
    nulls_kept_like_others,
    mutations_forgotten,
    entities_in_lists_forgotten,
    entities_exchanged,
)


@pytest.mark.parametrize("plant", LOCAL, ids=lambda plant: plant.__name__)
def test_a_planted_bug_is_found(plant: Patch, monkeypatch: pytest.MonkeyPatch) -> None:
    """In some of many tries with chances of their own."""
    plant(monkeypatch)
    assert any(asyncio.run(run_memory(Random(seed))).wrong for seed in range(TRIES))


def other_replicas_not_heard(patch: pytest.MonkeyPatch) -> None:
    """A replica does not read up on what others have called back."""

    async def no_catch_up(store: Any) -> bool:
        return True

    patch.setattr(redis_store.RedisStore, "_catch_up", no_catch_up)


def untold_invalidations_dropped(patch: pytest.MonkeyPatch) -> None:
    """What could not be told to the server is forgotten."""

    async def send(store: Any) -> bool:
        store._unsent.clear()
        store._ledger.trust_all_but(())
        return True

    patch.setattr(redis_store.RedisStore, "_send_unsent", send)


def entries_outlive_their_numbers(patch: pytest.MonkeyPatch) -> None:
    """Entries of other replicas count as read just now."""

    def decode_as_new(text: bytes) -> Any:
        found = decode_entry(text)
        return msgspec.structs.replace(found, seen=2**60) if isinstance(found, Entry) else found

    patch.setattr(redis_store, "decode_entry", decode_as_new)


SHARED: Final = (other_replicas_not_heard, untold_invalidations_dropped, entries_outlive_their_numbers)


@pytest.mark.parametrize("plant", SHARED, ids=lambda plant: plant.__name__)
def test_a_planted_bug_between_replicas_is_found(
    plant: Patch, monkeypatch: pytest.MonkeyPatch, redis: RedisServer
) -> None:
    """In some of many tries with chances of their own."""
    plant(monkeypatch)
    assert any(asyncio.run(run_redis(Random(seed), redis)).wrong for seed in range(TRIES))
