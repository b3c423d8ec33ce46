"""The classes that answers are decoded into: msgspec decodes, checks and later encodes them in C.

An object's class has its public slots in the client's order, so that to encode it is to project it. A slot that its own fetch
brings must be there and of its public type, or decoding fails; what later fetches bring starts as UNSET, which is not encoded.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

import msgspec
from graphql import (
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLOutputType,
    GraphQLScalarType,
)
from msgspec import UNSET, Meta, Struct, UnsetType, defstruct

from gateway.resolvers.executor.compiled.answer_tree import GIVEN, Creator, Node, Slot
from gateway.resolvers.executor.compiled.reasons import NotCompiledError, Uncompiled
from gateway.types import ResponseKey

ANYTHING_BUT_NULL: Final = bool | int | float | str | list[Any] | dict[str, Any]
SCALARS: Final[Mapping[str, Any]] = {
    "Int": Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)],
    "Float": int | float,
    "String": str,
    "Boolean": bool,
    "ID": str,
}
"""What leaf values may be. Whatever else a subgraph writes (an integer for an ID) is the plain executor's to coerce."""


def attribute(key: ResponseKey) -> str:
    """The Python name of a slot: never a keyword, never private."""
    return f"f_{key}"


class Classes:
    """Makes the classes of one operation; nodes that are alike share theirs."""

    def __init__(self) -> None:
        self._made: dict[Any, type[Struct]] = {}

    def of_objects(self, node: Node) -> type[Struct]:
        """The class of a node's objects, for decoding by their creator and for encoding."""
        signature = node.signature
        found = self._made.get(signature)
        if found is None:
            slots = [*node.public(), *node.hidden()]
            entries = [self._entry(node, slot, is_decoded=slot.creator == node.creator) for slot in slots]
            found = self._made[signature] = _define(node.type_name, slots, entries)
        return found

    def of_part(self, node: Node, creator: Creator) -> type[Struct]:
        """The class of what one part brings to a node's objects. It is decoded, and never encoded."""
        slots = list(node.brought_by(creator))
        return _define(f"{node.type_name}Part", slots, [self._entry(node, slot, is_decoded=True) for slot in slots])

    def of_root(self, node: Node) -> type[Struct]:
        """The class of the whole answer: nothing of it is decoded as it stands."""
        slots = list(node.public())
        return _define(node.type_name, slots, [self._entry(node, slot, is_decoded=False) for slot in slots])

    def _entry(self, node: Node, slot: Slot, *, is_decoded: bool) -> tuple[Any, ...]:
        name = attribute(slot.key)
        if slot.creator == GIVEN:
            return (name, Literal[node.type_name], node.type_name)
        if slot.type is None or not is_decoded:
            return (name, Any | UnsetType, UNSET)
        return (name, self._annotation(slot.type, slot))

    def _annotation(self, declared: GraphQLOutputType, slot: Slot) -> Any:
        if isinstance(declared, GraphQLNonNull):
            return self._non_null(declared.of_type, slot)
        return self._non_null(declared, slot) | None

    def _non_null(self, declared: Any, slot: Slot) -> Any:
        if isinstance(declared, GraphQLList):
            return list[self._annotation(declared.of_type, slot)]  # type: ignore[misc]  # made at run time
        if isinstance(declared, GraphQLScalarType):
            return SCALARS.get(declared.name, ANYTHING_BUT_NULL)
        if isinstance(declared, GraphQLEnumType):
            return Literal[tuple(declared.values)]
        if slot.node is None:
            raise NotCompiledError(Uncompiled.PATH, f"{slot.key} has no selections")
        return self.of_objects(slot.node)


def _define(name: str, slots: list[Slot], entries: list[tuple[Any, ...]]) -> type[Struct]:
    rename = {attribute(slot.key): slot.key for slot in slots}
    return defstruct(name, entries, rename=rename, kw_only=True, gc=False)


def response_class(aliases: Mapping[ResponseKey, Any]) -> type[Struct]:
    """The class of a whole response to an entity fetch: ``aliases`` gives the type of each ``_entities`` call's list."""
    entries = [(attribute(alias), declared) for alias, declared in aliases.items()]
    data = defstruct("Data", entries, rename={attribute(alias): alias for alias in aliases}, kw_only=True, gc=False)
    return _response_of(data)


def root_response_class(part: type[Struct]) -> type[Struct]:
    """The class of a whole response to a root fetch."""
    return _response_of(part)


def _response_of(data: Any) -> type[Struct]:
    return defstruct("Response", [("data", data), ("errors", list[Any] | None, None)], kw_only=True, gc=False)


def decoder_of(response: type[Struct]) -> "msgspec.json.Decoder[Any]":
    return msgspec.json.Decoder(response)
