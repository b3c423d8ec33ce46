"""Whatever subgraphs say, composing them gives a supergraph or errors, never an exception, and comes to an end."""

import re
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.schema import CompositionResult, Subgraph, compose

CASES = Path(__file__).parent / "cases"
SDL = tuple(path.read_text("utf-8") for path in sorted(CASES.glob("*/*.graphql")) if path.name != "supergraph.graphql")
TOKEN = re.compile(r'"""[\s\S]*?"""|"[^"\n]*"|@?\w+|\S')
LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@external"])\n'
)


def compose_sdl(*texts: str) -> CompositionResult:
    return compose([Subgraph(f"s{number}", f"http://s{number}", text) for number, text in enumerate(texts)])


def assert_is_an_outcome(result: CompositionResult) -> None:
    """A supergraph that prints, or errors that each have a code and a message."""
    assert (result.supergraph_sdl is None) == bool(result.errors)
    assert all(error.code and error.message for error in result.errors)


@st.composite
def mutated_sdl(draw: st.DrawFn) -> str:
    """A subgraph of some case with tokens left out, doubled, swapped, or replaced by tokens of another one."""
    tokens = TOKEN.findall(draw(st.sampled_from(SDL)))
    others = TOKEN.findall(draw(st.sampled_from(SDL)))
    random = Random(draw(st.integers(0, 2**32)))
    for _ in range(draw(st.integers(0, 4))):
        at, other = random.randrange(len(tokens)), random.randrange(len(tokens))
        kind = random.randrange(5)
        if kind == 0 and len(tokens) > 1:
            del tokens[at]
        elif kind == 1:
            tokens.insert(at, tokens[other])
        elif kind == 2:
            tokens[at], tokens[other] = tokens[other], tokens[at]
        elif kind == 3:
            tokens[at] = random.choice(others)
        else:
            start = random.randrange(len(others))
            tokens[at:at] = others[start : start + random.randrange(12)]
    return " ".join(tokens)


@settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(mutated_sdl(), min_size=1, max_size=3))
def test_mutated_subgraphs_give_an_outcome(texts: list[str]) -> None:
    """Mistakes of every kind, near to what people write."""
    assert_is_an_outcome(compose_sdl(*texts))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "#",
        "\ufeff",
        "\x00",
        "type Query { x: Int } \ud800",
        "query { x }",
        "fragment A on Query { ...A } type Query { x: Int }",
        "type Query { x: Int } extend type Query { x: Int }",
        "schema { query: Missing }",
        "interface A implements A { x: Int } type Query { a: A }",
        "interface A implements B { x: Int } interface B implements A { x: Int } type Query { a: A }",
        "union U = U type Query { u: U }",
        "input I { i: I! } type Query { x(i: I): Int }",
        "input I { i: I = {} } type Query { x(i: I): Int }",
        "directive @d(x: Int @d) on ARGUMENT_DEFINITION type Query { x: Int }",
        'type Query @key(fields: "x") { x: Int }',
        "scalar Int scalar String type Query { x: Int }",
        "type __Schema { x: Int } type Query { x: __Schema }",
        "type Query { __typename: Int _entities: Int _service: Int }",
    ],
)
def test_strange_text_gives_an_outcome(text: str) -> None:
    """Alone, and beside a subgraph that is well."""
    assert_is_an_outcome(compose_sdl(text))
    assert_is_an_outcome(compose_sdl(text, "type Query { y: Int }"))


@pytest.mark.parametrize("name", ["__proto__", "constructor", "a b", "ä", "1", "A", "-", "", "x" * 1000, "a\nb", '"'])
def test_a_subgraph_may_have_any_name(name: str) -> None:
    """Beside one whose sanitised name is the same."""
    others = [Subgraph("a_b", "", "type Query { y: Int }"), Subgraph("a", "", "type Query { z: Int }")]
    assert_is_an_outcome(compose([Subgraph(name, "http://x", "type Query { x: Int }"), *others]))


def test_a_deeply_nested_field_set_is_refused() -> None:
    """A hundred thousand levels of a selection do not exhaust the stack."""
    fields = "a { " * 100_000 + "id" + " }" * 100_000
    text = LINK + f'type Query {{ a: A }} type A @key(fields: "{fields}") {{ id: ID! a: A }}'
    assert [error.code for error in compose_sdl(text).errors] == ["KEY_INVALID_FIELDS"]


def test_a_deeply_nested_value_is_refused() -> None:
    """Nor do ten thousand levels of a list."""
    text = f"type Query {{ x(a: Int = {'[' * 10_000}{']' * 10_000}): Int }}"
    assert [error.code for error in compose_sdl(text).errors] == ["INVALID_GRAPHQL"]


def test_a_deeply_nested_type_is_refused() -> None:
    """Nor do ten thousand lists of lists."""
    text = f"type Query {{ x: {'[' * 10_000}Int{']' * 10_000} }}"
    assert [error.code for error in compose_sdl(text).errors] == ["INVALID_GRAPHQL"]


def test_a_long_text_is_composed() -> None:
    """Ten megabytes, nearly all of it one description."""
    text = f'"""{"word " * 2_000_000}"""\ntype Query {{ x: Int }}'
    assert compose_sdl(text).errors == ()


def test_a_type_of_very_many_fields_is_composed() -> None:
    """In two subgraphs that share them all."""
    fields = " ".join(f"f{number}: Int" for number in range(5_000))
    text = (
        LINK.replace('"@key"', '"@key", "@shareable"')
        + f"type Query {{ x: X @shareable }} type X @shareable {{ {fields} }}"
    )
    assert compose_sdl(text, text).errors == ()
