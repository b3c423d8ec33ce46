"""What the planner takes besides an operation, and what it refuses."""

import pytest

from gateway.errors import PlanningError, RequestError, SupergraphError
from gateway.resolvers import plan
from gateway.resolvers.operation import Limits, parse_operation
from gateway.resolvers.planner import plan_operation
from gateway.resolvers.query_plan import EntityPart
from gateway.schema.query_graph import QueryGraph, build_query_graph
from gateway.schema.supergraph import read_supergraph
from tests.resolvers.planner.checking import read_case

HEAD = """
schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
{ query: Query }
enum join__Graph { A @join__graph(name: "a", url: "") B @join__graph(name: "b", url: "") }
"""


def graph_of(types: str) -> QueryGraph:
    return build_query_graph(read_supergraph(HEAD + types))


def test_the_plan_follows_the_active_labels() -> None:
    """A progressive override moves a field while its label is active."""
    graph = graph_of("""
    type Query @join__type(graph: A) @join__type(graph: B) {
      feed: Int @join__field(graph: A, override: "b", overrideLabel: "canary") @join__field(graph: B, overrideLabel: "canary")
    }
    """)
    operation = parse_operation("{ feed }", None, Limits())
    assert plan_operation(graph, operation).fetches[0].subgraph == "b"
    assert plan_operation(graph, operation, labels=frozenset({"canary"})).fetches[0].subgraph == "a"


def test_batching_can_be_switched_off_for_a_subgraph() -> None:
    """Then each call is a request of its own, all in the same wave."""
    supergraph, text, _ = read_case("batching")
    operation = parse_operation(text, None, Limits())
    graph = build_query_graph(supergraph)
    assert [f.subgraph for f in plan_operation(graph, operation).fetches] == ["a", "b"]
    apart = plan_operation(graph, operation, unbatched=frozenset({"b"}))
    assert [f.subgraph for f in apart.fetches] == ["a", "b", "b"]
    assert apart.depth == 2
    assert {part.alias for fetch in apart.fetches[1:] for part in fetch.parts if isinstance(part, EntityPart)} == {
        "_entities"
    }


WAITING = """
type Query @join__type(graph: A) @join__type(graph: B) {
  deal: Deal @join__field(graph: A)
  city: String @join__field(graph: B)
}
type Deal @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
  id: ID!
  seat: String @join__field(graph: B)
}
"""


def test_root_fields_wait_for_entities_only_in_queries_of_subgraphs_that_batch() -> None:
    """Others may not like such a request, and a mutation's fields have their order."""
    graph = graph_of(WAITING)
    operation = parse_operation("{ city deal { seat } }", None, Limits())
    together, apart = plan_operation(graph, operation), plan_operation(graph, operation, unbatched=frozenset({"b"}))
    assert [len(fetch.parts) for fetch in together.fetches] == [1, 2]
    assert [len(fetch.parts) for fetch in apart.fetches] == [1, 1, 1]
    assert (together.depth, apart.depth) == (2, 2)
    aggregate = together.to_json()["node"]["nodes"][1]
    assert (aggregate["kind"], aggregate["root"]["selections"][0]["name"]) == ("BatchFetch", "city")


def test_an_interface_field_has_one_provider() -> None:
    """Each subgraph knows another implementer: neither can answer for both, and their answers must not be mixed."""
    graph = graph_of("""
    type Query @join__type(graph: A) @join__type(graph: B) { node: Node }
    interface Node @join__type(graph: A) @join__type(graph: B) { id: ID! }
    type X implements Node @join__implements(graph: A, interface: "Node") @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
      id: ID! @join__field(graph: A) @join__field(graph: B, external: true)
    }
    type Y implements Node @join__implements(graph: B, interface: "Node") @join__type(graph: B, key: "id") @join__type(graph: A, key: "id") {
      id: ID! @join__field(graph: B) @join__field(graph: A, external: true)
    }
    type Z implements Node @join__implements(graph: A, interface: "Node") @join__implements(graph: B, interface: "Node")
      @join__type(graph: A) @join__type(graph: B) { id: ID! @join__field(graph: A, external: true) @join__field(graph: B, external: true) }
    """)
    with pytest.raises(PlanningError, match=r"No subgraph can give node\.id"):
        plan_operation(graph, parse_operation("{ node { id } }", None, Limits()))


def test_a_field_nobody_can_give_is_named() -> None:
    """With the response keys that lead to it."""
    graph = graph_of("""
    type Query @join__type(graph: A) { user: User }
    type User @join__type(graph: A, key: "id") @join__type(graph: B) { id: ID! name: String @join__field(graph: B) }
    """)
    with pytest.raises(PlanningError, match=r"No subgraph can give me\.name"):
        plan_operation(graph, parse_operation("{ me: user { name } }", None, Limits()))


def test_an_object_of_which_constant_conditions_leave_nothing_is_still_asked_for() -> None:
    """`bill { payer @skip(if: true) }` is an object without fields, not a leaf."""
    supergraph, _, _ = read_case("override")
    found = plan(supergraph, "{ bill { payer @skip(if: true) } }")
    assert [fetch.operation for fetch in found.fetches] == ["query { bill { __typename } }"]


def test_a_root_with_conditional_fields_only_may_need_no_request() -> None:
    """The root is there anyway: the whole fetch carries the condition."""
    supergraph, _, _ = read_case("override")
    (fetch, *_) = plan(supergraph, "query ($v: Boolean!) { bill @include(if: $v) { amount } }").fetches
    assert fetch.operation == "query { bill { amount } }"
    assert [(guard.variable, guard.expected) for guard in fetch.guards] == [("v", True)]


def test_planning_has_a_budget() -> None:
    """Type conditions inside one another multiply; planning gives up before memory does."""
    types = " ".join(
        f'type T{i} implements N @join__implements(graph: A, interface: "N") @join__type(graph: A) {{ id: ID! u: U }}'
        for i in range(10)
    )
    members = " ".join(f'@join__unionMember(graph: A, member: "T{i}")' for i in range(10))
    graph = graph_of(f"""
    type Query @join__type(graph: A) {{ u: U }}
    interface N @join__type(graph: A) {{ id: ID! u: U }}
    union U @join__type(graph: A) {members} = {" | ".join(f"T{i}" for i in range(10))}
    {types}
    """)
    text = "{ u " + "{ ... on N { u " * 8 + "{ __typename }" + " } }" * 8 + " }"
    with pytest.raises(PlanningError, match="takes too long"):
        plan_operation(graph, parse_operation(text, None, Limits()))


def test_plan_reads_validates_and_plans() -> None:
    """The public function refuses what is not valid before planning."""
    with pytest.raises(SupergraphError):
        plan("type Query { a: Int }", "{ a }")
    supergraph, operation, expected = read_case("override")
    assert f"{plan(supergraph.document, operation)}\n" == expected
    with pytest.raises(RequestError):
        plan(supergraph, "{ missing }")
    assert plan(supergraph, "query A { bill { payer } } query B { __typename }", "B").fetches == ()
