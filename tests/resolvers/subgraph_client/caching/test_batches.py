"""A fetch that is asked again is answered at once, and never with what has been called back since."""

from collections.abc import Sequence

from gateway.resolvers.cache import Entry, MemoryStore, Miss
from gateway.resolvers.cache.policy import Policy
from gateway.resolvers.subgraph_client.caching import CachingOptions, SubgraphRules
from tests.resolvers.cache.entries import Clock
from tests.resolvers.subgraph_client.caching.shops import Shop

KEPT = CachingOptions(others=SubgraphRules(default=Policy(max_age=60)))


class CountingStore(MemoryStore):
    """Counts the keys that it is asked for."""

    looked_up = 0

    async def get_many(self, keys: Sequence[bytes]) -> list[Entry | Miss]:
        self.looked_up += len(keys)
        return await super().get_many(keys)


def make_shop() -> tuple[Shop, CountingStore]:
    clock = Clock()
    store = CountingStore(limit=10_000_000, clock=clock)
    return Shop(KEPT, clock=clock, store=store), store


async def test_an_equal_fetch_looks_up_one_entry() -> None:
    """The first fills the cache, the second finds each entity, the third knows that it would."""
    shop, store = make_shop()
    told = [await shop.entities("title", "1", "2", "3") for _ in range(2)]
    store.looked_up = 0
    told.append(await shop.entities("title", "1", "2", "3"))
    assert (store.looked_up, shop.asked) == (1, 1)
    assert told[0] == told[1] == told[2]


async def test_an_invalidated_entity_is_asked_for_though_others_of_its_batch_are_kept() -> None:
    """And only that one."""
    shop, store = make_shop()
    for _ in range(3):
        await shop.entities("title", "1", "2", "3")
    shop.fake.rename("2", "new")
    await store.invalidate(['e:Listing:{"id":"2"}'])
    found = await shop.entities("title", "1", "2", "3")
    assert found[1] == {"title": "new"}
    assert shop.last_keys() == ["2"]


async def test_a_batch_is_no_longer_fresh_than_its_oldest_entity() -> None:
    """The second entity was fetched later than the first."""
    shop, _ = make_shop()
    await shop.entities("title", "1")
    shop.clock.now += 40
    for _ in range(3):
        await shop.entities("title", "1", "2")
    shop.clock.now += 30
    await shop.entities("title", "1", "2")
    assert shop.last_keys() == ["1"]


async def test_hits_are_counted_alike() -> None:
    """Whether each entity was looked up or not."""
    shop, _ = make_shop()
    for _ in range(4):
        await shop.entities("title", "1", "2")
    (tally,) = [each for (_, name), each in shop.client._tallies.items() if name == "Listing"]
    assert (tally.hits, tally.misses) == (6, 2)
