"""What every store promises, tried on both of them."""

from collections.abc import AsyncIterator

import pytest

from gateway.resolvers.cache import MISS, Entry, MemoryStore, Store
from tests.resolvers.cache.entries import START, Clock, entry, redis_store


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", "redis"])
async def store(request: pytest.FixtureRequest, clock: Clock) -> AsyncIterator[Store]:
    made: Store
    if request.param == "memory":
        made = MemoryStore(limit=10_000_000, clock=clock)
    else:
        made = redis_store(request.getfixturevalue("redis"), clock)
    await made.get_many([])
    yield made
    await made.close()


def now(store: Store, body: bytes, *tags: str, fresh: float = 60.0, stale: float = 0.0) -> Entry:
    """An entry whose fetch began just now."""
    return entry(body, *tags, seen=store.seen(), fresh=fresh, stale=stale)


async def test_what_is_set_is_found_in_order(store: Store) -> None:
    """Each key gives its own entry, and one that nothing was kept under gives MISS."""
    one, two = now(store, b"1", "a"), now(store, b'{"b":2}')
    await store.set_many({b"one": one, b"two": two})
    assert await store.get_many([b"two", b"none", b"one"]) == [two, MISS, one]


async def test_a_null_is_no_miss(store: Store) -> None:
    """A null that was kept is an answer."""
    await store.set_many({b"key": now(store, b"null")})
    (found,) = await store.get_many([b"key"])
    assert isinstance(found, Entry)
    assert found.body == b"null"


async def test_a_large_entry_comes_back_as_it_was(store: Store) -> None:
    """Whether it is compressed on the way or not."""
    large = now(store, b'"' + b"0123456789" * 5_000 + b'"', "t")
    await store.set_many({b"key": large})
    assert await store.get_many([b"key"]) == [large]


async def test_an_entry_ends_when_it_is_of_no_more_use(store: Store, clock: Clock) -> None:
    """Not when it is no longer fresh, but when it may not be served stale either."""
    await store.set_many({b"key": now(store, b"1", fresh=10, stale=5)})
    clock.now = START + 14
    assert await store.get_many([b"key"]) != [MISS]
    clock.now = START + 15
    assert await store.get_many([b"key"]) == [MISS]


async def test_the_last_one_set_counts(store: Store) -> None:
    """A key keeps one entry."""
    await store.set_many({b"key": now(store, b"1")})
    await store.set_many({b"key": now(store, b"2")})
    (found,) = await store.get_many([b"key"])
    assert isinstance(found, Entry)
    assert found.body == b"2"


async def test_what_is_deleted_is_gone(store: Store) -> None:
    """And nothing else."""
    await store.set_many({b"one": now(store, b"1"), b"two": now(store, b"2")})
    await store.delete([b"one", b"none"])
    assert [found is MISS for found in await store.get_many([b"one", b"two"])] == [True, False]


async def test_a_tag_calls_back_what_has_it(store: Store) -> None:
    """Every entry with one of the tags, and no other."""
    await store.set_many(
        {b"one": now(store, b"1", "a", "b"), b"two": now(store, b"2", "c"), b"three": now(store, b"3", "d")}
    )
    assert (await store.invalidate(["b", "c"])).everywhere
    assert [found is MISS for found in await store.get_many([b"one", b"two", b"three"])] == [True, True, False]


async def test_a_fetch_under_way_brings_nothing_back(store: Store) -> None:
    """What was read before an invalidation and is kept after it is not found."""
    before = now(store, b"old", "a")
    await store.invalidate(["a"])
    await store.set_many({b"key": before})
    assert await store.get_many([b"key"]) == [MISS]
    assert not store.holds(before)


async def test_what_is_fetched_after_an_invalidation_counts(store: Store) -> None:
    """A tag is not dead for having been invalidated."""
    await store.invalidate(["a"])
    await store.set_many({b"key": now(store, b"new", "a")})
    assert await store.get_many([b"key"]) != [MISS]


async def test_people_can_look_for_a_tag(store: Store) -> None:
    """Entries that count, with their keys, as many as asked for."""
    kept = now(store, b"1", "a")
    await store.set_many({b"one": kept, b"two": now(store, b"2", "b"), b"three": now(store, b"3", "b")})
    assert await store.find("a", limit=10) == [(b"one", kept)]
    assert len(await store.find("b", limit=1)) == 1
    await store.invalidate(["a"])
    assert await store.find("a", limit=10) == []
