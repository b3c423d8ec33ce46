"""The order in which a mutation's root fields run."""

from gateway.resolvers.operation import Limits, parse_operation
from gateway.resolvers.planner import plan_operation
from gateway.resolvers.planner.root_fields import root_fields
from gateway.schema.query_graph import build_query_graph
from gateway.schema.selection import Guard, print_selections
from tests.resolvers.planner.checking import read_case


def printed(text: str) -> list[tuple[str, str]]:
    selections = parse_operation(text, None, Limits()).selections
    return [(field.key, print_selections((field.selection,))) for field in root_fields(selections)]


def test_equal_response_keys_run_once_at_the_first_place() -> None:
    """With everything that is selected on them."""
    assert printed("mutation { a { x } b a { y } }") == [("a", "... { a { x } a { y } }"), ("b", "b")]


def test_a_field_runs_where_it_first_stands_with_conditions_that_hold() -> None:
    """Skipped at its first place, it runs at its second."""
    assert printed("mutation ($v: Boolean!) { a @skip(if: $v) b a }") == [
        ("a", "... @skip(if: $v) { a @skip(if: $v) a }"),
        ("b", "b"),
        ("a", "... @include(if: $v) { a @skip(if: $v) a }"),
    ]


def test_a_case_for_each_condition_that_may_fail() -> None:
    """Not both: either the first fails, or the first holds and the second does not. The cases exclude each other."""
    selections = parse_operation(
        "mutation ($v: Boolean!, $w: Boolean!) { ... @include(if: $v) { a @include(if: $w) } a }", None, Limits()
    ).selections
    first, second, third = (field.selection.guards for field in root_fields(selections))
    assert first == (Guard("v", expected=True), Guard("w", expected=True))
    assert second == (Guard("v", expected=False),)
    assert third == (Guard("v", expected=True), Guard("w", expected=False))


def test_a_response_key_stands_once_in_a_request() -> None:
    """In one request its second place would be merged into its first, before what runs between them."""
    supergraph, _, _ = read_case("mutations_in_order")
    text = "mutation ($v: Boolean!) { dropA @skip(if: $v) other: dropA dropA }"
    plan = plan_operation(build_query_graph(supergraph), parse_operation(text, None, Limits()))
    assert [(fetch.operation, fetch.depends_on) for fetch in plan.fetches] == [
        ("mutation($v: Boolean!) { dropA @skip(if: $v) other: dropA }", ()),
        ("mutation { dropA }", (0,)),
    ]
    assert [guard.expected for guard in plan.fetches[1].guards] == [True]
