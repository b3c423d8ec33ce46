"""A contract shows one audience its part of the supergraph."""

import pytest
from graphql import parse, print_ast, print_schema

from gateway.schema.composition.contract import Contract, apply_contract
from gateway.schema.supergraph import read_supergraph

HEAD = """
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/tag/v0.3")
{ query: Query }
directive @tag(name: String!) repeatable on FIELD_DEFINITION | OBJECT
enum join__Graph { CORE @join__graph(name: "core", url: "http://core") }
"""


def variant(body: str, *, include: str = "", exclude: str = "", hide_unreachable: bool = False) -> str:
    """The API schema of a contract's variant, on one line."""
    contract = Contract(frozenset(include.split()), frozenset(exclude.split()), hide_unreachable)
    document = apply_contract(read_supergraph(HEAD + body), contract)
    return " ".join(print_schema(read_supergraph(document).api_schema).split())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            'type Query { a: Int b: Int @tag(name: "x") }',
            "type Query { a: Int }",
            id="a field",
        ),
        pytest.param(
            'type Query { a(b: Int, c: Int @tag(name: "x")): Int }',
            "type Query { a(b: Int): Int }",
            id="an argument",
        ),
        pytest.param(
            'type Query { a: Int } type Offer @tag(name: "x") { id: ID }',
            "type Query { a: Int }",
            id="an object",
        ),
        pytest.param(
            'type Query { a: E } enum E { KG T @tag(name: "x") }',
            "type Query { a: E } enum E { KG }",
            id="an enum value",
        ),
        pytest.param(
            'type Query { a(i: I): Int } input I { b: Int c: Int @tag(name: "x") }',
            "type Query { a(i: I): Int } input I { b: Int }",
            id="an input field",
        ),
        pytest.param(
            'type Query { a: U } type A { id: ID } type B @tag(name: "x") { id: ID } union U = A | B',
            "type Query { a: U } type A { id: ID } union U = A",
            id="a member of a union",
        ),
        pytest.param(
            'type Query { a: Int } type Offer { id: ID @tag(name: "x") price: Int @tag(name: "x") }',
            "type Query { a: Int }",
            id="a type by all its fields",
        ),
        pytest.param(
            'type Query { a: Int } enum E { KG @tag(name: "x") }',
            "type Query { a: Int }",
            id="an enum by all its values",
        ),
    ],
)
def test_what_has_an_excluded_tag_is_hidden(before: str, after: str) -> None:
    """Everything with the tag, and every type of which nothing is left."""
    assert variant(before, exclude="x") == after


def test_only_fields_with_an_included_tag_are_shown() -> None:
    """A type without such a field goes with its fields; enums, inputs and scalars need no tag."""
    body = """
    type Query { offer(unit: Unit): Offer @tag(name: "public") secret: Offer }
    type Offer { id: ID @tag(name: "public") cost: Int }
    type Ledger { id: ID }
    enum Unit { KG }
    """
    assert (
        variant(body, include="public")
        == "type Query { offer(unit: Unit): Offer } type Offer { id: ID } enum Unit { KG }"
    )


def test_a_tag_on_a_type_counts_for_its_fields() -> None:
    """An included type shows all its fields."""
    body = 'type Query @tag(name: "public") { a: Int b: Int }'
    assert variant(body, include="public") == "type Query { a: Int b: Int }"


def test_a_union_needs_an_included_tag_itself() -> None:
    """Its members' tags do not count for it."""
    body = 'type Query @tag(name: "p") { a: Int } type A @tag(name: "p") { id: ID } union U = A union V @tag(name: "p") = A'
    assert variant(body, include="p") == "type Query { a: Int } type A { id: ID } union V = A"


def test_an_excluded_tag_outweighs_an_included_one() -> None:
    """What has both is hidden."""
    body = 'type Query @tag(name: "public") { a: Int b: Int @tag(name: "internal") }'
    assert variant(body, include="public", exclude="internal") == "type Query { a: Int }"


def test_unreachable_types_are_hidden_on_demand() -> None:
    """Nothing visible leads to them; what a visible argument, interface or implementation leads to stays."""
    body = """
    type Query { a(i: I, j: J @tag(name: "x")): N b: Gone @tag(name: "x") }
    interface N { id: ID }
    interface M { id: ID }
    type A implements N & M { id: ID e: E }
    type Gone { id: ID s: S }
    input I { k: K } input J { a: Int } input K { a: Int }
    enum E { KG }
    scalar S
    """
    shown = variant(body, exclude="x", hide_unreachable=True)
    assert shown == (
        "type Query { a(i: I): N } interface N { id: ID } interface M { id: ID } type A implements N & M { id: ID e: E } "
        "input I { k: K } input K { a: Int } enum E { KG }"
    )
    assert "type Gone" in variant(body, exclude="x")


def test_an_unreachable_type_with_an_included_tag_stays() -> None:
    """Whoever tags a type wants it shown."""
    body = 'type Query { a: Int @tag(name: "p") } type A @tag(name: "p") { id: ID } scalar S @tag(name: "p") scalar T'
    assert variant(body, include="p", hide_unreachable=True) == "type Query { a: Int } type A { id: ID } scalar S"


def test_the_specification_is_linked_once() -> None:
    """A supergraph that hides nothing yet gets the link and the definition; one that does keeps its own."""
    contract = Contract(exclude=frozenset({"x"}))
    body = 'type Query { a: Int b: Int @tag(name: "x") @inaccessible c: Int @tag(name: "x") }'
    once = apply_contract(read_supergraph(HEAD + body), contract)
    twice = apply_contract(read_supergraph(once), contract)
    assert print_ast(once).count("specs.apollo.dev/inaccessible/v0.2") == 1
    assert print_ast(once).count("directive @inaccessible") == 1
    assert print_ast(twice) == print_ast(once)


def test_the_directives_may_have_other_names() -> None:
    """A supergraph may link the specifications under names of its own."""
    head = HEAD.replace(
        'tag/v0.3")', 'tag/v0.3", as: "mark") @link(url: "https://specs.apollo.dev/inaccessible/v0.2", as: "hide")'
    )
    supergraph = read_supergraph(head + 'type Query { a: Int b: Int @mark(name: "x") }')
    document = apply_contract(supergraph, Contract(exclude=frozenset({"x"})))
    assert 'b: Int @mark(name: "x") @hide' in print_ast(document)


def test_a_contract_that_hides_nothing_changes_nothing() -> None:
    """Not even the links."""
    supergraph = read_supergraph(HEAD + "type Query { a: Int }")
    document = apply_contract(supergraph, Contract(exclude=frozenset({"x"}), hide_unreachable=True))
    assert print_ast(document) == print_ast(parse(HEAD + "type Query { a: Int }"))
