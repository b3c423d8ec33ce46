"""A Redis server that is killed, paused, flushed, filled and restored, and replicas that are cut off from it."""

import asyncio

from gateway.resolvers.cache import MISS, Entry
from gateway.resolvers.cache.redis_store import RedisStore
from tests.resolvers.cache.entries import Clock, entry, redis_store, until
from tests.services.redis import RedisServer


async def keep(store: RedisStore, key: bytes, *tags: str) -> Entry:
    """An entry, kept."""
    await store.get_many([])
    kept = entry(b"1", *tags, seen=store.seen())
    await store.set_many({key: kept})
    return kept


async def has(store: RedisStore, key: bytes) -> bool:
    return (await store.get_many([key])) != [MISS]


async def test_replicas_share_entries(redis: RedisServer) -> None:
    """What one keeps, the other finds."""
    one, two = redis_store(redis, Clock()), redis_store(redis, Clock())
    kept = await keep(one, b"key", "a")
    assert await two.get_many([b"key"]) == [kept]
    await asyncio.gather(one.close(), two.close())


async def test_every_replica_obeys_at_its_next_read(redis: RedisServer) -> None:
    """An invalidation counts everywhere as soon as it has returned."""
    one, two = redis_store(redis, Clock()), redis_store(redis, Clock())
    await keep(one, b"key", "a")
    assert await has(two, b"key")
    await one.invalidate(["a"])
    assert not await has(two, b"key")
    await asyncio.gather(one.close(), two.close())


async def test_a_fetch_of_another_replica_brings_nothing_back(redis: RedisServer) -> None:
    """It began before the invalidation, whose replica it has not heard of when it keeps what it read."""
    one, two = redis_store(redis, Clock()), redis_store(redis, Clock())
    await two.get_many([])
    before = entry(b"old", "a", seen=two.seen())
    await one.invalidate(["a"])
    await two.set_many({b"key": before})
    assert not await has(one, b"key")
    assert not await has(two, b"key")
    await asyncio.gather(one.close(), two.close())


async def test_a_dead_server_costs_misses_and_no_more(redis: RedisServer) -> None:
    """Nothing raises; the breaker opens; and when the server is back, so is the store."""
    ticks = Clock()
    store = redis_store(redis, Clock(), ticks)
    await keep(store, b"key", "a")
    redis.kill()
    for _ in range(6):
        assert not await has(store, b"key")
        await store.set_many({b"key": entry()})
    assert store.figures().is_open
    redis.start()
    ticks.now += 60
    await keep(store, b"key", "a")
    assert await has(store, b"key")
    await store.close()


async def test_a_paused_server_is_given_up_after_milliseconds(redis: RedisServer) -> None:
    """Each command waits for its timeout; after a few none is sent."""
    store = redis_store(redis, Clock(), timeout=0.02)
    await store.get_many([])
    redis.pause()
    for _ in range(1_000):
        assert not await has(store, b"key")
    assert store.figures().failures == 5
    redis.resume()
    await store.close()


async def test_a_flushed_server_is_begun_anew(redis: RedisServer) -> None:
    """Numbers go on rising after everything was lost, so that what is old stays invalid."""
    store = redis_store(redis, Clock())
    old = await keep(store, b"key", "a")
    await store.invalidate(["b"])
    redis.ask("FLUSHALL")
    assert not await has(store, b"key")
    await store.set_many({b"key": old})
    assert not await has(store, b"key")
    await keep(store, b"key", "a")
    assert await has(store, b"key")
    await store.close()


async def test_lost_invalidations_invalidate_everything(redis: RedisServer) -> None:
    """Where the server has thrown out the list of invalidations (it was full), nothing from before counts for a new replica."""
    one = redis_store(redis, Clock())
    await keep(one, b"key", "a")
    await one.invalidate(["a"])
    redis.ask("DEL", "tongfen:log")
    two = redis_store(redis, Clock())
    assert not await has(two, b"key")
    await asyncio.gather(one.close(), two.close())


