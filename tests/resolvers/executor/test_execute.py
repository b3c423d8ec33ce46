"""How a plan's answers become a response: one fact of execution per test, plans written by hand."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from graphql import GraphQLSchema

from gateway.errors import SubgraphError
from gateway.resolvers.executor import ErrorPolicy, Executed
from gateway.resolvers.query_plan import ContextInput, EntityPart, Fetch, Rename
from gateway.resolvers.subgraph_client import InProcessClient, SubgraphRequest, SubgraphResponse
from gateway.schema.selection import Guard, parse_field_set
from gateway.schema.supergraph import Supergraph, read_supergraph
from gateway.types import OperationKind
from tests.resolvers.executor.plans import entities, entity, path_of, root, run
from tests.resolvers.servers import make_server

SUPERGRAPH = read_supergraph(
    """
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)
{ query: Query mutation: Mutation }
enum join__Graph { CORE @join__graph(name: "core", url: "http://core") CITY @join__graph(name: "city", url: "http://city") }

type Query @join__type(graph: CORE) @join__type(graph: CITY) {
  achievements: [Achievement] @join__field(graph: CORE)
  achievement: Achievement @join__field(graph: CORE)
  strict: [Achievement!]! @join__field(graph: CORE)
  holders: [Holder] @join__field(graph: CORE)
  anything: JSON @join__field(graph: CORE)
  search(a: Int, b: Int): Int @join__field(graph: CORE)
  again: Query @join__field(graph: CORE)
  many: [Query] @join__field(graph: CORE)
  report: Report
}
type Mutation @join__type(graph: CORE) { publish(id: ID!): Achievement @join__field(graph: CORE) }
type Report @join__type(graph: CORE) @join__type(graph: CITY) {
  total: Int @join__field(graph: CORE)
  local: Int @join__field(graph: CITY)
  lines: [Line]
}
type Line @join__type(graph: CORE) @join__type(graph: CITY) {
  a: Int @join__field(graph: CORE)
  b: Int @join__field(graph: CITY)
}
type Achievement @join__type(graph: CORE, key: "id") @join__type(graph: CITY, key: "id") {
  id: ID!
  title: String @join__field(graph: CORE)
  level: Level @join__field(graph: CORE)
  count: Int @join__field(graph: CORE)
  ratio: Float @join__field(graph: CORE)
  holder: Holder @join__field(graph: CORE)
  related: [Achievement!] @join__field(graph: CORE)
  price: Int @join__field(graph: CORE)
  must: String! @join__field(graph: CITY)
  demand: String @join__field(graph: CITY, requires: "price")
  city: String @join__field(graph: CITY)
}
interface Holder @join__type(graph: CORE) { name: String }
type University implements Holder @join__implements(graph: CORE, interface: "Holder")
  @join__type(graph: CORE, key: "id") @join__type(graph: CITY, key: "id") {
  id: ID!
  name: String @join__field(graph: CORE)
  rank: Int @join__field(graph: CITY)
}
type Company implements Holder @join__implements(graph: CORE, interface: "Holder") @join__type(graph: CORE) {
  name: String
}
type Secret implements Holder @inaccessible @join__implements(graph: CORE, interface: "Holder") @join__type(graph: CORE) {
  name: String
}
enum Level @join__type(graph: CORE) { LAB @join__enumValue(graph: CORE) HIDDEN @inaccessible @join__enumValue(graph: CORE) }
scalar JSON @join__type(graph: CORE)
"""
)

CITY = """
type Query { report: Report }
type Report { local: Int lines: [Line] }
type Line { b: Int }
type Achievement @key(fields: "id") { id: ID! price: Int must: String demand: String city(rate: String): String }
type University @key(fields: "id") { id: ID! rank: Int }
"""
CITY_DATA: dict[str, Any] = {
    "Query": {"report": {"local": 5, "lines": [{"b": 1}, {"b": 2}]}},
    "Achievement": [
        {"id": "1", "city": "Hangzhou", "must": "yes", "demand": "at {price}"},
        {"id": "2", "city": "Ningbo", "demand": "at {price}"},
        {"id": "3", "city": {"error": "no city"}, "must": "yes"},
    ],
    "University": [{"id": "u", "rank": 7}],
}


class FixedClient(InProcessClient):
    """Answers each subgraph's requests with what is given, in order: a response's entries, or an exception. The city answers itself."""

    def __init__(self, **answers: Any) -> None:
        super().__init__({"city": make_server(CITY, CITY_DATA)})
        self.answers = {name: iter(given if isinstance(given, list) else [given]) for name, given in answers.items()}

    def serve(self, subgraph: str, schema: GraphQLSchema) -> None:
        """Let another server answer for a subgraph."""
        self._schemas = {subgraph: schema}

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        if request.subgraph not in self.answers:
            return await super().send(request)
        self.requests.append(request)
        answer = next(self.answers[request.subgraph])
        if isinstance(answer, Exception):
            raise answer
        errors = answer.get("errors", ())
        return SubgraphResponse(answer["data"] if "data" in answer or errors else answer, tuple(errors))


def core(**data: Any) -> FixedClient:
    return FixedClient(core={"data": data})


CITY_OF_EACH = entity("achievements.@", "id", "... on Achievement { city }", send="Achievement")


def achievements(*values: Any) -> list[Any]:
    return [{"id": v} if isinstance(v, str) else v for v in values]


async def ask(
    client: FixedClient, query: str, *fetches: Fetch, policy: ErrorPolicy | None = None, **v: Any
) -> Executed:
    return await run(SUPERGRAPH, client, query, *fetches, policy=policy, **v)


async def city_of(*values: Any, query: str = "{ achievements { city } }") -> tuple[FixedClient, Executed]:
    client = core(achievements=achievements(*values))
    fetches = (root(0, "core", "achievements { id }"), entities(1, "city", [CITY_OF_EACH], 0))
    return client, await ask(client, query, *fetches)


# Representations


async def test_an_entity_is_asked_for_once_and_merged_everywhere() -> None:
    """Equal representations are one, and every object that they stand for gets the entity."""
    client, result = await city_of("1", "2", "1")
    assert client.requests[1].variables == {
        "r_e": [{"__typename": "Achievement", "id": "1"}, {"__typename": "Achievement", "id": "2"}]
    }
    assert result.data == {"achievements": [{"city": "Hangzhou"}, {"city": "Ningbo"}, {"city": "Hangzhou"}]}


async def test_nulls_and_objects_without_a_key_are_not_asked_for() -> None:
    """A null object, one that lacks the key, and one whose key is null where it must not be: none is sent."""
    client, result = await city_of(None, {}, {"id": None}, "2")
    assert client.requests[1].variables == {"r_e": [{"__typename": "Achievement", "id": "2"}]}
    assert result.data == {"achievements": [None, {"city": None}, {"city": None}, {"city": "Ningbo"}]}
    assert (result.errors, result.problems) == ((), ())


async def test_nothing_to_ask_for_sends_nothing() -> None:
    """A fetch without representations is left out, and so are those that wait for it in vain."""
    client = core(achievements=[])
    chain = entities(
        2, "city", [entity("achievements.@", "city", "... on Achievement { must }", send="Achievement")], 1
    )
    result = await ask(
        client,
        "{ achievements { city } }",
        root(0, "core", "achievements { id }"),
        entities(1, "city", [CITY_OF_EACH], 0),
        chain,
    )
    assert [request.subgraph for request in client.requests] == ["core"]
    assert result.data == {"achievements": []}


async def test_a_null_entity_ends_its_chain_silently() -> None:
    """What a subgraph does not know stays null, and nobody else is asked about it."""
    client = core(achievements=[{"id": "unknown", "price": 3}, {"id": "1", "price": 4}])
    demand = entity("achievements.@", "id city price", "... on Achievement { demand }", send="Achievement")
    result = await ask(
        client,
        "{ achievements { city demand } }",
        root(0, "core", "achievements { id price }"),
        entities(1, "city", [CITY_OF_EACH], 0),
        entities(2, "city", [demand], 1),
    )
    assert [len(r.variables.get("r_e", ())) for r in client.requests] == [0, 2, 1]
    assert result.data == {
        "achievements": [{"city": None, "demand": None}, {"city": "Hangzhou", "demand": "at 4"}],
    }
    assert (result.errors, result.problems) == ((), ())


async def test_an_explicit_null_of_a_nullable_requirement_is_sent() -> None:
    """Null is a value that a resolver may want to know; a missing value is not."""
    client = core(achievements=[{"id": "1", "price": None}, {"id": "2"}])
    part = entity("achievements.@", "id price", "... on Achievement { demand }", send="Achievement")
    result = await ask(
        client,
        "{ achievements { demand } }",
        root(0, "core", "achievements { id price }"),
        entities(1, "city", [part], 0),
    )
    assert client.requests[1].variables == {"r_e": [{"__typename": "Achievement", "id": "1", "price": None}]}
    assert result.data == {"achievements": [{"demand": "at None"}, {"demand": None}]}


async def test_an_input_is_read_by_its_alias_and_sent_by_its_name() -> None:
    """The requirement was fetched under a name of the plan's own, since the client uses the field's name for something else."""
    client = core(achievements=[{"id": "1", "price": 5, "_r0": 9}])
    part = entity("achievements.@", "id _r0: price", "... on Achievement { demand }", send="Achievement")
    result = await ask(
        client,
        "{ achievements { price demand } }",
        root(0, "core", "achievements { id price _r0: price }"),
        entities(1, "city", [part], 0),
    )
    assert result.data == {"achievements": [{"price": 5, "demand": "at 9"}]}


async def test_only_objects_of_the_inputs_types_are_asked_for() -> None:
    """In a list of mixed types, each object is sent by the input of its own type, or not at all."""
    holders = [{"__typename": "Company", "name": "c"}, {"__typename": "University", "id": "u"}]
    client = core(holders=holders)
    part = entity("holders.@", "id", "... on University { rank }", on="University")
    result = await ask(
        client,
        "{ holders { name ... on University { rank } } }",
        root(0, "core", "holders { __typename name ... on University { id } }"),
        entities(1, "city", [part], 0),
    )
    assert client.requests[1].variables == {"r_e": [{"__typename": "University", "id": "u"}]}
    assert result.data == {"holders": [{"name": "c"}, {"name": None, "rank": 7}]}


async def test_a_path_keeps_only_objects_of_its_types() -> None:
    """A type condition in a path looks at __typename."""
    client = core(holders=[{"__typename": "Company", "id": "u"}, {"__typename": "University", "id": "u"}])
    part = entity("holders.@.|University", "id", "... on University { rank }", send="University")
    result = await ask(
        client,
        "{ holders { ... on University { rank } } }",
        root(0, "core", "holders { __typename name }"),
        entities(1, "city", [part], 0),
    )
    assert result.data == {"holders": [{}, {"rank": 7}]}


async def test_several_paths_share_one_list_of_representations() -> None:
    """The same entity at two places is sent once; each place gets its own copy."""
    client = core(achievement={"id": "1", "related": [{"id": "1"}]})
    part = entity("achievement&achievement.related.@", "id", "... on Achievement { city }", send="Achievement")
    result = await ask(
        client,
        "{ achievement { city related { city } } }",
        root(0, "core", "achievement { id related { id } }"),
        entities(1, "city", [part], 0),
    )
    assert client.requests[1].variables == {"r_e": [{"__typename": "Achievement", "id": "1"}]}
    assert result.data == {"achievement": {"city": "Hangzhou", "related": [{"city": "Hangzhou"}]}}


async def test_a_batch_with_one_empty_part_is_still_sent() -> None:
    """Where one of two calls has nobody to ask for, it goes out with an empty list."""
    client = core(achievements=[{"id": "1"}], holders=[])
    rank = entity("holders.@", "id", "... on University { rank }", on="University", alias="h")
    result = await ask(
        client,
        "{ achievements { city } holders { name } }",
        root(0, "core", "achievements { id } holders { __typename name }"),
        entities(1, "city", [CITY_OF_EACH, rank], 0),
    )
    assert client.requests[1].variables["r_h"] == []
    assert result.data == {"achievements": [{"city": "Hangzhou"}], "holders": []}


# Guards and variables


@pytest.mark.parametrize("included", [True, False])
async def test_a_fetch_whose_guard_fails_is_not_sent(included: bool) -> None:
    """A skipped field costs no request."""
    client = core(achievements=achievements("1"))
    result = await ask(
        client,
        "query($v: Boolean!) { achievements { id city @include(if: $v) } }",
        root(0, "core", "achievements { id }"),
        entities(1, "city", [CITY_OF_EACH], 0, guards=(Guard("v", True),)),
        v=included,
    )
    assert len(client.requests) == 1 + included
    assert result.data == {"achievements": [{"id": "1", "city": "Hangzhou"} if included else {"id": "1"}]}


async def test_a_part_whose_guard_fails_collects_nothing() -> None:
    """The other parts of the batch are sent without it."""
    client = core(achievements=achievements("1"))
    guarded = entity(
        "achievements.@", "id", "... on Achievement { must }", alias="m", send="Achievement", guards=(Guard("v", True),)
    )
    result = await ask(
        client,
        "query($v: Boolean = false) { achievements { city must @include(if: $v) } }",
        root(0, "core", "achievements { id }"),
        entities(1, "city", [CITY_OF_EACH, guarded], 0),
    )
    assert client.requests[1].variables["r_m"] == []
    assert result.data == {"achievements": [{"city": "Hangzhou"}]}


async def test_only_the_named_variables_that_have_a_value_are_forwarded() -> None:
    """A variable without value and default stays absent upstream too."""
    client = core(x=1, y=2)
    await ask(
        client,
        "query($a: Int = 3, $b: Int, $c: Int = 1) { x: search(a: $a, b: $b) y: search(a: $c) }",
        root(0, "core", "x: search(a: $a, b: $b)", variables=("a", "b")),
    )
    assert client.requests[0].variables == {"a": 3}


# Merging


async def test_one_value_object_comes_from_two_subgraphs() -> None:
    """Objects are merged by key and lists of equal length by index."""
    client = core(report={"total": 1, "lines": [{"a": 10}, {"a": 20}]})
    result = await ask(
        client,
        "{ report { total local lines { a b } } }",
        root(0, "core", "report { total lines { a } }"),
        root(1, "city", "report { local lines { b } }"),
    )
    assert result.data == {"report": {"total": 1, "local": 5, "lines": [{"a": 10, "b": 1}, {"a": 20, "b": 2}]}}


async def test_null_never_takes_the_place_of_data() -> None:
    """Whichever answer comes first."""
    for answers in (
        {"core": {"report": None}, "city": {"report": {"local": 5}}},
        {"core": {"report": {"total": 1}}, "city": {"report": None}},
    ):
        client = FixedClient(core={"data": answers["core"]}, city={"data": answers["city"]})
        result = await ask(
            client,
            "{ report { __typename } }",
            root(0, "core", "report { total }"),
            root(1, "city", "report { local }"),
        )
        assert result.data == {"report": {"__typename": "Report"}}


async def test_entities_share_no_object() -> None:
    """A later fetch that changes one copy of an entity leaves the other alone."""
    client = FixedClient(
        core=[
            {"data": {"achievements": achievements("1", "1")}},
            {"data": {"e": [{"holder": {"__typename": "Company"}}]}},
            {"data": {"achievements": [{"holder": {"name": "first"}}, {"holder": {"name": "second"}}]}},
        ]
    )
    part = entity("achievements.@", "id", "... on Achievement { holder { __typename } }", send="Achievement")
    result = await ask(
        client,
        "{ achievements { holder { name } } }",
        root(0, "core", "achievements { id }"),
        entities(1, "core", [part], 0),
        root(2, "core", "achievements { holder { name } }", 1),
    )
    assert result.data == {"achievements": [{"holder": {"name": "first"}}, {"holder": {"name": "second"}}]}


async def test_a_rename_gives_a_key_its_name_before_merging() -> None:
    """Two branches whose types cannot share a key in the subgraph get it back here."""
    client = core(
        holders=[{"__typename": "University", "name__alias_0": "Zhejiang"}, {"__typename": "Company", "name": "c"}]
    )
    rename = Rename(path_of("holders.@.|University"), "name__alias_0", "name")
    result = await ask(
        client, "{ holders { name } }", root(0, "core", "holders { __typename name }", renames=(rename,))
    )
    assert result.data == {"holders": [{"name": "Zhejiang"}, {"name": "c"}]}


async def test_root_fields_can_be_merged_where_a_field_leads_back_to_the_root() -> None:
    """Root re-entry: the query type as a field's type is answered by any subgraph's root."""
    client = core(again={})
    result = await ask(
        client,
        "{ again { report { local } } }",
        root(0, "core", "again { __typename }"),
        root(1, "city", "report { local }", 0, path=("again",)),
    )
    assert result.data == {"again": {"report": {"local": 5}}}


async def test_root_fields_merged_at_several_places_are_no_one_object() -> None:
    """A later fetch fills each place for itself."""
    later = {"many": [{"report": {"total": 1}}, {"report": {"total": 2}}]}
    client = FixedClient(core=[{"data": {"many": [{}, {}]}}, {"data": later}])
    result = await ask(
        client,
        "{ many { report { local total } } }",
        root(0, "core", "many { __typename }"),
        root(1, "city", "report { local }", 0, path=path_of("many.@")),
        root(2, "core", "many { report { total } }", 1),
    )
    assert result.data == {"many": [{"report": {"local": 5, "total": 1}}, {"report": {"local": 5, "total": 2}}]}


# Errors


async def test_an_entitys_error_is_reported_at_every_place_it_stands_for() -> None:
    """The path of a representation becomes the paths of all client objects behind it, and says whose error it is."""
    _, result = await city_of("3", "1", "3")
    extensions = {"code": "DOWNSTREAM_SERVICE_ERROR", "service": "city"}
    assert result.errors == tuple(
        {"message": "no city", "path": ["achievements", index, "city"], "extensions": extensions} for index in (0, 2)
    )
    assert result.data == {"achievements": [{"city": None}, {"city": "Hangzhou"}, {"city": None}]}


async def test_a_root_error_keeps_its_path_and_its_extensions() -> None:
    """Locations are the subgraph's operation's and mean nothing to a client; a code of its own stays."""
    error = {
        "message": "x",
        "path": ["achievement"],
        "locations": [{"line": 1, "column": 1}],
        "extensions": {"code": "NO", "a": 1},
    }
    client = FixedClient(core={"data": {"achievement": None}, "errors": [error]})
    result = await ask(client, "{ achievement { id } }", root(0, "core", "achievement { id }"))
    assert result.errors == (
        {"message": "x", "path": ["achievement"], "extensions": {"code": "NO", "a": 1, "service": "core"}},
    )


async def test_a_path_through_what_only_the_plan_asked_for_is_cut() -> None:
    """The client hears of the object, not of a key that it never wrote."""
    error = {"message": "x", "path": ["achievements", 0, "_r0"]}
    client = FixedClient(core={"data": {"achievements": [{"id": "1"}]}, "errors": [error]})
    result = await ask(client, "{ achievements { id } }", root(0, "core", "achievements { id _r0: price }"))
    assert result.errors[0]["path"] == ["achievements", 0]


async def test_a_path_is_told_by_the_names_after_renaming() -> None:
    """A client never sees the alias that the plan needed."""
    error = {"message": "x", "path": ["holders", 0, "name__alias_0"]}
    client = FixedClient(
        core={"data": {"holders": [{"__typename": "University", "name__alias_0": None}]}, "errors": [error]}
    )
    rename = Rename(path_of("holders.@.|University"), "name__alias_0", "name")
    result = await ask(client, "{ holders { name } }", root(0, "core", "holders { name }", renames=(rename,)))
    assert result.errors[0]["path"] == ["holders", 0, "name"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (["e", 0, "city__0", "x"], ["achievements", 0, "city"]),
        (["e", -1, "city__0"], ["achievements"]),
        (["e", 7], ["achievements"]),
        (["e", "0"], ["achievements"]),
        (["e"], ["achievements"]),
        (["unknown", 0], ["achievements"]),
        ([3], ["achievements"]),
        ("e", ["achievements"]),
        (None, ["achievements"]),
    ],
)
async def test_an_entitys_path_is_told_in_the_clients_words_or_by_its_anchor(path: Any, expected: Any) -> None:
    """Renamed keys get their names back; a path that makes no sense counts as none."""
    client = FixedClient(
        core={"data": {"achievements": achievements("1")}},
        city={"data": {"e": [{"city__0": None}]}, "errors": [{"message": "x", "path": path}]},
    )
    renames = (Rename((), "city__0", "city"),)
    part = entity("achievements.@", "id", "... on Achievement { city__0: city }", send="Achievement", renames=renames)
    result = await ask(
        client, "{ achievements { city } }", root(0, "core", "achievements { id }"), entities(1, "city", [part], 0)
    )
    assert [error["path"] for error in result.errors] == [expected]


async def test_an_unreachable_subgraph_is_one_error_at_its_anchor() -> None:
    """The rest of the response is there; the error says up to which list the data was to go."""
    client = FixedClient(
        core={"data": {"achievements": achievements("1", "2")}},
        city=SubgraphError("Subgraph 'city' cannot be reached.", subgraph="city"),
    )
    result = await ask(
        client,
        "{ achievements { id city } }",
        root(0, "core", "achievements { id }"),
        entities(1, "city", [CITY_OF_EACH], 0),
    )
    assert result.errors == (
        {
            "message": "Subgraph 'city' cannot be reached.",
            "path": ["achievements"],
            "extensions": {"code": "SUBREQUEST_HTTP_ERROR", "service": "city"},
        },
    )
    assert result.data == {"achievements": [{"id": "1", "city": None}, {"id": "2", "city": None}]}


async def test_an_error_without_a_usable_path_concerns_every_part() -> None:
    """Each place that the fetch was for hears of it once."""
    client = FixedClient(
        core={"data": {"achievements": achievements("1"), "holders": [{"__typename": "University", "id": "u"}]}},
        city={"data": None, "errors": [{"message": "down"}]},
    )
    rank = entity("holders.@", "id", "... on University { rank }", on="University", alias="h")
    result = await ask(
        client,
        "{ achievements { city } holders { name } }",
        root(0, "core", "achievements { id } holders { __typename id }"),
        entities(1, "city", [CITY_OF_EACH, rank], 0),
    )
    assert [error["path"] for error in result.errors] == [["achievements"], ["holders"]]


@pytest.mark.parametrize("entities_answer", [[], [{}, {}], None, {}, [3]])
async def test_a_wrong_number_of_entities_is_an_error_of_the_fetch(entities_answer: Any) -> None:
    """Nobody can tell whose data it is, so nothing of it is used."""
    client = FixedClient(core={"data": {"achievements": achievements("1")}}, city={"data": {"e": entities_answer}})
    result = await ask(
        client,
        "{ achievements { id city } }",
        root(0, "core", "achievements { id }"),
        entities(1, "city", [CITY_OF_EACH], 0),
    )
    (error,) = result.errors
    assert (error["path"], error["extensions"]["code"]) == (["achievements"], "SUBREQUEST_MALFORMED_RESPONSE")
    assert result.data == {"achievements": [{"id": "1", "city": None}]}


async def test_a_failing_root_fetch_leaves_the_other_root_fields() -> None:
    """Partial data with errors, always."""
    client = FixedClient(core=SubgraphError("x", subgraph="core"))
    result = await ask(
        client,
        "{ achievement { id } report { local } }",
        root(0, "core", "achievement { id }"),
        root(1, "city", "report { local }"),
    )
    assert [error["path"] for error in result.errors] == [["achievement"]]
    assert result.data == {"achievement": None, "report": {"local": 5}}


async def test_one_field_fails_once() -> None:
    """Two subgraphs that fail at the same place with the same words are one error; other words are another."""
    failing = {"data": {"report": None}, "errors": [{"message": "down", "path": ["report"]}]}
    other = {"data": {"report": None}, "errors": [{"message": "out", "path": ["report"]}]}
    client = FixedClient(core=failing, city=failing, third=other)
    fetches = (root(n, name, "report { lines { __typename } }") for n, name in enumerate(("core", "city", "third")))
    result = await ask(client, "{ report { __typename } }", *fetches)
    assert [(error["message"], error["extensions"]["service"]) for error in result.errors] == [
        ("down", "core"),
        ("out", "third"),
    ]


async def test_an_unforeseen_failure_tells_the_client_nothing() -> None:
    """The log has the cause; the response has a code."""
    client = FixedClient(core=ZeroDivisionError("the secret is 42"))
    result = await ask(client, "{ achievement { id } }", root(0, "core", "achievement { id }"))
    (error,) = result.errors
    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert "secret" not in str(error)


@pytest.mark.parametrize(
    ("policy", "is_masked"),
    [
        (ErrorPolicy(), False),
        (ErrorPolicy(mask=True), True),
        (ErrorPolicy(mask=True, mask_by_subgraph={"core": False}), False),
        (ErrorPolicy(mask_by_subgraph={"core": True}), True),
    ],
)
async def test_messages_are_masked_by_subgraph(policy: ErrorPolicy, is_masked: bool) -> None:
    """A masked error keeps its place and its service, and loses its text and its extensions."""
    error = {"message": "password", "path": ["achievement"], "extensions": {"code": "PASSWORD"}}
    client = FixedClient(core={"data": {"achievement": None}, "errors": [error]})
    result = await ask(client, "{ achievement { id } }", root(0, "core", "achievement { id }"), policy=policy)
    assert ("password" in str(result.errors).lower()) is not is_masked
    assert (result.errors[0]["path"], result.errors[0]["extensions"]["service"]) == (["achievement"], "core")


# Projection


async def test_the_response_has_the_clients_order_and_nothing_else() -> None:
    """Keys stand where the client first wrote them, however they arrive; keys that the plan added are gone."""
    client = core(achievement={"id": "1", "price": 2, "t": "T", "title": "T"})
    result = await ask(
        client,
        "{ achievement { t: title ...F } achievement { price } } fragment F on Achievement { title t: title id }",
        root(0, "core", "achievement { id price t: title title }"),
    )
    assert result.data
    assert list(result.data["achievement"].items()) == [("t", "T"), ("title", "T"), ("id", "1"), ("price", 2)]


async def test_typename_is_answered_from_one_stored_name() -> None:
    """Under any alias, on abstract and on object types, and at the root without any fetch."""
    client = core(holders=[{"__typename": "Company", "name": "c"}])
    result = await ask(
        client, "{ r: __typename holders { a: __typename b: __typename } }", root(0, "core", "holders { __typename }")
    )
    assert result.data == {"r": "Query", "holders": [{"a": "Company", "b": "Company"}]}


async def test_introspection_needs_no_fetch_and_shows_only_the_public_schema() -> None:
    """__schema and __type are answered here, with fragments, aliases and variables."""
    client = core()
    query = """
    query($n: String!, $v: Boolean!) {
      k: __type(name: $n) { ...T  kind @include(if: $v) }
      __schema { queryType { name } } hidden: __type(name: "Secret") { name }
    } fragment T on __Type { enumValues { name } }"""
    result = await ask(client, query, n="Level", v=False)
    assert result.data == {
        "k": {"enumValues": [{"name": "LAB"}]},
        "__schema": {"queryType": {"name": "Query"}},
        "hidden": None,
    }
    assert client.requests == []


async def test_a_hidden_type_nulls_its_object_and_is_not_named() -> None:
    """An object of an inaccessible type cannot be shown; neither can the type's name."""
    client = core(holders=[{"__typename": "Secret", "name": "s"}, {"__typename": "Company", "name": "c"}])
    result = await ask(client, "{ holders { name } }", root(0, "core", "holders { __typename name }"))
    assert result.data == {"holders": [None, {"name": "c"}]}
    assert "Secret" not in str(result)


