"""Read one valid operation, or refuse it with a code that says why."""

import pytest
from graphql import build_schema

from gateway.errors import RequestError
from gateway.resolvers.operation import Limits, Operation, read_operation
from gateway.schema.selection import Field, Guard, InlineFragment, print_selections
from gateway.types import OperationKind

SCHEMA = build_schema(
    """
    directive @loud on QUERY | FIELD
    type Query { achievement(id: ID!): Achievement achievements: [Achievement!]! node: Query }
    type Mutation { publish(id: ID!): Achievement }
    type Achievement { id: ID! title: String! holder: Holder related: [Achievement!] }
    interface Holder { name: String }
    type University implements Holder { name: String city: String }
    """
)


def read(query: str, name: str | None = None, limits: Limits | None = None) -> Operation:
    return read_operation(SCHEMA, query, name, limits or Limits())


def refused(query: str, name: str | None = None, limits: Limits | None = None) -> list[str]:
    with pytest.raises(RequestError) as caught:
        read(query, name, limits)
    codes = [error["extensions"]["code"] for error in caught.value.errors]
    assert caught.value.code == codes[0]
    return codes


def test_named_fragments_become_inline_ones_at_each_use() -> None:
    """The planner sees no named fragment; guards of a spread stay on it."""
    operation = read(
        "query($v: Boolean!) { a: node { ...F @include(if: $v) } ...F } fragment F on Query { __typename }"
    )
    fragment = InlineFragment("Query", selections=(Field("__typename"),))
    guarded = InlineFragment("Query", (Guard("v", True),), selections=(Field("__typename"),))
    assert operation.selections == (Field("node", "a", selections=(guarded,)), fragment)


def test_constant_conditions_are_carried_out() -> None:
    """What is skipped for ever is not in the operation."""
    operation = read("{ achievements { id @skip(if: true) title @include(if: true) } }")
    assert print_selections(operation.selections) == "achievements { title }"


def test_an_operation_keeps_its_kind_name_variables_and_directives() -> None:
    """Variables keep their types and defaults as text."""
    operation = read("mutation M($id: ID! = 7) { publish(id: $id) { related { id } } }")
    assert (operation.kind, operation.name) == (OperationKind.MUTATION, "M")
    assert [(v.name, v.type, v.default) for v in operation.variables] == [("id", "ID!", "7")]
    assert [d.name for d in read("query @loud { node { __typename } }").directives] == ["loud"]


def test_the_operation_is_chosen_by_name() -> None:
    """Of several operations the named one is read."""
    text = "query A { node { __typename } } query B { achievements { id } }"
    assert print_selections(read(text, "B").selections) == "achievements { id }"


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("query A { __typename } query B { __typename }", None),
        ("query A { __typename }", "B"),
        ("fragment F on Query { __typename }", None),
    ],
)
def test_an_operation_that_cannot_be_chosen_is_refused(query: str, name: str | None) -> None:
    """Several without a name, an unknown name, none at all."""
    assert refused(query, name) == ["OPERATION_RESOLUTION_FAILURE"]


@pytest.mark.parametrize("query", ["", "{", "query", "{ a(: 1) }", "{ }", '"""text"""'])
def test_what_does_not_parse_is_refused(query: str) -> None:
    """A syntax error has a code and a place."""
    with pytest.raises(RequestError) as caught:
        read(query)
    (error,) = caught.value.errors
    assert error["extensions"]["code"] == "GRAPHQL_PARSE_FAILED"
    assert error["locations"]


def test_every_validation_error_is_reported() -> None:
    """Validation tells all that is wrong at once, each with the same code."""
    assert refused("{ nothing achievement { id } }") == ["GRAPHQL_VALIDATION_FAILED"] * 2


def test_fragments_that_spread_themselves_are_refused() -> None:
    """A cycle is found by validation, not by running out of stack."""
    codes = refused("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }")
    assert codes == ["GRAPHQL_VALIDATION_FAILED"]