async def test_a_server_that_went_back_in_time_is_noticed(redis: RedisServer) -> None:
    """An older snapshot, or a follower that was behind: who knows a higher number trusts nothing that is there."""
    store = redis_store(redis, Clock())
    await keep(store, b"key", "a")
    before = redis.ask("GET", "tongfen:number"), store.seen()
    await store.invalidate(["a"])
    redis.ask("SET", "tongfen:number", str(before[1]))
    redis.ask("ZREMRANGEBYSCORE", "tongfen:log", f"({before[1]}", "+inf")
    assert not await has(store, b"key")
    other = redis_store(redis, Clock())
    assert not await has(other, b"key")
    await asyncio.gather(store.close(), other.close())


async def test_a_replica_that_was_cut_off_reads_up(redis: RedisServer) -> None:
    """What was invalidated while it could not hear is invalid at its first read afterwards."""
    one = redis_store(redis, Clock())
    ticks = Clock()
    two = redis_store(redis, Clock(), ticks, breaker_failures=1)
    kept = await keep(two, b"key", "a")
    two._breaker.failed()
    assert not await has(two, b"key")
    await one.invalidate(["a"])
    ticks.now += 60
    await two.set_many({b"key": kept})
    assert not await has(two, b"key")
    await asyncio.gather(one.close(), two.close())


async def test_an_invalidation_that_cannot_be_told_is_told_later(redis: RedisServer) -> None:
    """It counts here at once, says that it is not everywhere, and reaches the others when the server is back, without a read."""
    one = redis_store(redis, Clock(), timeout=0.05, breaker_failures=1_000, breaker_seconds=0.02)
    two = redis_store(redis, Clock())
    kept = await keep(one, b"key", "a")
    redis.pause()
    assert not (await one.invalidate(["a"])).everywhere
    assert not one.holds(kept)
    redis.resume()

    async def is_told() -> bool:
        return not await has(two, b"key")

    await until(is_told)
    await asyncio.gather(one.close(), two.close())


async def test_a_full_server_takes_invalidations(redis: RedisServer) -> None:
    """It refuses to write; then nothing at all comes back, rather than something wrong."""
    one, two = redis_store(redis, Clock()), redis_store(redis, Clock())
    await keep(one, b"key", "a")
    assert await has(two, b"key")
    redis.ask("CONFIG", "SET", "maxmemory-policy", "noeviction")
    redis.ask("CONFIG", "SET", "maxmemory", "1")
    await one.set_many({b"more": entry()})
    await one.invalidate(["a"])
    assert not await has(one, b"key")
    assert not await has(two, b"key")
    redis.ask("CONFIG", "SET", "maxmemory", "0")
    assert (await one.invalidate(["b"])).everywhere
    assert not await has(two, b"key")
    await asyncio.gather(one.close(), two.close())


async def test_one_replica_gets_the_lock(redis: RedisServer) -> None:
    """Until it is ended or has run out; and nobody ends another's."""
    one, two = redis_store(redis, Clock()), redis_store(redis, Clock())
    assert await one.lock(b"key", seconds=60)
    assert not await two.lock(b"key", seconds=60)
    assert await two.is_locked(b"key")
    await two.unlock(b"key")
    assert await two.is_locked(b"key")
    await one.unlock(b"key")
    assert await two.lock(b"key", seconds=0.01)

    async def is_free() -> bool:
        return not await two.is_locked(b"key")

    await until(is_free)
    await asyncio.gather(one.close(), two.close())


async def test_what_another_version_wrote_is_a_miss(redis: RedisServer) -> None:
    """Bytes that are no entry are none."""
    store = redis_store(redis, Clock())
    redis.ask("SET", "tongfen:e:key", "\x01nonsense")
    assert not await has(store, b"key")
    await store.close()
