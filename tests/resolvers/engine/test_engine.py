"""One request from text to bytes: what is refused, what is kept ready, what is passed on."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from gateway.errors import PlanningError
from gateway.resolvers.engine import Engine, EngineOptions
from gateway.resolvers.executor import ErrorPolicy
from gateway.resolvers.headers import HeaderRules, PassHeader
from gateway.resolvers.messages import GraphQLRequest, GraphQLResponse
from gateway.resolvers.operation import Limits, Operation
from gateway.resolvers.query_plan import Fetch, QueryPlan, RootPart
from gateway.resolvers.subgraph_client import (
    HttpAnswer,
    InProcessClient,
    SubgraphRequest,
    SubgraphResponse,
)
from gateway.schema.selection import Field, print_selections
from gateway.schema.supergraph import read_supergraph
from gateway.types import Label
from tests.resolvers.servers import make_server

SUPERGRAPH = read_supergraph(
    """
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.4", for: EXECUTION)
{ query: Query mutation: Mutation subscription: Subscription }
enum join__Graph { CITY @join__graph(name: "city", url: "http://city") CORE @join__graph(name: "core", url: "http://core") }
type Query @join__type(graph: CITY) @join__type(graph: CORE) {
  city(name: String! = "Hangzhou"): String
    @join__field(graph: CITY, override: "core", overrideLabel: "percent(50)") @join__field(graph: CORE, overrideLabel: "percent(50)")
  broken: String @join__field(graph: CITY)
  must: String! @join__field(graph: CITY)
}
type Mutation @join__type(graph: CITY) { found(name: String!): String @join__field(graph: CITY) }
type Subscription @join__type(graph: CITY) { news: String @join__field(graph: CITY) }
"""
)

SERVER = make_server(
    """
    type Query { city(name: String! = "Hangzhou"): String broken: String must: String }
    type Mutation { found(name: String!): String }
    """,
    {
        "Query": {
            "city": {"by": {"name: Hangzhou": "杭州", "name: Ningbo": "宁波"}},
            "broken": {"error": "the secret is 42"},
        },
        "Mutation": {"found": "founded"},
    },
)


def rules(*names: str) -> HeaderRules:
    return HeaderRules(tuple(PassHeader(name, name) for name in names))


class CountingPlanner:
    """Sends every operation as it is to one subgraph, and remembers with which labels it was asked to plan."""

    def __init__(self) -> None:
        self.planned: list[frozenset[Label]] = []

    def __call__(self, operation: Operation, labels: frozenset[Label]) -> QueryPlan:
        self.planned.append(labels)
        fields = tuple(s for s in operation.selections if isinstance(s, Field) and not s.name.startswith("__"))
        if any(field.alias == "unplannable" for field in fields):
            raise PlanningError("Query.broken is out of reach.")
        if not fields:
            return QueryPlan(operation.kind, ())
        declared = ", ".join(f"${variable.name}: {variable.type}" for variable in operation.variables)
        text = f"{operation.kind.value}{f'({declared})' if declared else ''} {{ {print_selections(fields)} }}"
        names = tuple(variable.name for variable in operation.variables)
        return QueryPlan(operation.kind, (Fetch(0, "city", operation.kind, text, None, names, (RootPart(fields),)),))


class Harness:
    def __init__(
        self, *, limits: Limits | None = None, chance: Callable[[], float] = lambda: 0.9, **options: Any
    ) -> None:
        self.client = InProcessClient({"city": SERVER})
        self.planner = CountingPlanner()
        self.engine = Engine(
            SUPERGRAPH,
            self.client,
            limits=limits,
            options=EngineOptions(**options),
            planner=self.planner,
            chance=chance,
        )

    async def send(self, query: str, **more: Any) -> GraphQLResponse:
        return await self.engine.execute(GraphQLRequest(query, **more))

    async def ask(self, query: str, **more: Any) -> Any:
        return msgspec.json.decode((await self.send(query, **more)).body)


def code_of(body: Any) -> str:
    return str(body["errors"][0]["extensions"]["code"])


async def test_a_request_is_answered() -> None:
    """Text and variables in, bytes out; without errors there is no errors entry."""
    response = await Harness().send("query($n: String!) { city(name: $n) }", variables={"n": "Ningbo"})
    assert response == GraphQLResponse('{"data":{"city":"宁波"}}'.encode(), executed=True)


async def test_data_and_errors_come_together() -> None:
    """A subgraph's error leaves the rest of the data, and the response counts as executed."""
    response = await Harness().send("{ city broken }")
    body = msgspec.json.decode(response.body)
    assert response.executed
    assert body["data"] == {"city": "杭州", "broken": None}
    assert [(e["path"], e["extensions"]["service"]) for e in body["errors"]] == [(["broken"], "city")]


