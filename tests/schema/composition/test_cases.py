"""Every folder of ``cases`` is one composition: its subgraphs, and the supergraph, the errors or the hints they give."""

import itertools
import json
from pathlib import Path

import pytest
from graphql import parse

from gateway.schema import CompositionResult, Subgraph, compose
from gateway.schema.supergraph.printer import print_supergraph

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())
EXPECTATIONS = ("supergraph.graphql", "errors.json", "hints.json")


def read_case(folder: Path) -> list[Subgraph]:
    files = sorted(path for path in folder.glob("*.graphql") if path.name not in EXPECTATIONS)
    return [Subgraph(path.stem, f"http://{path.stem}/graphql", path.read_text()) for path in files]


def said(result: CompositionResult) -> list[list[str]]:
    return sorted([error.code, error.coordinate] for error in result.errors)


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_a_case_gives_what_lies_beside_it(folder: Path) -> None:
    """The supergraph, the errors (code and coordinate) and the hint codes are those of the case's files."""
    result = compose(read_case(folder))
    if (errors := folder / "errors.json").exists():
        assert said(result) == json.loads(errors.read_text())
        assert result.supergraph_sdl is None
    else:
        assert said(result) == []
    if (expected := folder / "supergraph.graphql").exists():
        assert result.supergraph_sdl == expected.read_text()
    if (hints := folder / "hints.json").exists():
        assert sorted({hint.code for hint in result.hints}) == json.loads(hints.read_text())
    assert any((folder / name).exists() for name in EXPECTATIONS)


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_the_order_of_the_subgraphs_changes_nothing(folder: Path) -> None:
    """Every order of the same subgraphs gives the same bytes, the same errors and the same hints."""
    subgraphs = read_case(folder)
    first = compose(subgraphs)
    for order in itertools.islice(itertools.permutations(subgraphs), 6):
        result = compose(order)
        assert (result.supergraph_sdl, result.errors, result.hints) == (first.supergraph_sdl, first.errors, first.hints)


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_what_is_printed_can_be_read_back(folder: Path) -> None:
    """Parsing and printing the supergraph again gives the same text."""
    sdl = compose(read_case(folder)).supergraph_sdl
    if sdl is not None:
        assert print_supergraph(parse(sdl)) == sdl


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_every_message_says_how_to_mend(folder: Path) -> None:
    """Each error has a message, a mend and the subgraphs it speaks of."""
    for error in compose(read_case(folder)).errors:
        assert error.message
        assert error.mend
        assert error.subgraphs
