"""``@defer``: what only a deferred block needs is fetched for it alone; what comes anyway is not asked for twice."""

from gateway.resolvers.operation import Limits, parse_operation
from gateway.resolvers.planner import plan_operation
from gateway.resolvers.query_plan import Fetch, QueryPlan
from gateway.schema.query_graph import build_query_graph
from tests.resolvers.planner.checking import invalid_operations, read_case


def plan_batching(text: str) -> QueryPlan:
    supergraph, _, _ = read_case("batching")
    plan = plan_operation(build_query_graph(supergraph), parse_operation(text, None, Limits()))
    assert list(invalid_operations(supergraph, plan)) == []
    return plan


def fetches_of(plan: QueryPlan, block: str | None) -> list[Fetch]:
    return [fetch for fetch in plan.fetches if fetch.deferred == block]


def test_a_jump_that_only_a_deferred_block_needs_is_its_own() -> None:
    """The first answer does not wait for it, and it is no part of another request."""
    plan = plan_batching('{ left { ... @defer(label: "slow") { price } } right { price } }')
    (block,) = plan.deferred
    assert (block.label, block.path, block.depends_on) == ("slow", ("left",), (0, 1))
    assert [f.subgraph for f in fetches_of(plan, None)] == ["a", "b"]
    assert [f.subgraph for f in fetches_of(plan, block.id)] == ["b"]


def test_what_comes_with_the_first_answer_is_not_asked_for_twice() -> None:
    """The id is the key that the price needs: the block has no fetch of its own."""
    plan = plan_batching("{ left { price ... @defer { id } } }")
    (block,) = plan.deferred
    assert fetches_of(plan, block.id) == []
    assert block.depends_on == (0,)


def test_an_object_is_in_the_first_answer_though_all_its_fields_are_deferred() -> None:
    """`owner` is asked for, and the key that its name needs."""
    plan = plan_batching("{ owner { ... @defer { name } } }")
    assert plan.fetches[0].operation == "query { owner { id } }"
    assert plan.fetches[0].deferred is None
    assert plan.fetches[1].deferred == plan.deferred[0].id


def test_a_block_inside_another_knows_its_parent() -> None:
    """And the variable that decides whether it is deferred."""
    plan = plan_batching(
        "query ($later: Boolean!) { left { ... @defer { price seller { ... @defer(if: $later) { name } } } } }"
    )
    outer, inner = plan.deferred
    assert (outer.parent, inner.parent, inner.variable) == (None, outer.id, "later")
    assert inner.path == ("left", "seller")
    assert [f.serves for f in fetches_of(plan, inner.id)] == [("User.name",)]


def test_a_block_that_is_never_deferred_is_none() -> None:
    """`@defer(if: false)` is an ordinary fragment."""
    plan = plan_batching("{ left { ... @defer(if: false) { price } } }")
    assert plan.deferred == ()
    assert all(fetch.deferred is None for fetch in plan.fetches)


def test_deferred_blocks_have_nodes_of_their_own() -> None:
    """In both forms: a primary, and a node per block with what it waits for."""
    plan = plan_batching('{ left { ... @defer(label: "slow") { price } } }')
    node = plan.to_json()["node"]
    assert (node["kind"], node["primary"]["node"]["kind"]) == ("Defer", "Fetch")
    (deferred,) = node["deferred"]
    assert (deferred["label"], deferred["depends"], deferred["queryPath"]) == ("slow", [{"id": "0"}], ["left"])
    assert 'Deferred(depends: [0], path: "left", label: "slow") {' in str(plan)