async def test_nulls_of_the_gateways_own_making_are_told_in_extensions() -> None:
    """They are no errors of anybody's resolver."""
    body = await Harness().ask("{ must }")
    assert body["data"] is None
    assert "errors" not in body
    assert [problem["path"] for problem in body["extensions"]["valueCompletion"]] == [["must"]]


@pytest.mark.parametrize(
    ("query", "more", "code", "status"),
    [
        ("{", {}, "GRAPHQL_PARSE_FAILED", 400),
        ("{ nothing }", {}, "GRAPHQL_VALIDATION_FAILED", 400),
        ("{ city }", {"operation_name": "A"}, "OPERATION_RESOLUTION_FAILURE", 400),
        ("query($n: String!) { city(name: $n) }", {"variables": {"n": 1}}, "VALIDATION_INVALID_TYPE_VARIABLE", 400),
        ("query($n: String!) { city(name: $n) }", {}, "VALIDATION_INVALID_TYPE_VARIABLE", 400),
        ('mutation { found(name: "x") }', {"read_only": True}, "METHOD_NOT_ALLOWED", 405),
        ("subscription { news }", {}, "SUBSCRIPTION_NOT_SUPPORTED", 400),
    ],
)
async def test_a_wrong_request_has_no_data_and_sends_nothing(query: str, more: Any, code: str, status: int) -> None:
    """A request error has a code and a status, and no subgraph hears of it."""
    harness = Harness()
    for _ in range(2):
        response = await harness.send(query, **more)
    body = msgspec.json.decode(response.body)
    assert (code_of(body), response.status, response.executed) == (code, status, False)
    assert "data" not in body
    assert harness.client.requests == []


async def test_what_a_request_may_not_do_is_not_planned() -> None:
    """A subscription is refused for what it is, and a mutation by GET before anything is worked out for it."""
    harness = Harness()
    await harness.send("subscription { news }")
    await harness.send('mutation { found(name: "x") }', read_only=True)
    assert harness.planner.planned == []
    await harness.send('mutation { found(name: "x") }')
    response = await harness.send('mutation { found(name: "x") }', read_only=True)
    assert (len(harness.planner.planned), response.status) == (1, 405)


async def test_limits_are_the_engines() -> None:
    """An operation beyond a limit is refused before it is planned."""
    harness = Harness(limits=Limits(max_root_fields=1))
    assert code_of(await harness.ask("{ city broken }")) == "MAX_ROOT_FIELDS_LIMIT"
    assert harness.planner.planned == []


async def test_without_a_plan_data_is_null() -> None:
    """The operation is valid, so the response counts as executed."""
    response = await Harness().send("{ unplannable: broken }")
    body = msgspec.json.decode(response.body)
    assert (body["data"], code_of(body), response.executed) == (None, "QUERY_PLANNING_FAILED", True)


@pytest.mark.parametrize("query", ["{ __schema { queryType { name } } }", '{ ... { a: __type(name: "X") { name } } }'])
async def test_introspection_can_be_switched_off(query: str) -> None:
    """__schema and __type are refused, wherever they hide; __typename is not introspection."""
    assert code_of(await Harness(introspection=False).ask(query)) == "INTROSPECTION_DISABLED"
    assert await Harness(introspection=False).ask("{ __typename }") == {"data": {"__typename": "Query"}}
    assert "data" in await Harness().ask(query)


