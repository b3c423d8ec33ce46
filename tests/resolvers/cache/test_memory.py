"""The memory store's bound."""

from gateway.resolvers.cache import MISS, MemoryStore
from gateway.resolvers.cache.memory import size_of
from tests.resolvers.cache.entries import Clock, entry


async def test_the_least_recently_used_goes_first() -> None:
    """What was read last stays when there is no room for all."""
    text = b"x" * 1000
    room = 10 * size_of(b"00", entry(text))
    store = MemoryStore(limit=room, clock=Clock())
    for number in range(10):
        await store.set_many({b"%02d" % number: entry(text)})
    await store.get_many([b"00"])
    await store.set_many({b"10": entry(text)})
    found = await store.get_many([b"%02d" % number for number in range(11)])
    assert [number for number, each in enumerate(found) if each is MISS] == [1]
    assert store.figures().evictions == 1


async def test_it_never_holds_more_than_its_limit() -> None:
    """However many entries of whatever size are set, over one another or not."""
    store = MemoryStore(limit=50_000, clock=Clock())
    for number in range(2_000):
        await store.set_many({b"%d" % (number % 300): entry(b"x" * (number * 37 % 5000), "tag")})
        figures = store.figures()
        assert figures.size is not None
        assert figures.size <= 50_000
    assert store.figures().entries


async def test_what_is_too_large_drives_nothing_out() -> None:
    """An entry that would take a large part of the room is not kept; an older one under its key goes, for it is no longer right."""
    store = MemoryStore(limit=10_000, clock=Clock())
    await store.set_many({b"a": entry(b"1"), b"b": entry(b"1")})
    await store.set_many({b"b": entry(b"x" * 5_000)})
    assert [found is MISS for found in await store.get_many([b"a", b"b"])] == [False, True]


async def test_forgotten_marks_still_call_back() -> None:
    """The number of marks is bounded; where an old one goes, all that is as old goes with it."""
    store = MemoryStore(limit=10_000_000, clock=Clock())
    await store.set_many({b"old": entry(b"1", "first")})
    await store.invalidate(["first"])
    await store.set_many({b"older": entry(b"1", "other", seen=0)})
    await store.invalidate([f"tag {number}" for number in range(60_000)])
    await store.invalidate([f"tag {number}" for number in range(60_000, 120_000)])
    assert store.figures().marks < 60_000
    assert await store.get_many([b"old", b"older"]) == [MISS, MISS]
