"""Stale data: served at once and fetched anew behind, or instead of a failure. And one fetch for all who miss the same."""

import asyncio
from typing import Any

import pytest

from gateway.errors import SubgraphError
from gateway.resolvers.cache import MISS, Entry, Store
from gateway.resolvers.cache.policy import Policy
from gateway.resolvers.request_context import Freshness, RequestContext
from gateway.resolvers.subgraph_client.caching import CachingOptions, SubgraphRules
from tests.resolvers.cache.entries import Clock, redis_store, until
from tests.resolvers.subgraph_client.caching.shops import Shop
from tests.services.redis import RedisServer

STALE = CachingOptions(
    others=SubgraphRules(default=Policy(stale_while_revalidate=30, stale_if_error=1_000)),
    private_claim="sub",
    shows=True,
)


async def settled() -> None:
    """All that can run has run."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_stale_data_is_served_at_once_and_fetched_once_behind() -> None:
    """Whoever comes while it is fetched gets what is there; afterwards it is fresh."""
    shop = Shop(options=STALE)
    await shop.entities("title", "1")
    shop.fake.rename("1", "new")
    shop.clock.now += 70
    shop.fake.gate = asyncio.Event()
    for _ in range(5):
        assert await shop.entities("title", "1") == [{"title": "title 1"}]
    await settled()
    assert shop.asked == 2
    shop.fake.gate.set()
    await settled()
    assert await shop.entities("title", "1") == [{"title": "new"}]
    assert shop.asked == 2


async def test_after_its_time_stale_data_is_waited_for() -> None:
    """What may no longer be served while it is fetched is not."""
    shop = Shop(options=STALE)
    await shop.entities("title", "1")
    shop.fake.rename("1", "new")
    shop.clock.now += 91
    assert await shop.entities("title", "1") == [{"title": "new"}]


async def test_stale_data_takes_the_place_of_a_failure() -> None:
    """And the response says so, and how old it is."""
    shop = Shop(options=STALE)
    await shop.entities("title", "1", "2")
    shop.fake.is_down = True
    shop.clock.now += 500
    context = RequestContext()
    assert await shop.entities("title", "1", "2", context=context) == [{"title": "title 1"}, {"title": "title 2"}]
    (source,) = context.reports["sources"]
    assert (source["subgraph"], source["status"], source["rows"], source["ageSeconds"]) == ("city", "STALE", 2, 500.0)


async def test_no_longer_than_its_policy_allows() -> None:
    """After stale-if-error a failure is a failure."""
    shop = Shop(options=STALE)
    await shop.entities("title", "1")
    shop.fake.is_down = True
    shop.clock.now += 1_060
    with pytest.raises(SubgraphError):
        await shop.entities("title", "1")


async def test_a_subgraph_that_forbids_stale_data_is_heard() -> None:
    """``must-revalidate`` is stricter than any setting."""
    shop = Shop(options=STALE)
    shop.fake.headers = {"cache-control": "max-age=60, must-revalidate"}
    await shop.entities("title", "1")
    shop.fake.is_down = True
    shop.clock.now += 61
    with pytest.raises(SubgraphError):
        await shop.entities("title", "1")


async def test_stale_data_is_served_before_the_deadline() -> None:
    """A subgraph that is too slow for the client does not keep it waiting; its answer is kept for the next."""
    shop = Shop(options=STALE)
    await shop.entities("title", "1")
    shop.fake.rename("1", "new")
    shop.clock.now += 500
    shop.fake.gate = asyncio.Event()
    late = RequestContext(deadline=asyncio.get_running_loop().time())
    assert await shop.entities("title", "1", context=late) == [{"title": "title 1"}]
    assert late.reports["sources"][0]["status"] == "STALE"
    shop.fake.gate.set()
    await settled()
    assert await shop.entities("title", "1") == [{"title": "new"}]
    assert shop.asked == 2


async def test_without_stale_data_the_deadline_counts() -> None:
    """Nobody waits after it."""
    shop = Shop()
    shop.fake.gate = asyncio.Event()
    with pytest.raises(SubgraphError, match="in time"):
        await shop.entities("title", "1", context=RequestContext(deadline=asyncio.get_running_loop().time()))


async def test_an_error_of_one_member_is_made_good_by_stale_data() -> None:
    """A root field that a part of a subgraph could not be asked for is served whole, as it was."""
    shop = Shop(options=STALE)
    await shop.query("{ listings { title } count }")
    shop.clock.now += 100
    failed = {"error": "A member cannot be reached.", "extensions": {"code": "SUBREQUEST_HTTP_ERROR"}}
    shop.fake.city["Listing"][0]["title"] = failed
    context = RequestContext()
    response = await shop.query("{ listings { title } count }", context=context)
    assert response.errors == ()
    assert response.data == {"listings": [{"title": "title 1"}, {"title": "title 2"}], "count": 3}
    assert context.reports["sources"][0]["rows"] == 1


async def test_an_error_of_the_data_is_not_made_good() -> None:
    """A subgraph that answers is believed."""
    shop = Shop(options=STALE)
    await shop.entities("title", "1")
    shop.clock.now += 100
    shop.fake.city["Listing"][0]["title"] = {"error": "not for you"}
    assert await shop.entities("title", "1") == [{"title": None}]


async def test_a_thousand_misses_are_one_fetch() -> None:
    """Requests that overlap share what they have in common."""
    shop = Shop()
    shop.fake.gate = asyncio.Event()
    first = [asyncio.create_task(shop.entities("title", "1", "2")) for _ in range(1_000)]
    await settled()
    second = asyncio.create_task(shop.entities("title", "2", "3"))
    await settled()
    shop.fake.gate.set()
    assert await asyncio.gather(*first) == [[{"title": "title 1"}, {"title": "title 2"}]] * 1_000
    assert await second == [{"title": "title 2"}, {"title": "title 3"}]
    assert shop.asked == 2
    assert shop.last_keys() == ["3"]


async def test_a_failure_is_shared_too() -> None:
    """A thousand who wait for a subgraph that is down do not all try again."""
    shop = Shop()
    shop.fake.gate, shop.fake.is_down = asyncio.Event(), True
    tasks = [asyncio.create_task(shop.entities("title", "1")) for _ in range(1_000)]
    await settled()
    shop.fake.gate.set()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(each, SubgraphError) for each in found)
    assert shop.asked == 1


async def test_a_client_that_leaves_takes_nobody_along() -> None:
    """The fetch that it began goes on for those who wait; without any it ends."""
    shop = Shop()
    shop.fake.gate = asyncio.Event()
    first = asyncio.create_task(shop.entities("title", "1"))
    await settled()
    second = asyncio.create_task(shop.entities("title", "1"))
    await settled()
    first.cancel()
    await settled()
    shop.fake.gate.set()
    assert await second == [{"title": "title 1"}]
    shop.fake.gate = asyncio.Event()
    third = asyncio.create_task(shop.entities("title", "2"))
    await settled()
    third.cancel()
    await settled()
    shop.fake.gate.set()
    assert await shop.entities("title", "2") == [{"title": "title 2"}]
    assert shop.asked == 3


async def test_what_turns_out_private_is_not_shared() -> None:
    """Whoever waited for another person's fetch asks for themselves."""
    shop = Shop(options=STALE)
    shop.fake.headers = {"cache-control": "private, max-age=60"}
    shop.fake.gate = asyncio.Event()
    people = [RequestContext(claims={"sub": name}) for name in ("one", "two", "three")]
    tasks = [asyncio.create_task(shop.entities("title", "1", context=person)) for person in people]
    await settled()
    assert shop.asked == 1
    shop.fake.gate.set()
    await asyncio.gather(*tasks)
    assert shop.asked == 3


