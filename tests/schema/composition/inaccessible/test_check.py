"""What may be hidden, and what not."""

import pytest
from graphql import parse

from gateway.schema.composition.inaccessible import check_inaccessible

HEAD = """
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/inaccessible/v0.2", as: "hide", for: SECURITY)
{ query: Query }
directive @hide on OBJECT
enum join__Graph { CORE @join__graph(name: "core", url: "http://core") }
enum link__Purpose { SECURITY EXECUTION }
"""


def problems(body: str, *, head: str = HEAD) -> list[tuple[str, str]]:
    """Codes and coordinates of the errors in a supergraph."""
    return [(error.code, error.coordinate) for error in check_inaccessible(parse(head + body))]


@pytest.mark.parametrize(
    ("body", "code", "coordinate"),
    [
        ("type Query @hide { a: Int }", "QUERY_ROOT_TYPE_INACCESSIBLE", "Query"),
        ("type Query { a: A } type A @hide { b: Int }", "REFERENCED_INACCESSIBLE", "Query.a"),
        ("type Query { a(b: [S!]!): Int } scalar S @hide", "REFERENCED_INACCESSIBLE", "Query.a(b:)"),
        ("type Query { a: Int } input I { s: S } scalar S @hide", "REFERENCED_INACCESSIBLE", "I.s"),
        ("type Query { a: Int } directive @d(s: S) on FIELD scalar S @hide", "REFERENCED_INACCESSIBLE", "@d(s:)"),
        ("type Query { a: A } type A { b: Int @hide }", "ONLY_INACCESSIBLE_CHILDREN", "A"),
        ("type Query { a: E } enum E { X @hide }", "ONLY_INACCESSIBLE_CHILDREN", "E"),
        ("type Query { a: Int } input I { b: Int @hide }", "ONLY_INACCESSIBLE_CHILDREN", "I"),
        ("type Query { a: U } union U = A type A @hide { b: Int }", "ONLY_INACCESSIBLE_CHILDREN", "U"),
        ("type Query { a(b: Int! @hide): Int }", "REQUIRED_INACCESSIBLE", "Query.a(b:)"),
        ("type Query { a: Int } input I { b: Int! @hide c: Int }", "REQUIRED_INACCESSIBLE", "I.b"),
        ("type Query { a: Int } directive @d(b: Int! @hide) on FIELD", "REQUIRED_INACCESSIBLE", "@d(b:)"),
        (
            "type Query { a: N } interface N { b: Int } type A implements N { b: Int @hide c: Int }",
            *("IMPLEMENTED_BY_INACCESSIBLE", "A.b"),
        ),
        (
            "type Query { a: N } interface N { b(c: Int): Int } type A implements N { b(c: Int @hide): Int }",
            *("IMPLEMENTED_BY_INACCESSIBLE", "A.b(c:)"),
        ),
        ("type Query { a(b: E = X): Int } enum E { X @hide Y }", "DEFAULT_VALUE_USES_INACCESSIBLE", "Query.a(b:)"),
        (
            "type Query { a(b: [[I]] = [[{c: {d: X}}]]): Int } input I { c: J } input J { d: E } enum E { X @hide Y }",
            *("DEFAULT_VALUE_USES_INACCESSIBLE", "Query.a(b:)"),
        ),
        (
            "type Query { a: Int } input I { c: J = {d: 1} } input J { d: Int @hide e: Int }",
            *("DEFAULT_VALUE_USES_INACCESSIBLE", "I.c"),
        ),
        ("type Query { a: Int } scalar join__FieldSet @hide", "DISALLOWED_INACCESSIBLE", "join__FieldSet"),
        ("type Query { a: Int } enum hide__X { A @hide B }", "DISALLOWED_INACCESSIBLE", "hide__X.A"),
    ],
)
def test_what_breaks_a_rule_is_an_error(body: str, code: str, coordinate: str) -> None:
    """One breach, one error, at the element where it shows."""
    assert problems(body) == [(code, coordinate)]


@pytest.mark.parametrize(
    "body",
    [
        "type Query { a: Int b: A @hide } type A @hide { c: A }",
        "type Query { a: Int c(b: S @hide): Int } scalar S @hide",
        "type Query { a: Int c(b: Int! = 1 @hide): Int }",
        "type Query { a: Int c(b: Int! @hide): Int @hide }",
        "type Query { a: N } interface N { b: Int @hide c: Int } type A implements N { b: Int @hide c: Int }",
        "type Query { a: A } interface N @hide { b: Int } type A implements N { b: Int @hide c: Int }",
        "type Query { a: Int c(b: E = X @hide): Int } enum E { X @hide Y }",
        "type Query { a: U } union U = A | B type A @hide { b: Int } type B { c: Int }",
    ],
)
def test_what_is_hidden_with_all_that_shows_it_is_well(body: str) -> None:
    """Hidden things may refer to hidden things."""
    assert problems(body) == []


def test_without_the_specification_nothing_is_hidden() -> None:
    """A directive of the same name that is not linked means nothing."""
    head = HEAD.replace("inaccessible/v0.2", "other/v0.2")
    assert problems("type Query @hide { a: Int }", head=head.replace(", for: SECURITY", "")) == []


def test_errors_are_sorted() -> None:
    """By coordinate, whatever rule found them."""
    body = "type Query { b: B a(x: Int! @hide): Int } type B { c: Int @hide } type A { c: Int @hide }"
    assert [coordinate for _, coordinate in problems(body)] == ["A", "B", "Query.a(x:)"]
