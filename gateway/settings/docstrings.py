"""What the keys of a section mean: the strings that stand below them.

Pydantic can read them too, but does so whenever the sections are imported, and every start of the gateway would wait for it.
"""

import ast
import inspect
from collections.abc import Iterator
from itertools import pairwise

from gateway.settings.section import Section


def key_docstrings(section: type[Section]) -> dict[str, str]:
    """The docstring of each key that has one, those of inherited keys included."""
    found: dict[str, str] = {}
    for ancestor in reversed(section.__mro__):
        if issubclass(ancestor, Section):
            (definition,) = ast.parse(inspect.getsource(ancestor)).body
            if isinstance(definition, ast.ClassDef):
                found.update(_docstrings(definition))
    return found


def _docstrings(definition: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for key, below in pairwise(definition.body):
        if not isinstance(key, ast.AnnAssign) or not isinstance(key.target, ast.Name):
            continue
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) and isinstance(below.value.value, str):
            yield key.target.id, inspect.cleandoc(below.value.value)


def all_sections(section: type[Section] = Section) -> Iterator[type[Section]]:
    """Every section that there is."""
    for below in section.__subclasses__():
        yield below
        yield from all_sections(below)
