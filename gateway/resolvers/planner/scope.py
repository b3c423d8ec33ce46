"""A scope: the response keys of one object in the merged data, so that what the planner adds never collides with the client's."""

from gateway.schema.selection import Argument, Field
from gateway.types import FieldName, ResponseKey

Call = tuple[FieldName, tuple[Argument, ...]]
"""A field with its arguments: what decides whether two selections may share a response key."""


class Scope:
    """The keys of the object at one path, whatever type condition or guard a selection has there."""

    __slots__ = ("_aliases", "_calls", "_children")

    def __init__(self) -> None:
        self._calls: dict[ResponseKey, set[Call]] = {}
        self._children: dict[ResponseKey, Scope] = {}
        self._aliases: dict[Call, ResponseKey] = {}

    def claim(self, key: ResponseKey, field: Field) -> None:
        """The client uses ``key`` for this field."""
        self._calls.setdefault(key, set()).add((field.name, field.arguments))

    def key_for(self, field: Field) -> ResponseKey:
        """The key under which the planner reads a field: its name, unless that already stands for something else."""
        call = (field.name, field.arguments)
        if call not in self._aliases:
            self._aliases[call] = self._free_key(call)
            self._calls.setdefault(self._aliases[call], set()).add(call)
        return self._aliases[call]

    def _free_key(self, call: Call) -> ResponseKey:
        if self._calls.get(call[0], {call}) == {call}:
            return call[0]
        return next(key for n in range(len(self._calls) + 1) if (key := f"_r{n}") not in self._calls)

    def child(self, key: ResponseKey) -> "Scope":
        """The scope of the object under a key."""
        return self._children.setdefault(key, Scope())