async def test_a_type_that_no_fragment_matches_is_an_empty_object() -> None:
    """There is an object, and nothing was asked of it."""
    client = core(holders=[{"__typename": "Company"}])
    result = await ask(client, "{ holders { ... on University { name } } }", root(0, "core", "holders { __typename }"))
    assert result.data == {"holders": [{}]}


async def test_an_object_of_unknown_type_has_what_every_type_has() -> None:
    """An interface object's subgraph does not tell the type; where the answer does not depend on it, nobody need be asked."""
    client = core(holders=[{"name": "x"}])
    result = await ask(
        client, "{ holders { name ... on Holder { n: name } } }", root(0, "core", "holders { name n: name }")
    )
    assert result.data == {"holders": [{"name": "x", "n": None}]}


@pytest.mark.parametrize(
    "selection", ["__typename", "name ... on University { rank }", "... { ... on Company { name } }"]
)
async def test_an_object_of_unknown_type_is_null_where_the_answer_depends_on_it(selection: str) -> None:
    """To leave a fragment out, or a name, would be a lie."""
    result = await ask(
        core(holders=[{"name": "x"}]), f"{{ holders {{ {selection} }} }}", root(0, "core", "holders { name }")
    )
    assert result.data == {"holders": [None]}
    assert [p["path"] for p in result.problems] == [["holders", 0]]


