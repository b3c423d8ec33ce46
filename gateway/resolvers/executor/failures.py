"""Errors as the client sees them: every client path that a failure belongs to, and whose failure it is."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.errors import SubgraphError
from gateway.resolvers import codes
from gateway.resolvers.executor.calls import Call
from gateway.resolvers.executor.paths import ClientPath, JsonObject, anchor_of, locate_objects
from gateway.resolvers.query_plan import EACH_ITEM, EntityPart, Fetch, Rename, RootPart
from gateway.schema.selection import Field
from gateway.types import SubgraphName

MASKED_MESSAGE: Final = "A subgraph reported an error."


@dataclass(frozen=True, slots=True)
class ErrorPolicy:
    """What clients may read of subgraphs' errors. ``mask`` hides messages and extensions, ``mask_by_subgraph`` decides for single ones."""

    mask: bool = False
    mask_by_subgraph: Mapping[SubgraphName, bool] = field(default_factory=dict)

    def masks(self, subgraph: SubgraphName) -> bool:
        return self.mask_by_subgraph.get(subgraph, self.mask)


def report_failure(fetch: Fetch, error: SubgraphError) -> Iterator[JsonObject]:
    """A fetch without a usable answer: one error at each place that its data would have gone to."""
    extensions = {**error.extensions, "code": error.code, "service": fetch.subgraph}
    for path in anchors_of(fetch):
        yield make_error(error.message, path, extensions)


def report_errors(
    fetch: Fetch, errors: Sequence[JsonObject], calls: Mapping[str, Call], root: JsonObject, policy: ErrorPolicy
) -> Iterator[JsonObject]:
    """The subgraph's errors, each at every client path that it belongs to. ``calls`` are those that were made, by alias."""
    places: dict[int, ClientPath] = {}
    for part in fetch.parts:
        for path in part.paths if isinstance(part, EntityPart) else ():
            places.update((id(target), place) for place, target in locate_objects(root, path))
    for error in errors:
        message, extensions = _describe(error, fetch.subgraph, policy)
        for client_path in _client_paths(fetch, error.get("path"), calls, places, root):
            yield make_error(message, client_path, extensions)


def make_error(message: str, path: ClientPath, extensions: Mapping[str, Any]) -> JsonObject:
    """An error in response format (GraphQL specification, section 7.1.2). An empty path is left out."""
    return {"message": message, **({"path": list(path)} if path else {}), "extensions": dict(extensions)}


def anchors_of(fetch: Fetch) -> tuple[ClientPath, ...]:
    """Where a fetch's data would have gone, as far as that is known without its answer."""
    anchors: dict[ClientPath, None] = {}
    for part in fetch.parts:
        if isinstance(part, EntityPart):
            anchors.update(dict.fromkeys(anchor_of(path) for path in part.paths))
        else:
            keys = [selection.response_key for selection in part.selections if isinstance(selection, Field)]
            anchors[anchor_of(part.path) + tuple(keys if len(part.selections) == 1 else ())] = None
    return tuple(anchors)


def _describe(error: JsonObject, subgraph: SubgraphName, policy: ErrorPolicy) -> tuple[str, JsonObject]:
    if policy.masks(subgraph):
        return MASKED_MESSAGE, {"code": codes.DOWNSTREAM_SERVICE_ERROR, "service": subgraph}
    given = error.get("extensions")
    extensions = dict(given) if isinstance(given, dict) else {}
    if not isinstance(extensions.get("code"), str):
        extensions["code"] = codes.DOWNSTREAM_SERVICE_ERROR
    extensions["service"] = subgraph
    return error["message"], extensions


def _client_paths(
    fetch: Fetch, path: Any, calls: Mapping[str, Call], places: Mapping[int, ClientPath], root: JsonObject
) -> Iterable[ClientPath]:
    """The client's paths for the path in a subgraph's error."""
    if not isinstance(path, list) or not path:
        return anchors_of(fetch)
    (first, *_) = fetch.parts
    if isinstance(first, RootPart) and path[0] not in calls:
        rest = _renamed(path, first.renames)
        if not first.path:
            return (rest,)
        return tuple((*place, *rest) for place, _ in locate_objects(root, first.path))
    call = calls.get(path[0]) if isinstance(path[0], str) else None
    if call is None:
        return anchors_of(fetch)
    targets = call.batch.targets
    if len(path) == 1 or not isinstance(path[1], int) or not 0 <= path[1] < len(targets):
        return tuple(dict.fromkeys(anchor_of(p) for p in call.part.paths))
    rest = _renamed(path[2:], call.part.renames)
    return tuple((*places[id(target)], *rest) for target in targets[path[1]] if id(target) in places)


def _renamed(path: Sequence[Any], renames: tuple[Rename, ...]) -> ClientPath:
    """A subgraph's path with its keys as they are called in the merged data."""
    result: list[str | int] = []
    keys: tuple[str, ...] = ()
    for element in path:
        if isinstance(element, str):
            named = next((r.to for r in renames if r.key == element and _keys_of(r) == keys), element)
            keys = (*keys, named)
            result.append(named)
        elif isinstance(element, int):
            result.append(element)
    return tuple(result)


def _keys_of(rename: Rename) -> tuple[str, ...]:
    return tuple(segment for segment in rename.path if isinstance(segment, str) and segment != EACH_ITEM)
