"""What users see of a schema with requirements: exactly what they may, whatever way they ask."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.resolvers.access import AccessOptions, Requirement, read_access_rules
from gateway.resolvers.access.requirement import Kind
from gateway.resolvers.engine import Engine, EngineOptions
from gateway.resolvers.messages import GraphQLRequest
from gateway.resolvers.subgraph_client import InProcessClient
from gateway.schema import Subgraph, compose
from gateway.schema.supergraph import Supergraph
from tests.resolvers.servers import make_server

LINK = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.6",
  import: ["@key", "@shareable", "@requires", "@external", "@authenticated", "@requiresScopes", "@policy"])
"""
CORE = """
type Query {
  deals: [Deal!]!
  me: User @authenticated
  offer: Offer
  audit: Audit
}
type Mutation { close(id: ID!): Deal @requiresScopes(scopes: [["deal:close"]]) }
type User { name: String! }
type Deal @key(fields: "id") {
  id: ID!
  title: String
  price: Int @requiresScopes(scopes: [["deal:read", "price:read"], ["auditor"]])
  buyer: String! @policy(policies: [["same_city"]])
}
interface Offer { id: ID! sum: Int }
type Listing implements Offer { id: ID! sum: Int }
type Auction implements Offer { id: ID! sum: Int @authenticated reserve: Int @requiresScopes(scopes: [["auctioneer"]]) }
type Audit @requiresScopes(scopes: [["auditor"]]) { note: String }
"""
TAX = """
type Deal @key(fields: "id") {
  id: ID!
  price: Int @external
  tax: Int @requires(fields: "price") @requiresScopes(scopes: [["deal:read", "price:read"], ["auditor"]])
  open: Boolean
}
"""
DEALS = [
    {"id": "1", "title": "钢", "price": 100, "buyer": "甲"},
    {"id": "2", "title": "米", "price": 200, "buyer": "乙"},
]
SERVERS: Final = {
    "core": make_server(
        LINK + CORE,
        {
            "Query": {
                "deals": DEALS,
                "me": {"name": "Ann"},
                "offer": {"__typename": "Auction", "id": "a", "sum": 7, "reserve": 9},
                "audit": {"note": "n"},
            },
            "Mutation": {"close": DEALS[0]},
            "Deal": DEALS,
        },
    ),
    "tax": make_server(
        LINK + TAX,
        {"Deal": [{"id": "1", "tax": "{price}", "open": True}, {"id": "2", "tax": "{price}", "open": False}]},
    ),
}


def make_supergraph() -> Supergraph:
    result = compose([Subgraph("core", "http://core", LINK + CORE), Subgraph("tax", "http://tax", LINK + TAX)])
    assert result.supergraph is not None, result.errors
    return result.supergraph


SUPERGRAPH: Final = make_supergraph()
AUDITOR: Final = {"sub": "1", "scope": "auditor openid"}


class Market:
    """A gateway over the two subgraphs, and what they were asked."""

    def __init__(self, **access: Any) -> None:
        self.client = InProcessClient(SERVERS)
        options = EngineOptions(access=AccessOptions(**access))
        self.engine = Engine(SUPERGRAPH, self.client, options=options)

    async def ask(self, query: str, claims: Mapping[str, Any] | None = None) -> Any:
        """The answer, the same three times: prepared, compiled, from what is kept."""
        answers = [(await self.engine.execute(GraphQLRequest(query, claims=claims or {}))).body for _ in range(3)]
        assert len(set(answers)) == 1
        return msgspec.json.decode(answers[0])

    @property
    def sent(self) -> str:
        return " ".join(request.query for request in self.client.requests)


def paths(answer: Any) -> list[Any]:
    assert {error["extensions"]["code"] for error in answer.get("errors", ())} <= {"UNAUTHORIZED_FIELD_OR_TYPE"}
    return [error["path"] for error in answer.get("errors", ())]