@pytest.mark.parametrize("value", ["HIDDEN", "UNKNOWN", 3])
async def test_an_enum_value_that_is_not_public_becomes_null(value: Any) -> None:
    """Inaccessible and unknown values alike; the client is told in valueCompletion."""
    result = await ask(
        core(achievement={"level": value}), "{ achievement { level } }", root(0, "core", "achievement { level }")
    )
    assert result.data == {"achievement": {"level": None}}
    assert [p["path"] for p in result.problems] == [["achievement", "level"]]


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("count", 3, 3),
        ("count", 3.0, 3),
        ("count", 2**31, None),
        ("count", True, None),
        ("count", "3", None),
        ("ratio", 3, 3),
        ("ratio", 2**60, 2**60),
        ("ratio", "x", None),
        ("ratio", False, None),
        ("title", 3, None),
        ("title", ["x"], None),
        ("title", {"x": 1}, None),
        ("id", 12345678901234567890, "12345678901234567890"),
    ],
)
async def test_built_in_scalars_are_coerced_strictly(field: str, value: Any, expected: Any) -> None:
    """What is not of the type becomes null rather than another value."""
    result = await ask(
        core(achievement={field: value}),
        f"{{ achievement {{ {field} }} }}",
        root(0, "core", f"achievement {{ {field} }}"),
    )
    assert result.data == {"achievement": {field: expected}}
    assert len(result.problems) == (expected is None)