@pytest.mark.parametrize(
    ("query", "limits", "code"),
    [
        ("{ node { __typename } }", Limits(max_tokens=5), "MAX_TOKENS_LIMIT"),
        ("{ node { node { __typename } } }", Limits(max_depth=2), "MAX_DEPTH_LIMIT"),
        ("{ a: __typename b: __typename }", Limits(max_aliases=1), "MAX_ALIASES_LIMIT"),
        ("{ a: __typename b: __typename }", Limits(max_root_fields=1), "MAX_ROOT_FIELDS_LIMIT"),
        ("query @loud { __typename @loud }", Limits(max_directives=1), "MAX_DIRECTIVES_LIMIT"),
        ("{ node { __typename } }", Limits(max_selections=1), "MAX_SELECTIONS_LIMIT"),
        ("{ a: __typename a: __typename a: __typename }", Limits(max_merges=2), "MAX_MERGES_LIMIT"),
        (
            "{ __schema { types { fields { name } } } }",
            Limits(max_introspection_depth=0),
            "MAX_INTROSPECTION_DEPTH_LIMIT",
        ),
    ],
)
def test_each_limit_has_its_own_code(query: str, limits: Limits, code: str) -> None:
    """The same operation passes where the limit is one higher."""
    assert read(query)
    assert refused(query, limits=limits) == [code]


def test_fragments_count_at_each_use() -> None:
    """A limit sees what the operation asks for, not how it is written."""
    text = "{ ...F a: node { ...F } } fragment F on Query { b: __typename }"
    assert refused(text, limits=Limits(max_aliases=2)) == ["MAX_ALIASES_LIMIT"]
    assert read(text, limits=Limits(max_aliases=3))


def test_exponential_fragments_are_refused_without_being_expanded() -> None:
    """Sixty fragments that each spread the next twice stand for 2^60 selections."""
    fragments = "".join(
        f"fragment F{i} on Query {{ a: node {{ ...F{i + 1} }} b: node {{ ...F{i + 1} }} }}" for i in range(60)
    )
    text = f"{{ ...F0 }} {fragments} fragment F60 on Query {{ __typename }}"
    assert "MAX_SELECTIONS_LIMIT" in refused(text)


def test_repeated_selections_are_counted_where_they_meet() -> None:
    """What is below equal keys is merged too, through fragments, and their pairs count level by level."""
    text = "{ ...A node { node { id: __typename } } } fragment A on Query { node { ...B } } fragment B on Query { node { id: __typename } }"
    assert refused(text, limits=Limits(max_merges=2)) == ["MAX_MERGES_LIMIT"]
    assert read(text, limits=Limits(max_merges=3))


def test_fragments_in_a_circle_are_counted_in_finite_time() -> None:
    """Forty fragments that all spread all are no endless walk; validation refuses them."""
    spreads = " ".join(f"...F{i}" for i in range(40))
    fragments = "".join(f"fragment F{i} on Query {{ {spreads} }}" for i in range(40))
    assert "MAX_SELECTIONS_LIMIT" in refused(f"{{ ...F0 }} {fragments}")


def test_a_chain_of_a_thousand_fragments_is_refused() -> None:
    """A long chain exhausts nobody's stack: fragments in fragments count as levels."""
    fragments = "".join(f"fragment F{i} on Query {{ ...F{i + 1} }}" for i in range(1000))
    assert refused(f"{{ ...F0 }} {fragments} fragment F1000 on Query {{ __typename }}") == ["MAX_DEPTH_LIMIT"]


def test_nesting_beyond_what_the_parser_reads_is_a_depth_error() -> None:
    """The parser stops before our own limit can; the code is the same."""
    assert refused("{ node " * 300 + "}" * 300) == ["MAX_DEPTH_LIMIT"]


def test_limits_hold_for_operations_that_are_not_chosen() -> None:
    """All operations of a document are validated, so all are measured."""
    text = "query A { __typename } query B { a: __typename b: __typename }"
    assert refused(text, "A", Limits(max_aliases=1)) == ["MAX_ALIASES_LIMIT"]


def test_a_schema_of_ones_own_may_name_fields_like_introspection() -> None:
    """Only fields inside __schema and __type count as introspection."""
    schema = build_schema("type Query { fields: Query }")
    assert read_operation(
        schema, "{ fields { fields { fields { fields { fields { __typename } } } } } }", None, Limits()
    )
