"""The compiled and the plain executor give the same answer, whatever subgraphs say: nulls, errors, wrong types, missing entities."""

import json
import random
from typing import Any

import msgspec
import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    GraphQLUnionType,
    build_schema,
)

from gateway.resolvers.engine import Engine, EngineOptions
from gateway.resolvers.executor import prepare
from gateway.resolvers.executor.compiled import NotCompiledError, compile_operation
from gateway.resolvers.messages import GraphQLRequest
from gateway.resolvers.operation import Limits, read_operation
from gateway.resolvers.planner import plan_operation
from gateway.resolvers.subgraph_client import HttpAnswer, InProcessClient, SubgraphRequest
from gateway.schema.query_graph import build_query_graph
from gateway.schema.supergraph import read_supergraph
from gateway.types import OperationKind

SUPERGRAPH = read_supergraph(
    """
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION)
{ query: Query mutation: Mutation subscription: Subscription }
enum join__Graph {
  SHOP @join__graph(name: "shop", url: "http://shop")
  STOCK @join__graph(name: "stock", url: "http://stock")
  TALK @join__graph(name: "talk", url: "http://talk")
}
scalar JSON @join__type(graph: SHOP)
enum Size @join__type(graph: SHOP) { SMALL @join__enumValue(graph: SHOP) LARGE @join__enumValue(graph: SHOP) }
type Query @join__type(graph: SHOP) @join__type(graph: STOCK) @join__type(graph: TALK) {
  products(first: Int = 3): [Product] @join__field(graph: SHOP)
  best: Product! @join__field(graph: SHOP)
  posts: [Post!] @join__field(graph: TALK)
  things: [Thing] @join__field(graph: SHOP)
}
type Subscription @join__type(graph: SHOP) { sold: Product @join__field(graph: SHOP) }
type Mutation @join__type(graph: SHOP) { buy: Product @join__field(graph: SHOP) }
union Thing @join__type(graph: SHOP) @join__unionMember(graph: SHOP, member: "Product") @join__unionMember(graph: SHOP, member: "Maker")
  = Product | Maker
type Product @join__type(graph: SHOP, key: "id") @join__type(graph: STOCK, key: "id") @join__type(graph: TALK, key: "id") {
  id: ID!
  name: String! @join__field(graph: SHOP)
  size: Size @join__field(graph: SHOP)
  data: JSON @join__field(graph: SHOP)
  price: Float @join__field(graph: SHOP) @join__field(graph: STOCK, external: true)
  weight: Int! @join__field(graph: SHOP) @join__field(graph: STOCK, external: true)
  maker: Maker @join__field(graph: SHOP)
  tags: [[String!]!] @join__field(graph: SHOP)
  postage: Int @join__field(graph: STOCK, requires: "price weight")
  count: Int! @join__field(graph: STOCK)
  posts: [Post] @join__field(graph: TALK)
}
type Maker @join__type(graph: SHOP, key: "id") @join__type(graph: TALK, key: "id") {
  id: ID!
  name: String @join__field(graph: SHOP)
  posts: [Post!]! @join__field(graph: TALK)
}
type Post @join__type(graph: TALK) { text: String stars: Int! product: Product maker: Maker! }
"""
)

SUBGRAPHS = {
    "shop": """
    scalar JSON
    scalar _Any
    enum Size { SMALL LARGE }
    union _Entity = Product | Maker
    union Thing = Product | Maker
    type Query {
      products(first: Int = 3): [Product]  best: Product  posts: [Product]  things: [Thing]
      _entities(representations: [_Any!]!): [_Entity]!
    }
    type Mutation { buy: Product }
    type Product { id: ID name: String size: Size data: JSON price: Float weight: Int maker: Maker tags: [[String]] }
    type Maker { id: ID name: String }
    """,
    "stock": """
    scalar _Any
    union _Entity = Product
    type Query { _entities(representations: [_Any!]!): [_Entity]! }
    type Product { id: ID postage: Int count: Int }
    """,
    "talk": """
    scalar _Any
    union _Entity = Product | Maker
    type Query { posts: [Post]  _entities(representations: [_Any!]!): [_Entity]! }
    type Product { id: ID posts: [Post] }
    type Maker { id: ID posts: [Post] }
    type Post { text: String stars: Int product: Product maker: Maker }
    """,
}
"""What the subgraphs really run: nothing is non-null, so that any part of an answer can be null."""

