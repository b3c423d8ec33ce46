"""Merge what subgraphs answer into one tree, in which no two objects are ever one in memory."""

from collections.abc import Iterable, Set
from typing import Any

from gateway.resolvers.executor.paths import JsonObject, find_objects
from gateway.resolvers.query_plan import Rename
from gateway.types import TypeName


def merge_into(target: JsonObject, source: JsonObject) -> None:
    """Add what ``source`` has to ``target``. ``source`` becomes part of the tree and must not be used again.

    Objects merge by key, lists of equal length by index. Null never takes the place of data, and of two values the first stays.
    """
    for key, value in source.items():
        known = target.get(key)
        if known is None:
            target[key] = value
        elif isinstance(known, dict):
            if isinstance(value, dict):
                merge_into(known, value)
        elif isinstance(known, list) and isinstance(value, list):
            _merge_lists(known, value)


def _merge_lists(known: list[Any], value: list[Any]) -> None:
    if len(known) != len(value):
        return
    for index, item in enumerate(value):
        old = known[index]
        if old is None:
            known[index] = item
        elif isinstance(old, dict) and isinstance(item, dict):
            merge_into(old, item)
        elif isinstance(old, list) and isinstance(item, list):
            _merge_lists(old, item)


def merge_entity(targets: list[JsonObject], entity: JsonObject) -> None:
    """Merge one entity into every object that stands for it; each gets its own copy."""
    for target in targets[1:]:
        merge_into(target, copy_json(entity))
    merge_into(targets[0], entity)


def copy_json(value: Any) -> Any:
    """A copy of decoded JSON that shares nothing mutable with it."""
    if isinstance(value, dict):
        return {key: copy_json(item) if isinstance(item, dict | list) else item for key, item in value.items()}
    if isinstance(value, list):
        return [copy_json(item) if isinstance(item, dict | list) else item for item in value]
    return value


def apply_renames(answer: JsonObject, renames: Iterable[Rename]) -> None:
    """Give keys of a part's own object, or of objects in it, their names in the merged data."""
    for rename in renames:
        for found in find_objects(answer, rename.path):
            if rename.key in found:
                found[rename.to] = found.pop(rename.key)


def drop_typenames(value: Any, hidden: Set[TypeName]) -> None:
    """Forget every ``__typename`` among ``hidden``: the names that a subgraph has for interfaces it knows as objects."""
    if isinstance(value, dict):
        if value.get("__typename") in hidden:
            del value["__typename"]
        for item in value.values():
            drop_typenames(item, hidden)
    elif isinstance(value, list):
        for item in value:
            drop_typenames(item, hidden)
