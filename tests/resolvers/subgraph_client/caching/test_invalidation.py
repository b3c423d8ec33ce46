"""What is called back: by mutations, by tags of the schema and of answers, and by whatever an entity is known as."""

import pytest

from gateway.errors import SubgraphError
from gateway.resolvers.cache.invalidation import Targets, target_tags
from gateway.resolvers.cache.tags import Kinship
from tests.resolvers.subgraph_client.caching.shops import CITY_TYPES, MARKET, Shop, market


async def kept(shop: Shop) -> None:
    """Two entities, of which each subgraph has a part, and two root fields."""
    shop.fake.headers = {"cache-control": "public, max-age=60"}
    await shop.entities("title", "1", "2")
    await shop.entities("stars", "1", subgraph="shop")
    await shop.query("{ listings { id title } }")
    await shop.query("{ listings { title } }")
    await shop.query("{ count }")
    shop.fake.requests.clear()


async def missing(shop: Shop) -> list[str]:
    """Which of them have to be fetched again."""
    found = []
    for name, ask in {
        "1": shop.entities("title", "1"),
        "2": shop.entities("title", "2"),
        "stars": shop.entities("stars", "1", subgraph="shop"),
        "list": shop.query("{ listings { id title } }"),
        "list without ids": shop.query("{ listings { title } }"),
        "count": shop.query("{ count }"),
    }.items():
        asked = shop.asked
        await ask
        if shop.asked > asked:
            found.append(name)
    return found


async def test_a_mutation_calls_back_what_it_returns() -> None:
    """The entity, in every subgraph and every list that holds it, or may hold it."""
    shop = Shop()
    await kept(shop)
    await shop.mutate('mutation { rename(id: "1", title: "x") { id } }')
    assert await missing(shop) == ["1", "stars", "list", "list without ids"]


async def test_without_a_key_it_calls_back_the_whole_type() -> None:
    """Nobody can tell which one was changed."""
    shop = Shop()
    await kept(shop)
    await shop.mutate('mutation { rename(id: "1", title: "x") { title } }')
    assert await missing(shop) == ["1", "2", "stars", "list", "list without ids"]


async def test_a_mutation_that_fails_may_have_happened() -> None:
    """Then all that it could have changed is called back."""
    shop = Shop()
    await kept(shop)
    shop.fake.is_down = True
    with pytest.raises(SubgraphError):
        await shop.mutate('mutation { rename(id: "1", title: "x") { id } }')
    shop.fake.is_down = False
    assert await missing(shop) == ["1", "2", "stars", "list", "list without ids"]


async def test_invalidates_names_tags() -> None:
    """With the mutation's arguments in them."""
    shop = Shop()
    await shop.query('{ listings(city: "3301") { id } }')
    await shop.query('{ listings(city: "3302") { id } }')
    await shop.mutate("mutation($c: ID!) { clear(city: $c) }", c="3301")
    asked = shop.asked
    await shop.query('{ listings(city: "3302") { id } }')
    assert shop.asked == asked
    await shop.query('{ listings(city: "3301") { id } }')
    assert shop.asked == asked + 1


async def test_invalidates_names_types() -> None:
    """All that holds objects of them."""
    shop = Shop()
    await kept(shop)
    await shop.mutate("mutation { forget }")
    assert await missing(shop) == ["1", "2", "stars", "list", "list without ids"]


async def test_answers_bring_tags() -> None:
    """``extensions.cacheTags``, for all that is in the answer."""
    shop = Shop()
    assert shop.store is not None
    shop.fake.extensions = {"cacheTags": ["spring"]}
    await shop.entities("title", "1")
    shop.fake.extensions = {}
    await shop.entities("title", "2")
    await shop.store.invalidate(["u:spring"])
    await shop.entities("title", "1", "2")
    assert shop.last_keys() == ["1"]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (["u:listing-1"], ["1"]),
        (list(Kinship(MARKET).entity_tags("Listing", {"id": "1"})), ["1", "stars", "list", "list without ids"]),
        (list(Kinship(MARKET).entity_tags("Listing", {"id": 1})), ["1", "stars", "list", "list without ids"]),
        (list(Kinship(MARKET).entity_tags("Listing", {"id": "3"})), ["list without ids"]),
        (list(Kinship(MARKET).entity_tags("Listing", {})), ["1", "2", "stars", "list", "list without ids"]),
        (list(Kinship(MARKET).type_tags("Listing", "shop")), ["stars"]),
        (["s:city"], ["1", "2", "list", "list without ids", "count"]),
    ],
)
async def test_a_tag_calls_back_what_it_names(tags: list[str], expected: list[str]) -> None:
    """An author's tag, an entity by its key (however it is written), a type, a subgraph; and nothing else."""
    shop = Shop()
    assert shop.store is not None
    await kept(shop)
    await shop.store.invalidate(tags)
    assert await missing(shop) == expected


PARTITIONED = """
directive @partition(key: String!, prefix: Int) on OBJECT
directive @partitionedBy(argument: String!, prefix: Int) on FIELD_DEFINITION
"""


async def test_a_partition_is_called_back_alone() -> None:
    """Its entities and root fields, and what may hold something of any partition; the other partitions' stay."""
    sdl = CITY_TYPES.replace(
        'type Listing @key(fields: "id")', 'type Listing @key(fields: "id") @partition(key: "id", prefix: 1)'
    )
    sdl = sdl.replace(
        "[Listing!]! @cacheControl", '[Listing!]! @partitionedBy(argument: "city", prefix: 2) @cacheControl'
    )
    shop = Shop(supergraph=market(PARTITIONED + sdl))
    assert shop.store is not None
    for _ in range(2):
        await shop.entities("title", "1", "2")
        await shop.query('{ listings(city: "1100") { title } }')
        await shop.query('{ listings(city: "2200") { title } }')
        await shop.query("{ listings { title } }")
    assert shop.asked == 4
    tags = target_tags(Targets(partitions=("city/1", "city/11")), Kinship(shop.supergraph))
    await shop.store.invalidate(tags)
    shop.fake.requests.clear()
    await shop.entities("title", "1", "2")
    assert shop.last_keys() == ["1"]
    await shop.query('{ listings(city: "2200") { title } }')
    assert shop.asked == 1
    await shop.query('{ listings(city: "1100") { title } }')
    await shop.query("{ listings { title } }")
    assert shop.asked == 3
