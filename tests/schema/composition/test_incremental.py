"""What a composer remembers saves time and says nothing: after any changes its result is that of composing from nothing."""

import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.schema import Composer, CompositionResult, Subgraph, compose

CASES: Final = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())

ADDED: Final = (
    "type Added { a: Int }",
    "extend type Query { added: Int }",
    "scalar Added",
    'directive @added on OBJECT\nextend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@shareable"])',
    "enum Added { A B }",
    "this is no GraphQL",
)

SWAPPED: Final = (
    ("Int", "String"),
    ("String", "ID"),
    ("!", ""),
    ("@shareable", ""),
    ("@external", ""),
    ("@key", "@shareable @key"),
    ("@override", "@inaccessible @override"),
    ("@inaccessible", ""),
    ("@provides", "@deprecated @provides"),
    ("interface", "type"),
    ("enum", "input"),
    ('"id"', '"id name"'),
    ("v2.", "v2.1"),
)


def read_case(folder: Path) -> list[Subgraph]:
    files = [path for path in sorted(folder.glob("*.graphql")) if path.name != "supergraph.graphql"]
    return [Subgraph(path.stem, f"http://{path.stem}", path.read_text()) for path in files]


def same(one: CompositionResult, other: CompositionResult) -> bool:
    return (one.supergraph_sdl, one.errors, one.hints) == (other.supergraph_sdl, other.errors, other.hints)


def connection(subgraphs: list[Subgraph], chance: random.Random) -> str:
    """Something that uses types which there are, perhaps in other subgraphs: what they are used for and belong to changes, they do not."""
    texts = " ".join(one.sdl for one in subgraphs)
    names = sorted({"Query", *re.findall(r"(?:type|interface|enum|union|input|scalar) (\w+)", texts)})
    one, other = chance.choice(names), chance.choice(names)
    number = chance.randrange(100)
    return chance.choice(
        (
            f"extend type Query {{ added{number}(one: {one}): {other} }}",
            f"extend type {one} {{ added{number}: {other} }}",
            f"extend type {one} implements {other}",
            f"extend union {one} = {other}",
            f"union Added{number} = {one} | {other}",
            f"enum {one} {{ ADDED{number} }}",
            f"type {one} @shareable {{ added: Int }}",
            f"interface {one} {{ added: {other} }}",
            f"input {one} {{ added: {other} }}",
            f"enum {one} {{ A ADDED{number} }} extend type Query {{ e{number}: {one} }}",
        )
    )


def changes(subgraphs: list[Subgraph], chance: random.Random, count: int) -> Iterator[list[Subgraph]]:
    """One set of subgraphs after another, each a small change of the one before, or back to the first."""
    now = list(subgraphs)
    for _ in range(count):
        number = chance.randrange(len(now))
        one = now[number]
        lines = one.sdl.splitlines()
        match chance.randrange(10):
            case 0:
                sdl = f"{one.sdl}\n{chance.choice(ADDED)}\n"
            case 7 | 8 | 9:
                sdl = f"{one.sdl}\n{connection(now, chance)}\n"
            case 1 | 2:
                old, new = chance.choice(SWAPPED)
                sdl = one.sdl.replace(old, new, chance.choice((1, -1)))
            case 3:
                sdl = "\n".join(line for place, line in enumerate(lines) if place != chance.randrange(len(lines) or 1))
            case 4 if len(now) > 1:
                now = now[:number] + now[number + 1 :]
                yield now
                continue
            case 5:
                now = [*now, Subgraph(f"more{chance.randrange(3)}", one.url, one.sdl)]
                yield now
                continue
            case _:
                now = list(subgraphs)
                yield now
                continue
        now = [*now[:number], Subgraph(one.name, one.url, sdl), *now[number + 1 :]]
        yield now


@given(folder=st.sampled_from(CASES), seed=st.integers(0, 2**32))
def test_after_any_changes_the_result_is_that_of_composing_from_nothing(folder: Path, seed: int) -> None:
    """To the byte: supergraph, errors and hints, in their order."""
    first = read_case(folder)
    composer = Composer()
    assert same(composer.compose(first), compose(first))
    for subgraphs in changes(first, random.Random(seed), 6):
        assert same(composer.compose(subgraphs), compose(subgraphs)), [each.sdl for each in subgraphs]


@pytest.mark.parametrize("seed", range(3))
def test_one_composer_may_compose_quite_different_graphs(seed: int) -> None:
    """All cases, one after another."""
    composer = Composer()
    for folder in random.Random(seed).sample(CASES, len(CASES)):
        subgraphs = read_case(folder)
        assert same(composer.compose(subgraphs), compose(subgraphs)), folder.name


HEAD: Final = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable", "@interfaceObject"])\n'


@pytest.mark.parametrize(
    ("others", "before", "after"),
    [
        pytest.param(
            (
                "type Query { a: A } type A @shareable { f: I } interface I { id: ID }",
                "type A @shareable { f: X } type X @shareable { id: ID }",
            ),
            "type X implements I @shareable { id: ID } interface I { id: ID }",
            "type X @shareable { id: ID } interface I { id: ID }",
            id="a type is no longer a member of another's interface",
        ),
        pytest.param(
            (
                'type Query { i: I } interface I @key(fields: "id") { id: ID! } type X implements I @key(fields: "id") { id: ID! }',
                'type Y implements I @key(fields: "id") { id: ID! } interface I @key(fields: "id") { id: ID! }',
            ),
            'type I @interfaceObject @key(fields: "id") { id: ID! more: Int }',
            'type I @interfaceObject @key(fields: "id") { id: ID! more: String other: Int }',
            id="an interface object has other fields",
        ),
        pytest.param(
            ("type Query { e: E } enum E { A B }", "type T { e: E } extend type Query { t: T } enum E { A C }"),
            "extend type Query { x: Int }",
            "extend type Query { f(e: E): Int } enum E { A B C }",
            id="an enum is an input too",
        ),
        pytest.param(
            ("type Query { i: I } interface I { a: Int }", "interface I { b: Int } extend type Query { j: I }"),
            "type X implements I { a: Int b: Int } interface I { a: Int b: Int }",
            "type X { a: Int b: Int }",
            id="an interface has no implementation left",
        ),
    ],
)
def test_a_change_elsewhere_reaches_every_type_that_it_touches(
    others: tuple[str, ...], before: str, after: str
) -> None:
    """Types of subgraphs that have not changed are merged again where what they depend on has."""
    fixed = [Subgraph(f"s{number}", "", HEAD + sdl) for number, sdl in enumerate(others)]
    composer = Composer()
    for sdl in (before, after, before):
        subgraphs = [*fixed, Subgraph("changing", "", HEAD + sdl)]
        assert same(composer.compose(subgraphs), compose(subgraphs))
