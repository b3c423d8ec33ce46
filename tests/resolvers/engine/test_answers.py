"""Whole answers are kept where every part of them may be, and say how long they can be kept by others."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from gateway.resolvers.cache import MemoryStore
from gateway.resolvers.cache.policy import Policy
from gateway.resolvers.engine import Engine, EngineOptions, WholeAnswers, read_varying
from gateway.resolvers.headers import HeaderRules, PassHeader, PassMatching
from gateway.resolvers.messages import GraphQLRequest, GraphQLResponse
from gateway.resolvers.subgraph_client.caching import CachingClient, CachingOptions, SubgraphRules
from tests.resolvers.cache.entries import Clock
from tests.resolvers.subgraph_client.caching.shops import MARKET, Fake

LISTING = '{ listings(city: "1") { title stars } }'


@dataclass
class Gateway:
    """An engine with a cache, and the clock of both."""

    options: CachingOptions = field(default_factory=lambda: CachingOptions(private_claim="sub", shows=True))
    rules: HeaderRules = field(default_factory=HeaderRules)
    clock: Clock = field(default_factory=Clock)
    fake: Fake = field(default_factory=Fake)

    def __post_init__(self) -> None:
        self.fake.headers = {"cache-control": "public, max-age=60"}
        self.store = MemoryStore(limit=10_000_000, clock=self.clock)
        client = CachingClient(self.fake, self.store, MARKET, self.options, clock=self.clock)
        varying = read_varying([self.rules], self.options.ignored_headers)
        answers = WholeAnswers(self.store, MARKET, self.options, varying, clock=self.clock)
        self.engine = Engine(MARKET, client, options=EngineOptions(headers=self.rules), answers=answers)

    async def ask(self, query: str, **given: Any) -> GraphQLResponse:
        return await self.engine.execute(GraphQLRequest(query, **given))

    async def is_kept(self, query: str, **given: Any) -> bool:
        """Whether the whole answer comes from what is kept."""
        response = await self.ask(query, extensions={"cache": True}, **given)
        shown: list[Mapping[str, Any]] = msgspec.json.decode(response.body)["extensions"]["cache"]
        return shown[0].get("answer") == "HIT"


async def test_an_answer_is_kept_as_long_as_the_part_that_ends_first() -> None:
    """And its headers say how long that is, and how old it is."""
    gateway = Gateway()
    first = await gateway.ask(LISTING)
    assert dict(first.headers) == {"cache-control": "public, max-age=30", "age": "0"}
    gateway.clock.now += 29
    again = await gateway.ask(LISTING)
    assert again.body == first.body
    assert dict(again.headers) == {"cache-control": "public, max-age=30", "age": "29"}
    assert await gateway.is_kept(LISTING)
    gateway.clock.now += 1
    assert not await gateway.is_kept(LISTING)


async def test_one_part_that_may_not_be_kept_is_enough() -> None:
    """Then nobody is to store the answer."""
    gateway = Gateway()
    gateway.fake.headers = {}
    for _ in range(2):
        response = await gateway.ask(LISTING)  # stars are the other subgraph's, which says nothing
        assert response.headers["cache-control"] == "no-store"
    assert not await gateway.is_kept(LISTING)


async def test_what_could_not_be_kept_is_tried_again_now_and_then() -> None:
    """For the subgraph may have learned to speak."""
    gateway = Gateway()
    gateway.fake.headers = {}
    await gateway.ask(LISTING)
    gateway.fake.headers = {"cache-control": "public, max-age=60"}
    said = {(await gateway.ask(LISTING)).headers["cache-control"] for _ in range(110)}
    assert said == {"no-store", "public, max-age=30"}


async def test_an_answer_with_errors_is_not_kept() -> None:
    """Nor one whose data had to be mended."""
    gateway = Gateway()
    gateway.fake.city["Listing"][0]["title"] = {"error": "no title"}
    response = await gateway.ask(LISTING)
    assert response.headers["cache-control"] == "no-store"
    gateway.fake.rename("1", "a title")
    assert b"a title" in (await gateway.ask(LISTING)).body


async def test_variables_and_operation_names_tell_answers_apart() -> None:
    """And nothing else of the request does, but what is passed on."""
    gateway = Gateway()
    query = "query A($c: ID) { listings(city: $c) { id } } query B($c: ID) { listings(city: $c) { title } }"
    await gateway.ask(query, operation_name="A", variables={"c": "1"})
    assert await gateway.is_kept(query, operation_name="A", variables={"c": "1"}, headers={"x": "y"})
    assert not await gateway.is_kept(query, operation_name="A", variables={"c": "2"})
    assert not await gateway.is_kept(query, operation_name="B", variables={"c": "1"})


async def test_a_private_answer_is_one_persons() -> None:
    """It is kept under who asked, and says that it is private."""
    gateway = Gateway()
    query = '{ listing(id: "1") { contact } }'
    first = await gateway.ask(query, claims={"sub": "one"})
    assert first.headers["cache-control"] == "private, max-age=10"
    assert await gateway.is_kept(query, claims={"sub": "one"})
    assert not await gateway.is_kept(query, claims={"sub": "two"})
    assert not await gateway.is_kept(query)


async def test_an_invalidation_of_a_part_calls_back_the_whole() -> None:
    """By each of its tags."""
    gateway = Gateway()
    await gateway.ask(LISTING)
    await gateway.store.invalidate(['e:Listing:{"id":"2"}'])
    assert not await gateway.is_kept(LISTING)


async def test_a_mutation_is_never_kept() -> None:
    """It says nothing of keeping, and what it returns calls answers back."""
    gateway = Gateway()
    await gateway.ask(LISTING)
    response = await gateway.ask('mutation { rename(id: "1", title: "x") { id } }')
    assert "cache-control" not in response.headers
    assert not await gateway.is_kept(LISTING)


async def test_stale_parts_make_no_answer_to_keep() -> None:
    """It says STALE, and nobody is to store it."""
    rules = SubgraphRules(default=Policy(stale_if_error=1_000))
    gateway = Gateway(options=CachingOptions(others=rules))
    await gateway.ask(LISTING)
    gateway.clock.now += 100
    gateway.fake.is_down = True
    response = await gateway.ask(LISTING)
    assert response.headers["cache-control"] == "no-store"
    body = msgspec.json.decode(response.body)
    assert "errors" not in body
    assert {source["status"] for source in body["extensions"]["sources"]} == {"STALE"}


async def test_headers_that_are_passed_on_are_named_in_vary() -> None:
    """For a CDN must tell answers apart as we do; where they cannot be named, it may keep nothing."""
    gateway = Gateway(
        rules=HeaderRules(
            (PassHeader("accept-language", "accept-language"), PassHeader("authorization", "authorization"))
        )
    )
    assert (await gateway.ask(LISTING)).headers["vary"] == "accept-language"
    assert not await gateway.is_kept(LISTING, headers={"accept-language": "zh"})
    assert await gateway.is_kept(LISTING, headers={"authorization": "x"})
    gateway = Gateway(rules=HeaderRules((PassMatching(re.compile("x-.*")),)))
    assert (await gateway.ask(LISTING)).headers["cache-control"].startswith("private")
