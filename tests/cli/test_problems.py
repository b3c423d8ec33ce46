"""Errors and hints as people read them."""

import io

from rich.console import Console

from gateway.cli.problems import print_problems
from gateway.errors import CompositionError, Hint, SourceLocation


def printed(*problems: CompositionError | Hint, sdl: str = "", place: str = "city.graphql") -> str:
    """What is printed for the problems of one subgraph, without colours."""
    console = Console(file=io.StringIO(), width=80)
    print_problems(console, problems, texts={"city": sdl}, places={"city": place})
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def error_at(line: int, column: int) -> CompositionError:
    location = SourceLocation("city", line, column)
    return CompositionError("CODE", "It is wrong.", "Query.area", ("city",), (location,), "Do otherwise.")


def test_an_error_shows_its_line_with_a_caret_under_the_token() -> None:
    """Code, coordinate, message, place, line, caret, mend."""
    assert printed(error_at(2, 3), sdl="type Query {\n  area: Int\n}") == (
        "error CODE Query.area\n"
        "It is wrong.\n"
        "  city.graphql:2:3\n"
        "  2 |   area: Int\n"
        "    |   ^^^^\n"
        "mend: Do otherwise.\n"
        "\n"
    )


def test_the_caret_stands_right_under_wide_characters_and_tabs() -> None:
    """A Chinese character takes two columns; a tab is shown as four."""
    lines = printed(error_at(1, 7), sdl='\t"面积" x: Int').splitlines()
    assert lines[3] == '  1 |     "面积" x: Int'
    assert lines[4] == "    | " + " " * 11 + "^"


def test_brackets_in_a_message_are_text() -> None:
    """A message may hold what would be markup."""
    assert "[Int!] is not [bold]Int" in printed(CompositionError("CODE", "[Int!] is not [bold]Int"))


def test_a_place_outside_the_text_is_named_without_a_line() -> None:
    """The SDL may be shorter than the location says: the place is still told."""
    assert printed(error_at(9, 1), sdl="type Query").splitlines()[2:4] == ["  city.graphql:9:1", "mend: Do otherwise."]


def test_a_place_at_the_end_of_a_line_has_one_caret() -> None:
    """An unexpected end of text points behind the last character."""
    assert printed(error_at(1, 13), sdl="type Query {").splitlines()[4] == "    | " + " " * 12 + "^"


def test_a_hint_is_called_a_hint() -> None:
    """And has the same form."""
    hint = Hint("UNUSED_ENUM_TYPE", "E is not used.", "E", ("city",), (SourceLocation("city", 1, 1),))
    assert printed(hint, sdl="enum E { A }", place="schemas/city.graphql").splitlines() == [
        "hint UNUSED_ENUM_TYPE E",
        "E is not used.",
        "  schemas/city.graphql:1:1",
        "  1 | enum E { A }",
        "    | ^^^^",
        "",
    ]
