"""Write the client's data from the merged data: nothing but what was asked for, in the order it was asked for, nulls where they must be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.resolvers import codes
from gateway.resolvers.executor.leaves import INVALID
from gateway.resolvers.executor.paths import ClientPath, JsonObject
from gateway.resolvers.executor.projection import Position, Shape

BUBBLE: Final = object()
"""What stands for an object that cannot be there, because a part of it is null that must not be."""

Place = tuple[Any, ...] | None
"""A path built backwards, ``(parent, key)``: it costs next to nothing until it is asked for."""


@dataclass(slots=True)
class Completion:
    """One response being written. ``introspection`` are the answers to ``__schema`` and ``__type`` by response key.

    ``problems`` become ``extensions.valueCompletion``: values that the gateway had to null, save where a subgraph's error in ``errors``
    already says why.
    """

    errors: Sequence[JsonObject]
    introspection: Mapping[str, Any]
    problems: list[JsonObject] = field(default_factory=list)

    def complete_root(self, position: Position, data: JsonObject) -> JsonObject | None:
        """The response's ``data`` (GraphQL specification, section 6.2)."""
        completed = self._complete_object(position, {**data, "__typename": position.type_name}, None)
        return None if completed is BUBBLE else completed

    def complete_at(self, position: Position, data: JsonObject, path: ClientPath) -> JsonObject | None:
        """What these selections make of one object of the answer, whose place is ``path``; None where a null reaches its edge."""
        place: Place = None
        for element in path:
            place = (place, element)
        completed = self._complete_object(position, data, place)
        return None if completed is BUBBLE else completed

    def _complete(self, shape: Shape, value: Any, coordinate: str, place: Place) -> Any:
        """GraphQL specification, section 6.4.3, CompleteValue."""
        if value is not None:
            value = self._complete_value(shape, value, coordinate, place)
        elif shape.is_non_null:
            self._report(f"Cannot return null for non-nullable field {coordinate}.", place)
        if value is None or value is BUBBLE:
            return BUBBLE if shape.is_non_null else None
        return value

    def _complete_value(self, shape: Shape, value: Any, coordinate: str, place: Place) -> Any:
        if shape.leaf is not None:
            completed = shape.leaf(value)
            if completed is INVALID:
                self._report(f"Invalid value found for field {coordinate}.", place)
                return None
            return completed
        if shape.item is not None:
            return self._complete_list(shape.item, value, coordinate, place)
        if isinstance(value, dict) and shape.position is not None:
            return self._complete_object(shape.position, value, place)
        self._report(f"Invalid value found for field {coordinate}.", place)
        return None

    def _complete_list(self, item: Shape, value: Any, coordinate: str, place: Place) -> Any:
        if not isinstance(value, list):
            self._report(f"Invalid value found for field {coordinate}.", place)
            return None
        completed = [self._complete(item, entry, coordinate, (place, index)) for index, entry in enumerate(value)]
        return BUBBLE if item.is_non_null and any(entry is BUBBLE for entry in completed) else completed

    def _complete_object(self, position: Position, value: JsonObject, place: Place) -> Any:
        type_name = value.get("__typename") if position.is_abstract else position.type_name
        fields = position.fields_of(type_name) if type_name is None or isinstance(type_name, str) else None
        if fields is None:
            self._report(f"Cannot tell which type of {position.type_name} this object has.", place)
            return None
        completed: JsonObject = {}
        for entry in fields:
            key = entry.key
            if entry.shape is None:
                completed[key] = self.introspection[key] if entry.selections else type_name
                continue
            found = None if entry.is_forbidden else value.get(key)
            leaf = entry.shape.leaf
            if leaf is not None and found is not None and (read := leaf(found)) is not INVALID:
                completed[key] = read  # most values are, and need no more calls
                continue
            completed[key] = item = self._complete(entry.shape, found, entry.coordinate, (place, key))
            if item is BUBBLE:
                return BUBBLE
        return completed

    def _report(self, message: str, place: Place) -> None:
        path = _path_of(place)
        if not any(_covers(error.get("path"), path) for error in self.errors):
            extensions = {"code": codes.RESPONSE_VALIDATION_FAILED}
            self.problems.append({"message": message, "path": list(path), "extensions": extensions})


def _path_of(place: Place) -> ClientPath:
    path: list[Any] = []
    while place is not None:
        place, key = place
        path.append(key)
    return tuple(reversed(path))


def _covers(error_path: Any, path: ClientPath) -> bool:
    """Whether an error explains a null at ``path``: it is above, at, or below it. Without a path it explains all."""
    if not error_path:
        return True
    return all(ours == theirs for ours, theirs in zip(path, error_path, strict=False))
