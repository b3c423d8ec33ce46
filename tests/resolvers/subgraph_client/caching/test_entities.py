"""Entities and root fields are served from what is kept, and only what is missing is fetched."""

import pytest

from gateway.errors import SubgraphError
from gateway.resolvers.cache.directives import Hint
from gateway.resolvers.cache.policy import Policy
from gateway.resolvers.request_context import RequestContext
from gateway.resolvers.subgraph_client.caching import CachingOptions, SubgraphRules
from tests.resolvers.subgraph_client.caching.shops import CITY_TYPES, Shop, market


async def test_an_entity_is_fetched_once() -> None:
    """Until its lifetime ends."""
    shop = Shop()
    first = await shop.entities("title price { fen }", "1", "2")
    shop.clock.now += 59
    assert await shop.entities("title price { fen }", "1", "2") == first
    assert shop.asked == 1
    shop.clock.now += 1
    await shop.entities("title price { fen }", "1", "2")
    assert shop.asked == 2


async def test_only_the_missing_entities_of_a_batch_are_fetched() -> None:
    """And each takes its place among the others."""
    shop = Shop()
    await shop.entities("title", "2", "4")
    found = await shop.entities("title", "1", "2", "3", "4", "5")
    assert found == [{"title": f"title {n}"} for n in range(1, 6)]
    assert shop.last_keys() == ["1", "3", "5"]


async def test_an_entity_that_there_is_not_is_kept_for_a_short_time() -> None:
    """A null is an answer, with a time of its own."""
    shop = Shop()
    assert await shop.entities("title", "99") == [None]
    shop.clock.now += 9
    assert await shop.entities("title", "99") == [None]
    assert shop.asked == 1
    shop.clock.now += 1
    await shop.entities("title", "99")
    assert shop.asked == 2


@pytest.mark.parametrize("other", ["title id", "name: title", "title price { fen }", "... on Listing { title }"])
async def test_another_selection_is_another_entry(other: str) -> None:
    """What was not asked for is not there."""
    shop = Shop()
    await shop.entities("title", "1")
    await shop.entities(other, "1")
    assert shop.asked == 2


async def test_variables_that_a_selection_uses_are_in_its_key() -> None:
    """Those that it does not use are not."""
    shop = Shop()
    text = """query($r: [_Any!]!, $show: Boolean!, $other: Int) {
        _entities(representations: $r) { ... on Listing { id title @include(if: $show) } } listings(first: $other) { id } }"""
    given = [{"__typename": "Listing", "id": "1"}]
    await shop.query(text, r=given, show=True, other=1)
    response = await shop.query(text, r=given, show=False, other=1)
    assert response.data is not None
    assert response.data["_entities"] == [{"id": "1"}]
    await shop.query(text, r=given, show=True, other=2)
    assert "_entities" in shop.fake.requests[-1].query
    assert shop.fake.requests[-1].variables["r"] == []


async def test_a_root_field_is_kept_by_its_arguments() -> None:
    """However they are written; its alias is nobody's business."""
    shop = Shop()
    await shop.query('{ listings(city: "3301") { id } }')
    response = await shop.query("query($c: ID) { here: listings(city: $c) { id } }", c="3301")
    assert shop.asked == 2  # the text differs, so the key does
    assert response.data == {"here": [{"id": "1"}, {"id": "2"}]}
    await shop.query("query($c: ID) { there: listings(city: $c) { id } }", c="3301")
    assert shop.asked == 2
    await shop.query("query($c: ID) { there: listings(city: $c) { id } }", c="3302")
    assert shop.asked == 3


async def test_root_fields_that_are_here_are_left_out_of_the_request() -> None:
    """With the variables that nothing else uses."""
    shop = Shop()
    text = "query($c: ID, $show: Boolean!) { count now @include(if: $show) listings(city: $c) { id } }"
    whole = await shop.query(text, c="1", show=True)
    again = await shop.query(text, c="1", show=True)
    assert again.data == whole.data == {"count": 3, "now": 1, "listings": [{"id": "1"}, {"id": "2"}]}
    assert shop.fake.requests[-1].query.split() == [
        "query",
        "($show:",
        "Boolean!)",
        "{",
        "now",
        "@include(if:",
        "$show)",
        "}",
    ]
    assert shop.fake.requests[-1].variables == {"show": True}
    less = await shop.query(text, c="1", show=False)
    assert less.data == {"count": 3, "listings": [{"id": "1"}, {"id": "2"}]}
    assert shop.asked == 2


async def test_what_nobody_speaks_of_is_not_kept() -> None:
    """A root field, or a subgraph, without a word is asked each time."""
    shop = Shop()
    for _ in range(2):
        await shop.query("{ now }")
        await shop.entities("stars", "1", subgraph="shop")
    assert shop.asked == 4


async def test_a_lifetime_of_zero_forbids() -> None:
    """Of whatever small part of the answer."""
    shop = Shop()
    for _ in range(2):
        await shop.entities("title bids", "1")
    assert shop.asked == 2


async def test_the_strictest_wins() -> None:
    """Of directive, setting and header."""
    rules = SubgraphRules(types={"Listing": Hint(Policy(max_age=40))})
    shop = Shop(options=CachingOptions(subgraphs={"city": rules}))
    shop.fake.headers = {"cache-control": "public, max-age=50"}
    await shop.entities("title", "1")
    shop.clock.now += 39
    await shop.entities("title", "1")
    assert shop.asked == 1
    shop.clock.now += 1
    shop.fake.headers = {"cache-control": "max-age=30", "age": "10"}
    await shop.entities("title", "1")
    shop.clock.now += 19
    await shop.entities("title", "1")
    assert shop.asked == 2
    shop.clock.now += 1
    await shop.entities("title", "1")
    assert shop.asked == 3