@pytest.mark.parametrize("value", [{"a": [1, None]}, 2**70, [], "x", False])
async def test_a_custom_scalar_passes_as_it_is(value: Any) -> None:
    """Nobody but the subgraph knows what it means."""
    result = await ask(core(anything=value), "{ anything }", root(0, "core", "anything"))
    assert result.data == {"anything": value}


@pytest.mark.parametrize(
    ("query", "data", "expected", "at"),
    [
        ("{ achievement { must } }", {"achievement": {}}, {"achievement": None}, ["achievement", "must"]),
        ("{ achievements { must } }", {"achievements": [{}, {"must": "x"}]}, {"achievements": [None, {"must": "x"}]}, ["achievements", 0, "must"]),
        ("{ strict { must } }", {"strict": [{"must": "x"}, {}]}, None, ["strict", 1, "must"]),
        ("{ strict { must } }", {}, None, ["strict"]),
        ("{ achievement { related { id } } }", {"achievement": {"related": [None]}}, {"achievement": {"related": None}}, ["achievement", "related", 0]),
        ("{ achievements { id } }", {"achievements": "x"}, {"achievements": None}, ["achievements"]),
        ("{ achievements { id } }", {"achievements": ["x"]}, {"achievements": [None]}, ["achievements", 0]),
    ],
)  # fmt: skip
async def test_null_goes_up_to_the_nearest_place_that_may_be_null(
    query: str, data: Any, expected: Any, at: Any
) -> None:
    """By the public types, element by element; a null of the gateway's own making is no error but a valueCompletion."""
    result = await ask(FixedClient(core={"data": data}), query, root(0, "core", "achievements { id }"))
    assert result.data == expected
    assert result.errors == ()
    assert [(p["path"], p["extensions"]["code"]) for p in result.problems] == [(at, "RESPONSE_VALIDATION_FAILED")]