async def test_what_nobody_restricts_needs_no_token() -> None:
    """And is answered without a word about it."""
    assert await Market().ask("{ deals { id title } }") == {
        "data": {"deals": [{"id": "1", "title": "钢"}, {"id": "2", "title": "米"}]}
    }


async def test_a_forbidden_field_is_null_with_one_error_and_never_asked_for() -> None:
    """Its path leads through lists by ``@``."""
    market = Market()
    answer = await market.ask("{ deals { id cost: price } }")
    assert answer["data"] == {"deals": [{"id": "1", "cost": None}, {"id": "2", "cost": None}]}
    assert paths(answer) == [["deals", "@", "cost"]]
    assert "price" not in market.sent


@pytest.mark.parametrize(
    ("claims", "seen"),
    [
        ({}, False),
        ({"sub": "1"}, False),
        ({"scope": "deal:read"}, False),
        ({"scope": "deal:read price:read"}, True),
        ({"scope": ["price:read", "deal:read", 7]}, True),
        ({"scope": "auditor"}, True),
        ({"scope": {"auditor": True}}, False),
        ({"policies": "auditor"}, False),
    ],
)
async def test_all_scopes_of_any_one_set_are_enough(claims: dict[str, Any], seen: bool) -> None:
    """In one text with spaces, or in a list."""
    answer = await Market().ask("{ deals { price } }", claims)
    assert answer["data"]["deals"][0]["price"] == (100 if seen else None)
    assert bool(paths(answer)) is not seen


async def test_any_token_is_enough_where_only_that_is_asked() -> None:
    """And none is not."""
    market = Market()
    assert (await market.ask("{ me { name } }", {"sub": "1"}))["data"] == {"me": {"name": "Ann"}}
    answer = await market.ask("{ me { name } }")
    assert (answer["data"], paths(answer)) == ({"me": None}, [["me"]])


async def test_a_forbidden_field_that_may_not_be_null_takes_its_object_with_it() -> None:
    """As any null does (GraphQL specification, section 6.4.4)."""
    answer = await Market().ask("{ me { name } deals { buyer } }", {"sub": "1"})
    assert (answer["data"], paths(answer)) == (None, [["deals", "@", "buyer"]])
    allowed = await Market().ask("{ deals { buyer } }", {"policies": ["same_city"]})
    assert allowed["data"]["deals"][0] == {"buyer": "甲"}


async def test_what_another_field_needs_is_not_shown_for_that() -> None:
    """A price that is fetched for the tax stays with the gateway where the price is forbidden: here both are."""
    market = Market()
    answer = await market.ask("{ deals { tax price open } }")
    assert answer["data"]["deals"][0] == {"tax": None, "price": None, "open": True}
    assert paths(answer) == [["deals", "@", "tax"], ["deals", "@", "price"]]
    allowed = await market.ask("{ deals { tax price } }", AUDITOR)
    assert allowed["data"]["deals"][0] == {"tax": 100, "price": 100}


async def test_a_type_with_a_requirement_is_not_reached() -> None:
    """Neither by the fields that return it, nor by its own."""
    answer = await Market().ask("{ audit { note } }")
    assert (answer["data"], paths(answer)) == ({"audit": None}, [["audit"]])
    assert (await Market().ask("{ audit { note } }", AUDITOR))["data"] == {"audit": {"note": "n"}}


async def test_through_an_interface_each_type_has_its_own_requirements() -> None:
    """The sum of an auction is for users, that of a listing for everybody: who asks for either has to be a user."""
    market = Market()
    query = "{ offer { id sum ... on Auction { reserve } ... on Listing { all: sum } } }"
    answer = await market.ask(query)
    assert answer["data"] == {"offer": {"id": "a", "sum": None, "reserve": None}}
    assert paths(answer) == [["offer", "sum"], ["offer", "reserve"]]
    assert (await market.ask(query, {"scope": "auctioneer"}))["data"]["offer"] == {"id": "a", "sum": 7, "reserve": 9}