async def test_an_operation_is_prepared_once() -> None:
    """The same text and name are neither read nor planned again."""
    harness = Harness()
    for _ in range(3):
        await harness.send("{ city }")
    await harness.send("query A { city } query B { broken }", operation_name="A")
    await harness.send("query A { city } query B { broken }", operation_name="B")
    assert len(harness.planner.planned) == 3


async def test_the_least_recently_used_operation_is_forgotten_first() -> None:
    """Memory is bounded by the number of operations kept."""
    harness = Harness(cached_operations=2)
    for query in ("{ a: city }", "{ b: city }", "{ a: city }", "{ c: city }", "{ a: city }"):
        await harness.send(query)
    assert len(harness.planner.planned) == 3
    await harness.send("{ b: city }")
    assert len(harness.planner.planned) == 4


async def test_a_label_is_drawn_for_each_request_and_is_part_of_the_key() -> None:
    """percent(50) is active for numbers under a half; each of the two plans is made once."""
    numbers = iter([0.49, 0.5, 0.0, 0.99])
    harness = Harness(chance=lambda: next(numbers))
    for _ in range(4):
        await harness.send("{ city }")
    assert harness.planner.planned == [frozenset({"percent(50)"}), frozenset()]


async def test_a_label_can_be_always_active() -> None:
    """The operator's word goes before chance."""
    harness = Harness(active_labels=frozenset({"percent(50)"}))
    await harness.send("{ city }")
    assert harness.planner.planned == [frozenset({"percent(50)"})]


async def test_only_named_headers_are_passed_on() -> None:
    """A subgraph of its own mind gets its own set."""
    headers = {"authorization": "x", "cookie": "y"}
    for options, expected in (
        ({}, {}),
        ({"headers": rules("authorization", "absent")}, {"authorization": "x"}),
        ({"headers": rules("authorization"), "headers_by_subgraph": {"city": rules("cookie")}}, {"cookie": "y"}),
    ):
        harness = Harness(**options)
        await harness.send("{ city }", headers=headers)
        assert harness.client.requests[0].headers == expected


async def test_errors_can_be_masked() -> None:
    """The policy is the engine's option."""
    body = await Harness(error_policy=ErrorPolicy(mask=True)).ask("{ broken }")
    assert "secret" not in str(body)


async def test_a_failure_of_the_gateway_is_an_answer_too() -> None:
    """A client hears of it without any detail, with status 500."""

    def failing(_operation: Operation, _labels: frozenset[Label]) -> QueryPlan:
        raise ZeroDivisionError("the secret is 42")

    engine = Engine(SUPERGRAPH, InProcessClient({}), planner=failing)
    response = await engine.execute(GraphQLRequest("{ city }"))
    assert (response.status, response.executed) == (500, False)
    assert b"secret" not in response.body
    assert code_of(msgspec.json.decode(response.body)) == "INTERNAL_SERVER_ERROR"


class Broken(InProcessClient):
    """Fails in a way that nobody foresaw, once an operation is compiled."""

    def __init__(self) -> None:
        super().__init__({})
        self.sound = InProcessClient({"city": SERVER})
        self.posts = 0

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        return await self.sound.send(request)

    async def post(self, request: SubgraphRequest) -> HttpAnswer:
        self.posts += 1
        raise ZeroDivisionError("the secret is 42")


async def test_a_failure_of_compiled_code_leaves_the_query_to_the_plain_executor() -> None:
    """Nobody notices but the log."""
    client = Broken()
    engine = Engine(SUPERGRAPH, client, planner=CountingPlanner())
    bodies = [(await engine.execute(GraphQLRequest("{ city }"))).body for _ in range(3)]
    assert client.posts > 0
    assert bodies == ['{"data":{"city":"杭州"}}'.encode()] * 3


async def test_a_failing_mutation_is_not_sent_again() -> None:
    """Whether it had its effect, nobody knows; a second one would be worse."""
    client = Broken()
    engine = Engine(SUPERGRAPH, client, planner=CountingPlanner(), chance=lambda: 0.9)
    statuses = [(await engine.execute(GraphQLRequest('mutation { found(name: "x") }'))).status for _ in range(3)]
    assert statuses == [200, 500, 500]
    assert (len(client.sound.requests), client.posts) == (1, 2)