async def test_a_fetch_from_before_an_invalidation_serves_only_who_began_it() -> None:
    """Who comes after the invalidation asks for themselves."""
    shop = Shop()
    assert shop.store is not None
    shop.fake.gate = asyncio.Event()
    before = asyncio.create_task(shop.entities("title", "1"))
    await settled()
    shop.fake.rename("1", "new")
    await shop.store.invalidate(['e:Listing:{"id":"1"}'])
    after = asyncio.create_task(shop.entities("title", "1"))
    await settled()
    shop.fake.gate.set()
    assert await before == [{"title": "title 1"}]
    assert await after == [{"title": "new"}]
    assert await shop.entities("title", "1") == [{"title": "new"}]


async def test_the_parts_say_how_long_the_whole_can_be_kept() -> None:
    """As long as the one that ends first; not at all with a part that nobody may keep."""
    shop = Shop(options=STALE)
    context = RequestContext(freshness=Freshness())
    await shop.entities("title", "1", context=context)
    shop.clock.now += 5
    await shop.query("{ count }", context=context)
    freshness = context.freshness
    assert freshness is not None
    assert (freshness.parts, freshness.is_forbidden) == (2, False)
    assert freshness.fresh_until - shop.clock.now == 20
    assert {"s:city", "u:listing-1"} <= freshness.tags
    await shop.query("{ now }", context=context)
    assert freshness.is_forbidden


