"""A composition's result as JSON, and a server that composes one line of JSON after another."""

import dataclasses
import json
import time
from collections.abc import Iterable, Iterator
from typing import Any

from gateway.errors import CompositionError, Hint
from gateway.schema import CompositionResult, Subgraph, compose


def result_to_json(result: CompositionResult) -> dict[str, Any]:
    """The whole result: the supergraph and hints, or every error."""
    hints = [problem_to_json(hint) for hint in result.hints]
    if result.supergraph_sdl is None:
        return {"ok": False, "errors": [problem_to_json(error) for error in result.errors], "hints": hints}
    return {"ok": True, "supergraph": result.supergraph_sdl, "hints": hints}


def problem_to_json(problem: CompositionError | Hint) -> dict[str, Any]:
    """One error or hint, with all its fields."""
    return dataclasses.asdict(problem)


def answer_lines(lines: Iterable[str]) -> Iterator[str]:
    """One line of JSON for each: ``{"id", "subgraphs": [{"name", "url", "sdl"}]}`` is answered with the result, its hints as codes.

    ``ms`` is the time composing took. A line that cannot be composed at all is answered with ``"threw": true``, so that the
    next one still is.
    """
    for line in lines:
        if line.strip():
            yield json.dumps(_answer(line))


def _answer(line: str) -> dict[str, Any]:
    started = time.perf_counter()
    try:
        result = compose([Subgraph(s["name"], s["url"] or "", s["sdl"]) for s in json.loads(line)["subgraphs"]])
    except Exception as error:  # a fault of this line must not end the server
        problem = {"code": "INTERNAL_ERROR", "message": f"{type(error).__name__}: {error}"}
        return {"ok": False, "threw": True, "errors": [problem]}
    elapsed = round((time.perf_counter() - started) * 1000, 3)
    return {**result_to_json(result), "hints": [hint.code for hint in result.hints], "ms": elapsed}
