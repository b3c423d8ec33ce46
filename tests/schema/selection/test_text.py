"""Selection sets read from text and printed back."""

import pytest
from graphql import GraphQLError

from gateway.schema.selection import Argument, Field, Guard, InlineFragment, parse_field_set, print_selections


@pytest.mark.parametrize(
    "text",
    [
        "id",
        "id org { id }",
        "a: b(x: { y: [1, $z] }) { ... on T { c } ... { d } }",
        "price(currency: EUR) @include(if: $a) @skip(if: $b) @mine(x: 1)",
        "... on T @include(if: $a) { id }",
    ],
)
def test_what_is_printed_can_be_parsed_back(text: str) -> None:
    """Canonical text survives a round trip unchanged."""
    assert print_selections(parse_field_set(text)) == text


def test_braces_are_optional() -> None:
    """Older Federation 1 SDL writes field sets with braces."""
    assert parse_field_set("{ id }") == parse_field_set("id")


def test_constant_conditions_are_carried_out() -> None:
    """@include(if: false) and @skip(if: true) leave the field out; their opposites leave no trace."""
    assert parse_field_set("a @include(if: false) b @skip(if: false) c @skip(if: true)") == (Field("b"),)


def test_variable_conditions_become_sorted_guards() -> None:
    """@include and @skip turn into guards that compare a variable with what it must be."""
    (field,) = parse_field_set("a @skip(if: $z) @include(if: $y)")
    assert isinstance(field, Field)
    assert field.guards == (Guard("y", True), Guard("z", False))


def test_a_directive_is_printed_once_in_a_place() -> None:
    """Two conditions of one kind, as inlined fragments bring about, are printed one around the other."""
    field = Field("a", guards=(Guard("x", True), Guard("y", True), Guard("z", False)))
    assert print_selections((field,)) == "... @include(if: $y) { a @include(if: $x) @skip(if: $z) }"


def test_the_order_of_arguments_carries_no_meaning() -> None:
    """Two fields that differ in the order of their arguments are equal."""
    assert parse_field_set("a(x: 1, y: $v)") == parse_field_set("a(y: $v, x: 1)")


def test_an_argument_knows_the_variables_inside_it() -> None:
    """Variables are found at any depth of a literal."""
    (field,) = parse_field_set("a(x: { y: [1, $z], w: $a })")
    assert isinstance(field, Field)
    assert field.arguments == (Argument("x", "{ y: [1, $z], w: $a }", ("a", "z")),)


def test_an_alias_equal_to_the_name_is_no_alias() -> None:
    """``id: id`` and ``id`` are one selection."""
    assert parse_field_set("id: id") == parse_field_set("id")


def test_a_fragment_keeps_its_type_condition() -> None:
    """An inline fragment is kept as it is written, for the planner to resolve."""
    assert parse_field_set("... on T { id }") == (InlineFragment("T", selections=(Field("id"),)),)


def test_what_is_no_selection_set_is_refused() -> None:
    """Text that does not parse raises graphql-core's syntax error."""
    with pytest.raises(GraphQLError):
        parse_field_set("id {")