async def test_who_asks_is_told() -> None:
    """What was found, and why the rest was not kept."""
    shop = Shop(options=STALE)
    context = RequestContext(extensions={"cache": True})
    await shop.query("{ count now }", context=context)
    await shop.query("{ count now }", context=context)
    first, second = context.reports["cache"]
    assert (first["hits"], first["misses"], first["uncached"], first["kept"]) == (0, 1, 1, 1)
    assert (second["hits"], second["misses"], second["uncached"], second["kept"]) == (1, 0, 1, 0)
    assert second["reasons"] == ["Query.now: neither directives, settings nor headers give a lifetime to all of it"]


async def test_replicas_share_one_fetch(redis: RedisServer) -> None:
    """The one that has the lock fetches; the other waits for what it keeps."""
    clock = Clock()
    stores: list[Store] = [redis_store(redis, clock), redis_store(redis, clock)]
    one = Shop(clock=clock, store=stores[0])
    two = Shop(clock=clock, store=stores[1], fake=one.fake)
    one.fake.gate = asyncio.Event()
    tasks: list[asyncio.Task[list[Any]]] = [asyncio.create_task(one.entities("title", "1"))]

    async def has_begun() -> bool:
        return one.asked == 1

    await until(has_begun)
    tasks.append(asyncio.create_task(two.entities("title", "1")))
    for _ in range(20):
        await stores[1].get_many([b"x"])
    one.fake.gate.set()
    assert await asyncio.gather(*tasks) == [[{"title": "title 1"}]] * 2
    assert one.asked == 1
    await asyncio.gather(*(store.close() for store in stores))


async def test_a_replica_that_dies_with_the_lock_stops_nobody(redis: RedisServer) -> None:
    """The lock ends by itself."""
    clock = Clock()
    dead, store = redis_store(redis, clock), redis_store(redis, clock)
    shop = Shop(clock=clock, store=store, options=CachingOptions(lock_seconds=0.2))
    taken: list[bytes] = []
    lock = store.lock

    async def lock_after_the_dead(key: bytes, *, seconds: float) -> bool:
        taken.append(key)
        await dead.lock(key, seconds=seconds)
        return await lock(key, seconds=seconds)

    store.lock = lock_after_the_dead  # type: ignore[method-assign]  # the other replica is quicker
    assert await shop.entities("title", "1") == [{"title": "title 1"}]
    assert len(taken) == 1
    (found,) = await store.get_many(taken)
    assert found is not MISS
    assert isinstance(found, Entry)
    await asyncio.gather(dead.close(), store.close())