async def test_a_null_that_a_subgraph_explained_is_not_explained_again() -> None:
    """One cause, one report."""
    error = {"message": "x", "path": ["achievement", "must"]}
    client = FixedClient(core={"data": {"achievement": {"must": None}}, "errors": [error]})
    result = await ask(client, "{ achievement { must } }", root(0, "core", "achievement { must }"))
    assert (result.data, len(result.errors), result.problems) == ({"achievement": None}, 1, ())


# Interface objects and contexts


async def test_an_interface_objects_typename_never_counts() -> None:
    """A subgraph that knows an interface as an object says the interface's name; the true name is learnt elsewhere."""
    supergraph = read_supergraph(
        """
        schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION)
        { query: Query }
        enum join__Graph { A @join__graph(name: "a", url: "") B @join__graph(name: "b", url: "") }
        type Query @join__type(graph: A) @join__type(graph: B) { media: Media @join__field(graph: B) }
        interface Media @join__type(graph: A, key: "id") @join__type(graph: B, key: "id", isInterfaceObject: true) { id: ID! }
        type Book implements Media @join__implements(graph: A, interface: "Media") @join__type(graph: A, key: "id") { id: ID! }
        """
    )
    client = FixedClient(
        b={"data": {"media": {"__typename": "Media", "id": "1"}}}, a={"data": {"e": [{"__typename": "Book"}]}}
    )
    part = entity("media", "id", "... on Media { __typename }", send="Media")
    result = await run(
        supergraph,
        client,
        "{ media { __typename id } }",
        root(0, "b", "media { __typename id }"),
        entities(1, "a", [part], 0),
    )
    assert result.data == {"media": {"__typename": "Book", "id": "1"}}


