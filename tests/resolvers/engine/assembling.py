"""What a client makes of the payloads of a deferred answer: one answer, put together by paths or by ids."""

import contextlib
from typing import Any

import msgspec

from gateway.resolvers.engine import Engine
from gateway.resolvers.messages import GraphQLRequest, GraphQLStream, Incremental

Json = Any


async def ask(engine: Engine, query: str, form: Incremental, **variables: Any) -> list[Json]:
    """The payloads of an answer; one, without ``hasNext``, where it came whole."""
    answer = await engine.stream(GraphQLRequest(query, variables=variables, incremental=form))
    if not isinstance(answer, GraphQLStream):
        return [msgspec.json.decode(answer.body)]
    async with contextlib.aclosing(answer.payloads) as payloads:
        return [msgspec.json.decode(payload) async for payload in payloads]


def assemble(payloads: list[Json]) -> Json:
    """The whole response. Checks that every payload but the last says that there is more, and that what is announced is completed."""
    first, *rest = payloads
    assert [payload.get("hasNext", False) for payload in payloads] == [True] * len(rest) + [False]
    whole = {"data": first["data"], "errors": list(first.get("errors", ()))}
    places: dict[str, Json] = {}
    for payload in payloads:
        places.update({pending["id"]: pending["path"] for pending in payload.get("pending", ())})
        for entry in payload.get("incremental", ()):
            path = places[entry["id"]] if "id" in entry else entry["path"]
            whole["errors"] += entry.get("errors", ())
            if entry["data"] is not None:
                target = whole["data"]
                for element in path:
                    target = target[element]
                merge(target, entry["data"])
        for done in payload.get("completed", ()):
            del places[done["id"]]
            whole["errors"] += done.get("errors", ())
    assert places == {}
    return whole


def merge(target: Json, source: Json) -> None:
    """Both have the same shape where they meet."""
    for key in source if isinstance(source, dict) else range(len(source)):
        known = target.get(key) if isinstance(target, dict) else target[key]
        if isinstance(known, dict | list) and known:
            merge(known, source[key])
        else:
            target[key] = source[key]
