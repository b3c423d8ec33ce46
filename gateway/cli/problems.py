"""Print errors and hints for people: what is wrong, the line of SDL it speaks of, and how to mend it."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from gateway.errors import CompositionError, Hint, SourceLocation

LINE_END: Final = re.compile(r"\r\n|\n|\r")
"""What ends a line in GraphQL (specification, section 2.1.1)."""

TAB: Final = "    "
TOKEN: Final = re.compile(r'@?\w+|"+|\S')


def print_problems(
    console: Console,
    problems: Iterable[CompositionError | Hint],
    *,
    texts: Mapping[str, str],
    places: Mapping[str, str],
) -> None:
    """Print each problem as a paragraph. ``texts`` are the subgraphs' SDLs, ``places`` the names of where they came from."""
    for problem in problems:
        console.print(_title(problem), soft_wrap=True)
        console.print(Text(problem.message), soft_wrap=True)
        for location in problem.locations:
            console.print(_excerpt(location, texts, places), soft_wrap=True)
        if isinstance(problem, CompositionError) and problem.mend:
            console.print(Text.assemble(("mend: ", "green"), problem.mend), soft_wrap=True)
        console.print()


def _title(problem: CompositionError | Hint) -> Text:
    kind, style = ("error", "bold red") if isinstance(problem, CompositionError) else ("hint", "bold cyan")
    return Text.assemble((f"{kind} {problem.code}", style), f" {problem.coordinate}" if problem.coordinate else "")


def _excerpt(location: SourceLocation, texts: Mapping[str, str], places: Mapping[str, str]) -> Text:
    """The place, and the line there with a caret under the token that is meant."""
    place = places.get(location.subgraph, f"{location.subgraph}.graphql")
    head = Text(f"  {place}:{location.line}:{location.column}", style="bold")
    lines = LINE_END.split(texts.get(location.subgraph, ""))
    if not 0 < location.line <= len(lines):
        return head
    line, number = lines[location.line - 1], str(location.line)
    token = TOKEN.match(line, location.column - 1)
    indent = " " * cell_len(line[: location.column - 1].replace("\t", TAB))
    carets = "^" * (cell_len(token.group()) if token else 1)
    return Text.assemble(
        head,
        "\n",
        (f"  {number} | ", "dim"),
        line.replace("\t", TAB),
        "\n",
        (f"  {' ' * len(number)} | ", "dim"),
        indent,
        (carets, "red"),
    )
