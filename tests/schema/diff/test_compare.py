"""What changes between two schemas, and how bad it is."""

from typing import NamedTuple

import pytest
from graphql import build_schema
from graphql.utilities import find_breaking_changes

from gateway.schema.diff import Change, ChangeKind, Severity, diff_schemas

BREAKING, DANGEROUS, SAFE = Severity.BREAKING, Severity.DANGEROUS, Severity.SAFE


class Case(NamedTuple):
    fact: str
    schemas: tuple[str, str]
    expected: tuple[str, ChangeKind, Severity]


def fields(before: str, after: str) -> tuple[str, str]:
    """Two schemas whose type ``Offer`` has these fields."""
    rest = "type Query { offer: Offer } enum Unit { KG T } input Range { from: Int to: Int } type Offer "
    return f"{rest} {{ id: ID {before} }}", f"{rest} {{ id: ID {after} }}"


def definitions(before: str, after: str) -> tuple[str, str]:
    """Two schemas with these definitions beside a root."""
    return f"type Query {{ id: ID }} {before}", f"type Query {{ id: ID }} {after}"


CASES = [
    Case(
        "a new kind of operation is safe",
        (
            "type Query { id: ID } type M { id: ID } schema { query: Query }",
            "type Query { id: ID } type M { id: ID } schema { query: Query mutation: M }",
        ),
        ("M", ChangeKind.ROOT_TYPE, SAFE),
    ),
    Case(
        "a kind of operation that is gone breaks",
        (
            "type Query { id: ID } type M { id: ID } schema { query: Query mutation: M }",
            "type Query { id: ID } type M { id: ID } schema { query: Query }",
        ),
        ("M", ChangeKind.ROOT_TYPE, BREAKING),
    ),
    Case(
        "another root type breaks",
        (
            "type A { id: ID } type B { id: ID } schema { query: A }",
            "type A { id: ID } type B { id: ID } schema { query: B }",
        ),
        ("A", ChangeKind.ROOT_TYPE, BREAKING),
    ),
    Case("a new type is safe", definitions("", "scalar Date"), ("Date", ChangeKind.TYPE_ADDED, SAFE)),
    Case("a type that is gone breaks", definitions("scalar Date", ""), ("Date", ChangeKind.TYPE_REMOVED, BREAKING)),
    Case(
        "another kind of type breaks",
        definitions("type Place { id: ID }", "interface Place { id: ID }"),
        ("Place", ChangeKind.TYPE_KIND, BREAKING),
    ),
    Case(
        "another specification of a scalar is dangerous",
        definitions('scalar Date @specifiedBy(url: "a:1")', 'scalar Date @specifiedBy(url: "a:2")'),
        ("Date", ChangeKind.SPECIFIED_BY, DANGEROUS),
    ),
    Case(
        "a first specification of a scalar is safe",
        definitions("scalar Date", 'scalar Date @specifiedBy(url: "a:2")'),
        ("Date", ChangeKind.SPECIFIED_BY, SAFE),
    ),
    Case(
        "a new interface of a type is dangerous",
        definitions(
            "interface N { id: ID } type T { id: ID }", "interface N { id: ID } type T implements N { id: ID }"
        ),
        ("T", ChangeKind.INTERFACE_ADDED, DANGEROUS),
    ),
    Case(
        "an interface that a type loses breaks",
        definitions(
            "interface N { id: ID } type T implements N { id: ID }", "interface N { id: ID } type T { id: ID }"
        ),
        ("T", ChangeKind.INTERFACE_REMOVED, BREAKING),
    ),
    Case(
        "a new union member is dangerous",
        definitions(
            "type A { a: ID } type B { b: ID } union U = A", "type A { a: ID } type B { b: ID } union U = A | B"
        ),
        ("U", ChangeKind.UNION_MEMBER_ADDED, DANGEROUS),
    ),
    Case(
        "a union member that is gone breaks",
        definitions(
            "type A { a: ID } type B { b: ID } union U = A | B", "type A { a: ID } type B { b: ID } union U = A"
        ),
        ("U", ChangeKind.UNION_MEMBER_REMOVED, BREAKING),
    ),
    Case(
        "a new value of an enum in answers is dangerous",
        ("type Query { unit: [E!]! } enum E { KG }", "type Query { unit: [E!]! } enum E { KG T }"),
        ("E.T", ChangeKind.ENUM_VALUE_ADDED, DANGEROUS),
    ),
    Case(
        "a new value of an enum that is only given is safe",
        ("type Query { area(unit: E): Int } enum E { KG }", "type Query { area(unit: E): Int } enum E { KG T }"),
        ("E.T", ChangeKind.ENUM_VALUE_ADDED, SAFE),
    ),
    Case(
        "an enum value that is gone breaks",
        definitions("enum E { KG T }", "enum E { KG }"),
        ("E.T", ChangeKind.ENUM_VALUE_REMOVED, BREAKING),
    ),
    Case("a new field is safe", fields("", "price: Int"), ("Offer.price", ChangeKind.FIELD_ADDED, SAFE)),
    Case("a field that is gone breaks", fields("price: Int", ""), ("Offer.price", ChangeKind.FIELD_REMOVED, BREAKING)),
    Case(
        "an interface's field that is gone breaks",
        definitions("interface N { id: ID a: Int }", "interface N { id: ID }"),
        ("N.a", ChangeKind.FIELD_REMOVED, BREAKING),
    ),
    Case(
        "a field that promises more is safe",
        fields("prices: [Int]", "prices: [Int!]!"),
        ("Offer.prices", ChangeKind.FIELD_TYPE, SAFE),
    ),
    Case(
        "a field that promises less breaks",
        fields("prices: [Int!]", "prices: [Int]"),
        ("Offer.prices", ChangeKind.FIELD_TYPE, BREAKING),
    ),
    Case(
        "a field of another type breaks",
        fields("price: Int", "price: Float!"),
        ("Offer.price", ChangeKind.FIELD_TYPE, BREAKING),
    ),
    Case(
        "a new optional argument is dangerous",
        fields("price: Int", "price(unit: Unit): Int"),
        ("Offer.price(unit:)", ChangeKind.ARGUMENT_ADDED, DANGEROUS),
    ),
    Case(
        "a new non-null argument with a default is optional",
        fields("price: Int", "price(unit: Unit! = KG): Int"),
        ("Offer.price(unit:)", ChangeKind.ARGUMENT_ADDED, DANGEROUS),
    ),
    Case(
        "a new required argument breaks",
        fields("price: Int", "price(unit: Unit!): Int"),
        ("Offer.price(unit:)", ChangeKind.ARGUMENT_ADDED, BREAKING),
    ),
    Case(
        "an argument that is gone breaks",
        fields("price(unit: Unit): Int", "price: Int"),
        ("Offer.price(unit:)", ChangeKind.ARGUMENT_REMOVED, BREAKING),
    ),
    Case(
        "an argument that asks for less is safe",
        fields("price(units: [Unit!]!): Int", "price(units: [Unit]): Int"),
        ("Offer.price(units:)", ChangeKind.ARGUMENT_TYPE, SAFE),
    ),
    Case(
        "an argument that asks for more breaks",
        fields("price(unit: Unit): Int", "price(unit: Unit!): Int"),
        ("Offer.price(unit:)", ChangeKind.ARGUMENT_TYPE, BREAKING),
    ),
    Case(
        "another default is dangerous",
        fields("price(unit: Unit = KG): Int", "price(unit: Unit = T): Int"),
        ("Offer.price(unit:)", ChangeKind.ARGUMENT_DEFAULT, DANGEROUS),
    ),
    Case(
        "a non-null argument that loses its default breaks",
        fields("price(unit: Unit! = KG): Int", "price(unit: Unit!): Int"),
        ("Offer.price(unit:)", ChangeKind.ARGUMENT_DEFAULT, BREAKING),
    ),
    Case(
        "a new optional input field is dangerous",
        definitions("input I { a: Int }", "input I { a: Int b: Int }"),
        ("I.b", ChangeKind.INPUT_FIELD_ADDED, DANGEROUS),
    ),
    Case(
        "a new required input field breaks",
        definitions("input I { a: Int }", "input I { a: Int b: Int! }"),
        ("I.b", ChangeKind.INPUT_FIELD_ADDED, BREAKING),
    ),
    Case(
        "an input field that is gone breaks",
        definitions("input I { a: Int b: Int }", "input I { a: Int }"),
        ("I.b", ChangeKind.INPUT_FIELD_REMOVED, BREAKING),
    ),
    Case(
        "an input field that asks for less is safe",
        definitions("input I { a: Int! }", "input I { a: Int }"),
        ("I.a", ChangeKind.INPUT_FIELD_TYPE, SAFE),
    ),
    Case(
        "an input field that asks for more breaks",
        definitions("input I { a: [Int] }", "input I { a: [Int!] }"),
        ("I.a", ChangeKind.INPUT_FIELD_TYPE, BREAKING),
    ),
    Case(
        "another default of an input field is dangerous",
        definitions("input I { a: Int = 1 }", "input I { a: Int = 2 }"),
        ("I.a", ChangeKind.INPUT_FIELD_DEFAULT, DANGEROUS),
    ),
    Case(
        "a non-null input field that loses its default breaks",
        definitions("input I { a: Int! = 1 }", "input I { a: Int! }"),
        ("I.a", ChangeKind.INPUT_FIELD_DEFAULT, BREAKING),
    ),
    Case(
        "to take exactly one field breaks",
        definitions("input I { a: Int b: Int }", "input I @oneOf { a: Int b: Int }"),
        ("I", ChangeKind.ONE_OF, BREAKING),
    ),
    Case(
        "to take any fields again is safe",
        definitions("input I @oneOf { a: Int b: Int }", "input I { a: Int b: Int }"),
        ("I", ChangeKind.ONE_OF, SAFE),
    ),
    Case("a new directive is safe", definitions("", "directive @d on FIELD"), ("@d", ChangeKind.DIRECTIVE_ADDED, SAFE)),
    Case(
        "a directive that is gone breaks",
        definitions("directive @d on FIELD", ""),
        ("@d", ChangeKind.DIRECTIVE_REMOVED, BREAKING),
    ),
    Case(
        "a new place for a directive is safe",
        definitions("directive @d on FIELD", "directive @d on FIELD | QUERY"),
        ("@d", ChangeKind.DIRECTIVE_LOCATIONS, SAFE),
    ),
    Case(
        "a place that a directive loses breaks",
        definitions("directive @d on FIELD | QUERY", "directive @d on FIELD"),
        ("@d", ChangeKind.DIRECTIVE_LOCATIONS, BREAKING),
    ),
    Case(
        "a directive that may be repeated is safe",
        definitions("directive @d on FIELD", "directive @d repeatable on FIELD"),
        ("@d", ChangeKind.DIRECTIVE_REPEATABLE, SAFE),
    ),
    Case(
        "a directive that may no longer be repeated breaks",
        definitions("directive @d repeatable on FIELD", "directive @d on FIELD"),
        ("@d", ChangeKind.DIRECTIVE_REPEATABLE, BREAKING),
    ),
    Case(
        "a directive's new required argument breaks",
        definitions("directive @d on FIELD", "directive @d(a: Int!) on FIELD"),
        ("@d(a:)", ChangeKind.ARGUMENT_ADDED, BREAKING),
    ),
    Case(
        "a deprecation is safe",
        fields("price: Int", 'price: Int @deprecated(reason: "use prices")'),
        ("Offer.price", ChangeKind.DEPRECATION, SAFE),
    ),
    Case(
        "an enum value's deprecation is safe",
        definitions("enum E { KG @deprecated }", "enum E { KG }"),
        ("E.KG", ChangeKind.DEPRECATION, SAFE),
    ),
    Case(
        "an input field's deprecation is safe",
        definitions("input I { a: Int }", "input I { a: Int @deprecated }"),
        ("I.a", ChangeKind.DEPRECATION, SAFE),
    ),
    Case(
        "another description is safe",
        definitions('"one" scalar Date', '"two" scalar Date'),
        ("Date", ChangeKind.DESCRIPTION, SAFE),
    ),
    Case(
        "a directive's description is safe",
        definitions("directive @d on FIELD", '"new" directive @d on FIELD'),
        ("@d", ChangeKind.DESCRIPTION, SAFE),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.fact)
def test_a_change_is_found_alone(case: Case) -> None:
    """One thing changed, so one change is reported, at its coordinate, with its severity."""
    (change,) = diff_schemas(*case.schemas)
    assert (change.coordinate, change.kind, change.severity) == case.expected
    assert change.message.endswith(".") or change.kind is ChangeKind.DEPRECATION  # a reason ends as its author ended it


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.fact)
def test_equal_schemas_have_no_change(case: Case) -> None:
    """A schema does not differ from itself, whether it is given as text or as a schema."""
    assert diff_schemas(case.schemas[0], build_schema(case.schemas[0])) == ()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.fact)