UNION: Final = """
type Query { found: [Hit] }
union Hit = Open | Closed
type Open { title: String }
type Closed @authenticated { title: String! }
"""


async def test_where_types_differ_only_the_forbidden_ones_are_left_out() -> None:
    """A union shows what is open; of what is closed not even the fields that may not be null."""
    result = compose([Subgraph("a", "http://a", LINK + UNION)])
    assert result.supergraph is not None
    hits = [{"__typename": "Open", "title": "o"}, {"__typename": "Closed", "title": "c"}]
    client = InProcessClient({"a": make_server(LINK + UNION, {"Query": {"found": hits}})})
    engine = Engine(result.supergraph, client)
    query = "{ found { ... on Open { title } ... on Closed { name: title } } }"
    answer = msgspec.json.decode((await engine.execute(GraphQLRequest(query))).body)
    assert (answer["data"], paths(answer)) == ({"found": [{"title": "o"}, None]}, [["found", "@", "name"]])
    whole = msgspec.json.decode((await engine.execute(GraphQLRequest(query, claims={"sub": "1"}))).body)
    assert whole == {"data": {"found": [{"title": "o"}, {"name": "c"}]}}


async def test_an_object_of_which_nothing_may_be_seen_is_still_there_or_not() -> None:
    """That there are two deals is no secret."""
    answer = await Market().ask("{ deals { price } }")
    assert answer["data"] == {"deals": [{"price": None}, {"price": None}]}


async def test_a_forbidden_mutation_is_not_carried_out() -> None:
    """No subgraph hears of it."""
    market = Market()
    answer = await market.ask('mutation { close(id: "1") { id } }', AUDITOR)
    assert (answer["data"], paths(answer), market.client.requests) == ({"close": None}, [["close"]], [])


async def test_users_of_one_operation_do_not_see_each_others_answers() -> None:
    """What is kept ready for one is not used for another."""
    market = Market()
    query = "{ deals { price } }"
    seen = [(await market.ask(query, claims))["data"]["deals"][0]["price"] for claims in ({}, AUDITOR, {}, AUDITOR)]
    assert seen == [None, 100, None, 100]


async def test_a_request_can_be_refused_as_a_whole() -> None:
    """By setting: with 403, and without data."""
    market = Market(reject=True)
    response = await market.engine.execute(GraphQLRequest("{ deals { id price } }"))
    assert (response.status, response.executed, market.client.requests) == (403, False, [])
    assert paths(msgspec.json.decode(response.body)) == [["deals", "@", "price"]]
    assert (await market.ask("{ deals { id price } }", AUDITOR))["data"]["deals"][0]["price"] == 100


async def test_requirements_can_be_left_to_others() -> None:
    """By setting: then everybody sees all."""
    assert (await Market(enabled=False).ask("{ deals { price } }"))["data"]["deals"][0] == {"price": 100}


def test_a_schema_without_requirements_has_no_rules() -> None:
    """And costs nothing."""
    result = compose([Subgraph("a", "http://a", "type Query { a: Int }")])
    assert result.supergraph is not None
    assert read_access_rules(result.supergraph) is None


NAMES = st.frozensets(st.sampled_from("abcd"), max_size=4)


@given(st.frozensets(NAMES, max_size=3), NAMES, NAMES)
def test_more_scopes_never_show_less(
    alternatives: frozenset[frozenset[str]], held: frozenset[str], more: frozenset[str]
) -> None:
    """A user who may see something may still see it with further scopes."""
    requirement = Requirement(Kind.SCOPES, alternatives)

    def is_met(scopes: frozenset[str]) -> bool:
        return requirement.is_met({"sub": "1", "scope": " ".join(scopes)}, AccessOptions())

    assert is_met(held) <= is_met(held | more)
    assert is_met(held) == any(needed <= held for needed in alternatives)
