"""The queries that GraphiQL offers, from a folder of files."""

import json
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from gateway.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Example:
    """A query with its variables as JSON text. ``title`` and ``text`` have it in the languages ``zh`` and ``en``."""

    name: str
    title: dict[str, str]
    text: dict[str, str]
    query: str
    variables: str


def read_examples(folder: Path) -> tuple[Example, ...]:
    """The examples in a folder, by the names of their files.

    ``NAME.graphql`` begins with up to two comments, a title and a line of text, each ``Chinese · English`` or in one language only.
    ``NAME.json`` holds the variables. Raises SettingsError for a folder without examples and for variables that are not JSON.
    """
    paths = sorted(folder.glob("*.graphql"))
    if not paths:
        raise SettingsError(f"graphiql.examples: there is no *.graphql file in {folder}.")
    return tuple(read_example(path) for path in paths)


def read_example(path: Path) -> Example:
    query = path.read_text(encoding="utf-8")
    comments = [line[1:].strip() for line in takewhile(lambda line: line.startswith("#"), query.splitlines())]
    title, text = (*comments[:2], "", "")[:2]
    return Example(
        path.stem, in_both_languages(title or path.stem), in_both_languages(text), query, read_variables(path)
    )


def in_both_languages(line: str) -> dict[str, str]:
    chinese, separator, english = line.partition(" · ")
    return {"zh": chinese.strip(), "en": (english if separator else chinese).strip()}


def read_variables(path: Path) -> str:
    beside = path.with_suffix(".json")
    if not beside.exists():
        return ""
    variables = beside.read_text(encoding="utf-8").strip()
    try:
        json.loads(variables)
    except ValueError as error:
        raise SettingsError(f"graphiql.examples: {beside} is not JSON: {error}.") from error
    return variables