def test_what_the_reference_implementation_calls_breaking_is_breaking(case: Case) -> None:
    """No breaking change of graphql-core's own list is reported as less."""
    if find_breaking_changes(*map(build_schema, case.schemas)):
        assert diff_schemas(*case.schemas)[0].severity is BREAKING


def test_every_kind_of_change_has_a_case() -> None:
    """A new kind of change needs a test here."""
    assert {case.expected[1] for case in CASES} == set(ChangeKind)


def test_changes_are_sorted_by_coordinate_the_worst_first() -> None:
    """The order of definitions does not matter."""
    before = 'type Query { b(x: Int): Int  a: Int } "old" scalar A'
    after = 'type Query { a: Int! @deprecated  b: String } "new" scalar A'
    assert [(c.coordinate, c.severity) for c in diff_schemas(before, after)] == [
        ("A", SAFE),
        ("Query.a", SAFE),
        ("Query.a", SAFE),
        ("Query.b", BREAKING),
        ("Query.b(x:)", BREAKING),
    ]


def test_a_default_in_another_notation_is_no_change() -> None:
    """The order of an object's fields carries no meaning."""
    before = "type Query { a(r: R = {from: 1, to: 2}): Int } input R { from: Int to: Int }"
    assert diff_schemas(before, before.replace("{from: 1, to: 2}", "{to: 2, from: 1}")) == ()


def test_a_deprecated_field_that_is_gone_is_said_to_have_been_deprecated() -> None:
    """The reader learns that clients were warned."""
    (change,) = diff_schemas(*fields("price: Int @deprecated", ""))
    expected = "Offer no longer has the field price. It was deprecated."
    assert change == Change("Offer.price", ChangeKind.FIELD_REMOVED, BREAKING, expected)
