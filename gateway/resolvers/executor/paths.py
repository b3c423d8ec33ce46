"""Ways through the merged data: where a plan's paths lead, and what the client calls these places."""

from collections.abc import Iterator
from typing import Any

from gateway.resolvers.query_plan import EACH_ITEM, Path

ClientPath = tuple[str | int, ...]
"""A place in the response as errors name it: response keys and list indices."""

JsonObject = dict[str, Any]


def find_objects(root: JsonObject, path: Path) -> list[JsonObject]:
    """The objects that ``path`` leads to, in the order of the data. Nulls end their way; so does whatever has another shape."""
    level: list[Any] = [root]
    for segment in path:
        if segment == EACH_ITEM:
            level = [item for value in level if isinstance(value, list) for item in value]
        elif isinstance(segment, str):
            level = [value[segment] for value in level if isinstance(value, dict) and segment in value]
        else:
            types = segment.types
            level = [value for value in level if isinstance(value, dict) and value.get("__typename") in types]
    return [value for value in level if isinstance(value, dict)]


def locate_objects(root: JsonObject, path: Path) -> Iterator[tuple[ClientPath, JsonObject]]:
    """The same objects, each with the client's path to it. Slower: for errors only."""
    level: list[tuple[ClientPath, Any]] = [((), root)]
    for segment in path:
        if segment == EACH_ITEM:
            level = [
                ((*place, index), item)
                for place, value in level
                if isinstance(value, list)
                for index, item in enumerate(value)
            ]
        elif isinstance(segment, str):
            level = [
                ((*place, segment), value[segment])
                for place, value in level
                if isinstance(value, dict) and segment in value
            ]
        else:
            types = segment.types
            level = [pair for pair in level if isinstance(pair[1], dict) and pair[1].get("__typename") in types]
    return ((place, value) for place, value in level if isinstance(value, dict))


def anchor_of(path: Path) -> ClientPath:
    """The client's path as far as it is the same for all objects: up to the first list."""
    anchor: list[str | int] = []
    for segment in path:
        if segment == EACH_ITEM:
            break
        if isinstance(segment, str):
            anchor.append(segment)
    return tuple(anchor)
