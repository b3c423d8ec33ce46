"""An answer's bytes, taken apart into those of its parts, and put together from them. Nothing in between is decoded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from gateway.resolvers import codes
from gateway.resolvers.subgraph_client.caching.asking import Wanted
from gateway.resolvers.subgraph_client.caching.units import EntityUnit
from gateway.resolvers.subgraph_client.transport import HttpAnswer

JSON_HEADERS: Final = {"content-type": "application/json"}
NULL: Final = b"null"

UNAVAILABLE: Final = frozenset(
    {codes.SUBREQUEST_HTTP_ERROR, codes.SUBREQUEST_CIRCUIT_OPEN, codes.SUBREQUEST_MALFORMED_RESPONSE}
)
"""Codes of errors that say that a subgraph, or a member of it, could not be asked."""


class Body(msgspec.Struct):
    """A GraphQL response, its data left as it is."""

    data: dict[str, msgspec.Raw] | None = None
    errors: list[Any] | None = None
    extensions: Any = None


BODY: Final = msgspec.json.Decoder(Body)
ITEMS: Final = msgspec.json.Decoder(list[msgspec.Raw] | None)


@dataclass(frozen=True, slots=True)
class Parts:
    """An answer taken apart: the bytes of each part by its number, and the errors with the numbers that they are about.

    An error about nothing in particular is about everything that was asked.
    """

    bodies: Mapping[int, bytes]
    errors: Sequence[tuple[frozenset[int], dict[str, Any]]] = ()
    extensions: Mapping[str, Any] = field(default_factory=dict)

    def is_marred(self, number: int) -> bool:
        """Whether an error is about a part."""
        return any(number in numbers for numbers, _ in self.errors)


def split(wanted: Wanted, numbers: Sequence[int], answer: HttpAnswer) -> Parts | None:
    """The parts of an answer to ``wanted.request_for(numbers)``; None for what is not one (or not one to keep anything of)."""
    if answer.status != 200 or "json" not in answer.headers.get("content-type", ""):  # OK
        return None
    try:
        body = BODY.decode(answer.body)
        bodies = {} if body.data is None else _bodies(wanted, numbers, body.data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    if bodies is None or (body.data is None and not body.errors):
        return None
    errors = [error for error in body.errors or () if isinstance(error, dict)]
    extensions = body.extensions if isinstance(body.extensions, dict) else {}
    return Parts(bodies, [_place(wanted, numbers, error) for error in errors], extensions)


def _bodies(wanted: Wanted, numbers: Sequence[int], data: Mapping[str, msgspec.Raw]) -> dict[int, bytes] | None:
    found: dict[int, bytes] = {}
    for span in wanted.spans:
        mine = [number for number in numbers if span.start <= number < span.end]
        if not mine:
            continue
        raw = data.get(span.unit.alias)
        if raw is None:
            return None
        if isinstance(span.unit, EntityUnit):
            items = ITEMS.decode(raw)
            if items is None or len(items) != len(mine):
                return None
            found.update((number, bytes(item)) for number, item in zip(mine, items, strict=True))
        else:
            found[mine[0]] = bytes(raw)
    return found


def _place(wanted: Wanted, numbers: Sequence[int], error: dict[str, Any]) -> tuple[frozenset[int], dict[str, Any]]:
    """What an error is about; its path leads where it would in an answer to the whole request."""
    path = error.get("path")
    everything = frozenset(numbers)
    if not isinstance(path, list) or not path:
        return everything, error
    span = next((span for span in wanted.spans if span.unit.alias == path[0]), None)
    if span is None:
        return everything, error
    mine = [number for number in numbers if span.start <= number < span.end]
    if not isinstance(span.unit, EntityUnit) or len(path) == 1:
        return frozenset(mine), error
    if not isinstance(path[1], int) or not 0 <= path[1] < len(mine):
        return frozenset(mine), error
    number = mine[path[1]]
    return frozenset((number,)), {**error, "path": [path[0], number - span.start, *path[2:]]}


def join(wanted: Wanted, bodies: Sequence[bytes], errors: Sequence[dict[str, Any]] = ()) -> HttpAnswer:
    """The answer to the whole request, from a body for each part."""
    fields = []
    for span in wanted.spans:
        if isinstance(span.unit, EntityUnit):
            fields.append(span.unit.opening + b",".join(bodies[span.start : span.end]) + b"]")
        elif span.end > span.start:
            fields.append(span.unit.opening + bodies[span.start])
    data = b",".join(fields)
    if errors:
        return HttpAnswer(200, JSON_HEADERS, b'{"data":{%b},"errors":%b}' % (data, msgspec.json.encode(errors)))
    return HttpAnswer(200, JSON_HEADERS, b'{"data":{%b}}' % data)


def failure(wanted: Wanted, number: int, message: str, code: str) -> dict[str, Any]:
    """The error of a part that could not be had."""
    span = wanted.span_of(number)
    path = [span.unit.alias, number - span.start] if isinstance(span.unit, EntityUnit) else [span.unit.alias]
    return {"message": message, "path": path, "extensions": {"code": code}}


def is_unavailable(error: Mapping[str, Any]) -> bool:
    """Whether an error says that somebody could not be asked."""
    extensions = error.get("extensions")
    return isinstance(extensions, dict) and extensions.get("code") in UNAVAILABLE
