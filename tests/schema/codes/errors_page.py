"""Print ``docs/errors.md``: ``python -m tests.schema.codes.errors_page > docs/errors.md``."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from gateway.errors import CompositionError, Hint
from gateway.schema import Subgraph, compose
from gateway.schema.codes import Code, ErrorCode, HintCode
from tests.schema.composition.test_cases import CASES, read_case

HEAD = """\
# Errors and hints of composition

What `tongfen compose` can say: what each code means, how to mend it, and subgraphs that produce it with what is said of them. The examples
are tests, and this page is printed from them and from the table of codes (`gateway/schema/codes`).

An error means that there is no supergraph. A hint is about a supergraph that there is.
"""


@dataclass(frozen=True)
class Example:
    """A case and what composing it says."""

    name: str
    subgraphs: tuple[Subgraph, ...]
    problems: tuple[CompositionError | Hint, ...]

    def says(self, code: Code) -> bool:
        return any(problem.code == code and isinstance(problem, Hint) == is_hint(code) for problem in self.problems)


def is_hint(code: Code) -> bool:
    return isinstance(code, HintCode)


@cache
def examples() -> tuple[Example, ...]:
    """The cases made to explain, composed; those that say least come first, and the shorter before the longer."""
    found = []
    for folder in CASES:
        if folder.name.startswith("rejected_"):
            continue  # an unusual way to an error that another case shows better
        subgraphs = read_case(folder)
        result = compose(subgraphs)
        found.append(Example(folder.name, tuple(subgraphs), (*result.errors, *result.hints)))
    return tuple(sorted(found, key=lambda e: (len(e.problems), sum(len(s.sdl) for s in e.subgraphs), e.name)))


def print_page() -> str:
    """The whole page."""
    errors = (line for code in ErrorCode for line in _print_code(code))
    hints = (line for code in HintCode for line in _print_code(code))
    return "\n".join([HEAD, "## Errors", "", *errors, "## Hints", "", *hints]).rstrip() + "\n"


def _print_code(code: Code) -> Iterator[str]:
    yield from (f"### {code}", "", code.meaning, "", f"**Mend:** {code.mend}", "")
    if code.never:
        yield from (f"**No example:** {code.never}", "")
        return
    example = next(example for example in examples() if example.says(code))
    for subgraph in example.subgraphs:
        yield from ("```graphql", f"# {subgraph.name}", subgraph.sdl.strip(), "```", "")
    message = next(p.message for p in example.problems if p.code == code and isinstance(p, Hint) == is_hint(code))
    yield from ("```text", message, "```", "")


if __name__ == "__main__":
    sys.stdout.write(print_page())