QUERIES = (
    "{ products { id name size price } }",
    "{ best { name weight postage count } }",
    "{ products { name postage posts { text stars } maker { name posts { text } } } best { key: id count } }",
    "{ posts { stars product { id price postage maker { id name } } maker { name posts { product { name } } } } }",
    "{ products { posts { product { name posts { maker { name } } } } } posts { product { name posts { maker { name } } } } }",
    "query Q($n: Int) { __typename products(first: $n) { __typename t: __typename data tags maker { __typename id } } }",
    "{ posts { maker { posts { text stars } } } products { maker { posts { text } name } } }",
    "{ things { ... on Product { title: name postage posts { stars } } ... on Maker { theirs: posts { stars } name } } }",
    "{ things { ... on Maker { name t: __typename } kind: __typename ... on Product { id maker { id posts { text } } } } }",
    "{ things { __typename ... on Product { postage maker { name } } } products { id postage } }",
    "mutation { a: buy { name postage posts { text } } b: buy { id count } }",
    '{ products { name count } __schema { queryType { name } } __type(name: "Maker") { fields { name } } }',
)


class Whims:
    """Answers that depend on nothing but the seed and what was asked. ``rates`` say how often a value is null, or wrong, or fails."""

    def __init__(self, seed: int, *, null: float = 0.0, wrong: float = 0.0, error: float = 0.0) -> None:
        self.seed, self.null, self.wrong, self.error = seed, null, wrong, error

    def resolve(self, source: Any, info: GraphQLResolveInfo, **arguments: Any) -> Any:
        if info.field_name == "_entities":
            return [self._entity(representation) for representation in arguments["representations"]]
        token = f"{source.get('token') if source else ''}.{info.field_name}{sorted(arguments.items())}"
        return self._value(info.return_type, token)

    def _entity(self, representation: dict[str, Any]) -> Any:
        token = json.dumps(representation, sort_keys=True)
        chance = random.Random(f"{self.seed}{token}")
        return None if chance.random() < self.null else {"token": token, "type": representation["__typename"]}

    def _value(self, declared: Any, token: str) -> Any:
        chance = random.Random(f"{self.seed}{token}")
        draw = chance.random()
        if draw < self.error:
            raise GraphQLError("a whim")
        if draw < self.error + self.null:
            return None
        if isinstance(declared, GraphQLNonNull):
            return self._value(declared.of_type, token)
        if isinstance(declared, GraphQLList):
            return [self._value(declared.of_type, f"{token}{index}") for index in range(chance.randrange(4))]
        if isinstance(declared, GraphQLObjectType | GraphQLUnionType):
            name = declared.name if isinstance(declared, GraphQLObjectType) else chance.choice(declared.types).name
            return {"token": f"{chance.randrange(4)}", "type": name}
        return self._leaf(declared, chance)

    def _leaf(self, declared: GraphQLScalarType | GraphQLEnumType, chance: random.Random) -> Any:
        values = {
            "ID": str(chance.randrange(4)),
            "Int": chance.randrange(100),
            "Float": chance.random(),
            "JSON": {"a": [1]},
        }
        if isinstance(declared, GraphQLEnumType):
            return chance.choice(["SMALL", "LARGE"])
        return values.get(declared.name, f"text {chance.randrange(9)}")


class WrongValues(InProcessClient):
    """Puts wrong values into answers on their way: numbers for texts, texts for lists, objects for numbers."""

    def __init__(self, whims: Whims, **schemas: Any) -> None:
        super().__init__(schemas)
        self.whims = whims

    async def post(self, request: SubgraphRequest) -> HttpAnswer:
        answer = await super().post(request)
        spoilt = self._spoil(msgspec.json.decode(answer.body), "", 0)
        return HttpAnswer(answer.status, answer.headers, msgspec.json.encode(spoilt))

    def _spoil(self, value: Any, token: str, depth: int) -> Any:
        chance = random.Random(f"{self.whims.seed}{token}{json.dumps(value, sort_keys=True)}")
        if depth > 2 and chance.random() < self.whims.wrong:
            return chance.choice([7, 1.5, "seven", True, [], {}, 2**40])
        if isinstance(value, dict):
            return {key: self._spoil(item, key, depth + 1) for key, item in value.items()}
        if isinstance(value, list):
            return [self._spoil(item, token, depth + 1) for item in value]
        return value