@pytest.mark.parametrize("said", ["no-store", "max-age=0", "no-cache", "max-age=nonsense"])
async def test_a_header_can_forbid(said: str) -> None:
    """What directives would allow."""
    shop = Shop()
    shop.fake.headers = {"cache-control": said}
    for _ in range(2):
        await shop.entities("title", "1")
    assert shop.asked == 2


async def test_a_header_alone_is_enough() -> None:
    """From the first answer that has one."""
    shop = Shop()
    shop.fake.headers = {"cache-control": "public, max-age=60"}
    for _ in range(3):
        assert await shop.entities("stars", "1", subgraph="shop") == [{"stars": 1}]
    assert shop.asked == 1


async def test_headers_can_be_ignored() -> None:
    """By a setting."""
    shop = Shop(options=CachingOptions(others=SubgraphRules(headers=False)))
    shop.fake.headers = {"cache-control": "public, max-age=60"}
    for _ in range(2):
        await shop.entities("stars", "1", subgraph="shop")
    assert shop.asked == 2


async def test_errors_are_never_kept() -> None:
    """Nor what they are about; the other entities of the batch are."""
    shop = Shop()
    shop.fake.city["Listing"][0]["title"] = {"error": "no title"}
    assert await shop.entities("title", "1", "2") == [{"title": None}, {"title": "title 2"}]
    shop.fake.rename("1", "a title")
    assert await shop.entities("title", "1", "2") == [{"title": "a title"}, {"title": "title 2"}]
    assert shop.last_keys() == ["1"]


async def test_an_error_of_the_rest_keeps_its_place() -> None:
    """The path leads to where the entity is in the whole answer."""
    shop = Shop()
    await shop.entities("title", "1", "2")
    shop.fake.city["Listing"][2]["title"] = {"error": "no title"}
    text = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Listing { title } } }"
    response = await shop.query(text, r=[{"__typename": "Listing", "id": n} for n in "123"])
    assert [error["path"] for error in response.errors] == [["_entities", 2, "title"]]


async def test_private_data_has_a_key_for_each_person() -> None:
    """And is not kept for those who do not tell who they are."""
    shop = Shop(options=CachingOptions(private_claim="sub"))
    one, two = RequestContext(claims={"sub": "one"}), RequestContext(claims={"sub": "two"})
    await shop.entities("contact", "1", context=one)
    await shop.entities("contact", "1", context=one)
    assert shop.asked == 1
    await shop.entities("contact", "1", context=two)
    assert shop.asked == 2
    for _ in range(2):
        await shop.entities("contact", "1", context=RequestContext())
    assert shop.asked == 4


async def test_private_by_header_is_found_out() -> None:
    """What an answer's header calls private, no other person gets, not even what was asked before it was known."""
    shop = Shop(options=CachingOptions(private_header="x-user"))
    one, two = RequestContext(headers={"x-user": "one"}), RequestContext(headers={"x-user": "two"})
    shop.fake.headers = {"cache-control": "private, max-age=60"}
    await shop.entities("title", "1", context=one)
    await shop.entities("title", "1", context=two)
    assert shop.asked == 2
    await shop.entities("title", "1", context=one)
    await shop.entities("title", "1", context=two)
    assert shop.asked == 2


async def test_headers_passed_on_keep_answers_apart() -> None:
    """Except those that public answers do not depend on."""
    shop = Shop()
    for headers in (
        {"accept-language": "zh"},
        {"accept-language": "en"},
        {"accept-language": "zh", "authorization": "x"},
    ):
        await shop.query("{ count }", headers=headers)
    assert shop.asked == 2


async def test_a_publish_that_changes_a_type_changes_its_keys() -> None:
    """What was kept of the old type is not found; of other types it is."""
    shop = Shop()
    await shop.entities("title", "1")
    await shop.query("{ count }")
    changed = market(CITY_TYPES.replace("title: String", "title: String subtitle: String"))
    after = Shop(clock=shop.clock, fake=shop.fake, store=shop.store, supergraph=changed)
    asked = shop.asked
    await after.entities("title", "1")
    assert after.asked == asked + 1
    same = Shop(clock=shop.clock, fake=shop.fake, store=shop.store)
    await same.entities("title", "1")
    assert same.asked == asked + 1


async def test_a_failure_is_raised_as_it_is() -> None:
    """Where nothing is kept, and it is tried again at the next request."""
    shop = Shop()
    shop.fake.is_down = True
    with pytest.raises(SubgraphError, match="cannot be reached"):
        await shop.entities("title", "1")
    shop.fake.is_down = False
    assert await shop.entities("title", "1") == [{"title": "title 1"}]


async def test_a_part_that_fails_leaves_the_rest() -> None:
    """What is here is served, with an error at each place of what is not."""
    shop = Shop()
    await shop.entities("title", "1")
    shop.fake.is_down = True
    text = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Listing { title } } }"
    response = await shop.query(text, r=[{"__typename": "Listing", "id": n} for n in "12"])
    assert response.data == {"_entities": [{"title": "title 1"}, None]}
    assert [error["path"] for error in response.errors] == [["_entities", 1]]