def with_rate(alias: str = "e") -> EntityPart:
    context = ContextInput("rate", path_of("achievements.@"), parse_field_set("... on Achievement { title }"))
    text = "... on Achievement { city(rate: $rate) }"
    return entity("achievements.@.related.@", "id", text, send="Achievement", contexts=(context,), alias=alias)


async def test_a_context_value_is_read_on_the_way_to_the_object() -> None:
    """Objects below different enclosing objects get different values, in one request with one call for each value."""
    data = [
        {"title": "a", "related": [{"id": "1"}, {"id": "2"}]},
        {"title": "b", "related": [{"id": "1"}]},
        {"title": "a", "related": [{"id": "1"}]},
        {"title": None, "related": [{"id": "1"}]},
    ]
    client = core(achievements=data)
    server = {"Achievement": [{"id": i, "city": {"by": {"rate: a": f"{i}a", "rate: b": f"{i}b"}}} for i in ("1", "2")]}
    client.serve("city", make_server(CITY, server))
    result = await ask(
        client,
        "{ achievements { related { city } } }",
        root(0, "core", "achievements { title related { id } }"),
        entities(1, "city", [with_rate()], 0, declare="$rate: String!"),
    )
    assert len(client.requests) == 2
    assert {name: v for name, v in client.requests[1].variables.items() if "rate" in name} == {
        "rate": "a",
        "rate__1": "b",
    }
    assert result.errors == ()
    assert result.data == {
        "achievements": [
            {"related": [{"city": "1a"}, {"city": "2a"}]},
            {"related": [{"city": "1b"}]},
            {"related": [{"city": "1a"}]},
            {"related": [{"city": None}]},
        ]
    }