def make_client(whims: Whims) -> WrongValues:
    schemas = {name: build_schema(sdl) for name, sdl in SUBGRAPHS.items()}
    for schema in schemas.values():
        for graphql_type in schema.type_map.values():
            if isinstance(graphql_type, GraphQLObjectType) and not graphql_type.name.startswith("__"):
                for field in graphql_type.fields.values():
                    field.resolve = whims.resolve
            if isinstance(graphql_type, GraphQLUnionType):
                graphql_type.resolve_type = lambda value, *_: value["type"]
    return WrongValues(whims, **schemas)


async def answers(
    query: str, whims: Whims, *, compiled: bool, variables: dict[str, Any] | None = None
) -> tuple[Any, list[str], int]:
    """Data, errors in no order, and the number of requests, when the operation has already been asked once before."""
    client = make_client(whims)
    engine = Engine(SUPERGRAPH, client, options=EngineOptions(compiled=compiled))
    request = GraphQLRequest(query, variables=variables or {"n": 2})
    await engine.execute(request)
    client.requests.clear()
    body = msgspec.json.decode((await engine.execute(request)).body)
    return body["data"], sorted(json.dumps(error) for error in body.get("errors", ())), len(client.requests)


CONDITIONAL = """query ($a: Boolean!, $b: Boolean = true) {
  products { id name @include(if: $a) postage @skip(if: $b) posts @include(if: $b) { text stars @skip(if: $a) } }
  best @skip(if: $a) { count weight @include(if: $b) }
}"""


@pytest.mark.parametrize("a", [True, False])
@pytest.mark.parametrize("b", [True, False])
async def test_each_setting_of_conditions_has_its_own_code(a: bool, b: bool) -> None:
    """One engine, one operation, four settings: each is answered as the plain executor answers it, and each is compiled."""
    for seed in range(4):
        whims, variables = Whims(seed, null=0.05), {"a": a, "b": b}
        plain = await answers(CONDITIONAL, whims, compiled=False, variables=variables)
        assert await answers(CONDITIONAL, whims, compiled=True, variables=variables) == plain


def compiled_source(query: str) -> str:
    operation = read_operation(SUPERGRAPH.api_schema, query, None, Limits())
    plan = plan_operation(build_query_graph(SUPERGRAPH), operation)
    return compile_operation(prepare(operation, plan, SUPERGRAPH), {}).source


@pytest.mark.parametrize("query", QUERIES)
def test_these_operations_are_compiled(query: str) -> None:
    """Otherwise the comparisons below would compare the plain executor with itself."""
    assert "def collect_" in compiled_source(query) or "def take_" in compiled_source(query)


async def test_a_mutation_is_sent_once_even_where_its_answer_is_a_surprise() -> None:
    """The plain executor gets the answers that have come, and sends only what was not sent before."""
    query = "mutation { a: buy { id name } b: buy { id count } c: buy { maker { name } } }"
    for seed in range(20):
        whims = Whims(seed, null=0.2, error=0.1, wrong=0.1)
        client = make_client(whims)
        engine = Engine(SUPERGRAPH, client)
        sent = []
        for _ in range(2):
            client.requests.clear()
            await engine.execute(GraphQLRequest(query))
            sent.append([request.query for request in client.requests if request.kind is OperationKind.MUTATION])
        assert sent[0]
        assert sent[1] == sent[0], f"seed {seed}"


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("subscription { sold { id } }", "a subscription"),
    ],
)
def test_what_is_not_compiled_says_why(query: str, reason: str) -> None:
    """Whatever the generated code cannot say is left to the plain executor, with a reason."""
    with pytest.raises(NotCompiledError, match=reason):
        compiled_source(query)


@pytest.mark.parametrize(
    "rates",
    [{}, {"null": 0.1}, {"error": 0.05}, {"wrong": 0.03}, {"null": 0.05, "error": 0.02, "wrong": 0.02}],
    ids=lambda rates: "+".join(rates) or "all is well",
)
@pytest.mark.parametrize("query", QUERIES)
async def test_both_executors_give_the_same_answer(query: str, rates: dict[str, float]) -> None:
    """Same data, same errors, and no request more."""
    for seed in range(8):
        plain = await answers(query, Whims(seed, **rates), compiled=False)
        assert await answers(query, Whims(seed, **rates), compiled=True) == plain, f"seed {seed}"