async def test_cancellation_goes_through() -> None:
    """It is no failure to be answered: whoever cancelled wants it to end."""

    class Hanging(InProcessClient):
        async def send(self, request: Any) -> Any:
            await asyncio.Event().wait()

    engine = Engine(SUPERGRAPH, Hanging({}), planner=CountingPlanner())
    task = asyncio.create_task(engine.execute(GraphQLRequest("{ city }")))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_plan_is_shown_where_it_is_asked_for() -> None:
    """Under the gateway's own name and under the one that Apollo's tools look for, as text and as JSON."""
    harness = Harness()
    shown = (await harness.ask("{ city }", expose_plan=True))["extensions"]
    assert shown["queryPlan"] == shown["apolloQueryPlan"]
    assert 'Fetch(service: "city")' in shown["queryPlan"]["text"]
    assert shown["queryPlan"]["object"]["kind"] == "QueryPlan"
    assert "extensions" not in await harness.ask("{ city }")


async def test_a_dry_run_plans_and_sends_nothing() -> None:
    """The response has the plan and no data."""
    harness = Harness()
    body = await harness.ask("{ city }", dry_run=True)
    assert (body["data"], harness.client.requests) == (None, [])
    assert "city" in body["extensions"]["queryPlan"]["text"]


async def test_the_engine_plans_by_itself() -> None:
    """Without a planner given, the gateway's own makes the plans."""
    engine = Engine(SUPERGRAPH, InProcessClient({"city": SERVER}), chance=lambda: 0.0)
    response = await engine.execute(GraphQLRequest("{ a: city }"))
    assert msgspec.json.decode(response.body) == {"data": {"a": "杭州"}}


class Reporting(InProcessClient):
    """Says who asked, for every request that it serves."""

    async def post(self, request: SubgraphRequest) -> HttpAnswer:
        assert request.context is not None
        request.context.report("askedBy", request.context.headers["x-user"])
        return await super().post(request)


async def test_what_clients_report_is_in_the_response_whichever_executor_runs() -> None:
    """The context reaches the innermost client, and its reports the response's extensions, beside the plan as well."""
    engine = Engine(SUPERGRAPH, Reporting({"city": SERVER}), planner=CountingPlanner())
    asking = GraphQLRequest("{ city }", headers={"x-user": "ann"})
    plain, compiled = [msgspec.json.decode((await engine.execute(asking)).body) for _ in range(2)]
    assert plain == compiled == {"data": {"city": "杭州"}, "extensions": {"askedBy": ["ann"]}}
    shown = await engine.execute(GraphQLRequest("{ city }", headers={"x-user": "ben"}, expose_plan=True))
    extensions = msgspec.json.decode(shown.body)["extensions"]
    assert (extensions["askedBy"], "queryPlan" in extensions) == (["ben"], True)


async def test_who_sees_the_plan_sees_how_each_fetch_went() -> None:
    """Its id in the plan, its begin and its time in milliseconds, its status and its size; nobody else does."""
    engine = Engine(SUPERGRAPH, InProcessClient({"city": SERVER}), planner=CountingPlanner())
    shown = msgspec.json.decode((await engine.execute(GraphQLRequest("{ city }", expose_plan=True))).body)
    (fetch,) = shown["extensions"]["fetches"]
    assert (fetch["id"], fetch["subgraph"], fetch["status"], fetch["bytes"]) == ("0", "city", 200, 26)
    assert fetch["startMs"] >= 0 <= fetch["durationMs"]
    assert "extensions" not in msgspec.json.decode((await engine.execute(GraphQLRequest("{ city }"))).body)


async def test_a_fetch_that_failed_is_traced_by_its_code() -> None:
    """There is no status and no size then."""
    engine = Engine(SUPERGRAPH, InProcessClient({}), planner=CountingPlanner())
    shown = msgspec.json.decode((await engine.execute(GraphQLRequest("{ city }", expose_plan=True))).body)
    (fetch,) = shown["extensions"]["fetches"]
    assert (fetch["code"], "status" in fetch, len(shown["errors"])) == ("SUBREQUEST_HTTP_ERROR", False, 1)