# Scheduling


class GatedClient(FixedClient):
    """Holds each subgraph's answer back until its gate is opened, and tells who has been asked."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        super().__init__(**answers)
        self.gates = {name: asyncio.Event() for name in answers}
        self.asked: asyncio.Queue[str] = asyncio.Queue()
        self.cancelled: list[str] = []

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        self.asked.put_nowait(request.subgraph)
        try:
            await self.gates[request.subgraph].wait()
        except asyncio.CancelledError:
            self.cancelled.append(request.subgraph)
            raise
        return await super().send(request)


async def test_a_fetch_starts_when_its_own_inputs_are_there() -> None:
    """It does not wait for others of the wave before."""
    client = GatedClient(
        {"slow": {"data": {}}, "quick": {"data": {"achievements": achievements("1")}}, "city": {"data": {"e": [{}]}}}
    )
    task = asyncio.create_task(
        ask(
            client,
            "{ achievements { city } }",
            root(0, "slow", "report { total }"),
            root(1, "quick", "achievements { id }"),
            entities(2, "city", [CITY_OF_EACH], 1),
        )
    )
    assert {await client.asked.get(), await client.asked.get()} == {"slow", "quick"}
    client.gates["quick"].set()
    assert await client.asked.get() == "city"
    client.gates["city"].set()
    client.gates["slow"].set()
    assert (await task).data == {"achievements": [{"city": None}]}


async def test_a_fetch_waits_for_all_it_depends_on() -> None:
    """Two inputs, and the request goes out after the second."""
    client = GatedClient(
        {"a": {"data": {"achievements": achievements("1")}}, "b": {"data": {}}, "city": {"data": {"e": [{}]}}}
    )
    fetches = (
        root(0, "a", "achievements { id }"),
        root(1, "b", "report { total }"),
        entities(2, "city", [CITY_OF_EACH], 0, 1),
    )
    task = asyncio.create_task(ask(client, "{ achievements { city } }", *fetches))
    assert {await client.asked.get(), await client.asked.get()} == {"a", "b"}
    client.gates["city"].set()
    client.gates["a"].set()
    for _ in range(10):
        await asyncio.sleep(0)
    assert client.asked.empty()
    client.gates["b"].set()
    await task
    assert client.asked.get_nowait() == "city"


async def test_cancelling_a_request_stops_what_is_under_way() -> None:
    """A client that leaves costs no more work upstream."""
    client = GatedClient({"a": {"data": {}}, "b": {"data": {}}})
    task = asyncio.create_task(
        ask(client, "{ achievements { id } }", root(0, "a", "x: __typename"), root(1, "b", "y: __typename"))
    )
    for _ in range(2):
        await client.asked.get()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sorted(client.cancelled) == ["a", "b"]


async def test_mutations_run_in_order() -> None:
    """The second root field is asked for when the first one and its entities are done, even if they failed."""
    client = FixedClient(
        core=[{"data": {"a": None}, "errors": [{"message": "x", "path": ["a"]}]}, {"data": {"b": {"id": "1"}}}]
    )
    result = await ask(
        client,
        "mutation { a: publish(id: 1) { id } b: publish(id: 1) { id city } }",
        root(0, "core", "a: publish(id: 1) { id }", kind=OperationKind.MUTATION),
        root(1, "core", "b: publish(id: 1) { id }", 0, kind=OperationKind.MUTATION),
        entities(2, "city", [entity("b", "id", "... on Achievement { city }", send="Achievement")], 1),
    )
    assert [request.kind.value for request in client.requests] == ["mutation", "mutation", "query"]
    assert result.data == {"a": None, "b": {"id": "1", "city": "Hangzhou"}}


def test_the_supergraph_of_these_tests_is_whole() -> None:
    """The fixture reads, with its hidden parts hidden."""
    assert isinstance(SUPERGRAPH, Supergraph)
    assert "Secret" not in SUPERGRAPH.api_schema.type_map
