"""The classes that answers are decoded into: msgspec decodes, checks and later encodes them in C.

An object's class has its public slots in the client's order, so that to encode it is to project it. A slot that its own fetch
brings must be there and of its public type, or decoding fails; what later fetches bring starts as UNSET, which is not encoded.
Where what a subgraph writes and what the client gets have other keys, an object has two classes, of the same layout: it is decoded as the one,
and before it is encoded it becomes the other.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal

from graphql import (
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLOutputType,
    GraphQLScalarType,
)
from msgspec import UNSET, Meta, Struct, UnsetType, defstruct

from gateway.resolvers.executor.compiled.answer_tree import GIVEN, Creator, Node, Slot, Spot
from gateway.resolvers.executor.compiled.reasons import NotCompiledError, Uncompiled
from gateway.types import ResponseKey

TYPENAME: Final = "__typename"
ANYTHING_BUT_NULL: Final = bool | int | float | str | list[Any] | dict[str, Any]
SCALARS: Final[Mapping[str, Any]] = {
    "Int": Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)],
    "Float": int | float,
    "String": str,
    "Boolean": bool,
    "ID": str,
}
"""What leaf values may be. Whatever else a subgraph writes (an integer for an ID) is the plain executor's to coerce."""

NOBODY: Final = defstruct("Nobody", [], tag="~", tag_field=TYPENAME, gc=False)
"""Beside a class that is told by its tag: without another one, an answer that lacks the tag would pass."""

MAX_CLASSES: Final = 300


def attribute(key: ResponseKey) -> str:
    """The Python name of a slot: never a keyword, never private."""
    return f"f_{key}"


class Classes:
    """Makes the classes of one operation; nodes that are alike share theirs."""

    def __init__(self) -> None:
        self._made: dict[Any, type[Struct]] = {}
        self._final: dict[Any, type[Struct]] = {}
        self._untold: dict[Any, type[Struct]] = {}
        self._tellers: dict[str, type[Struct]] = {}

    def of_objects(self, node: Node) -> type[Struct]:
        """The class of a node's objects as they are decoded, and as they are until the end of the run."""
        signature = node.signature
        found = self._made.get(signature)
        if found is None:
            if len(self._made) >= MAX_CLASSES:
                raise NotCompiledError(Uncompiled.TOO_LARGE, f"more than {MAX_CLASSES} kinds of objects")
            slots = _attributes(node)
            is_born = node.teller is None
            entries = [self._entry(node, slot, is_decoded=is_born and slot.creator == node.creator) for slot in slots]
            entries.extend(_empty(key) for key in node.siblings)
            wires = {slot.key: _wire(node, slot) for slot in slots}
            found = self._made[signature] = _define(f"T_{node.type_name}_{len(self._made)}", entries, wires, _tag(node))
        return found

    def of_answer(self, node: Node) -> type[Struct]:
        """The class that a node's objects get to be encoded: another one only where clients are to read other keys."""
        slots = _attributes(node)
        keys = {slot.key: slot.key for slot in slots}
        tag = _tag(node) if _shows_tag(node) else {}
        if tag == _tag(node) and keys == {slot.key: _wire(node, slot) for slot in slots}:
            return self.of_objects(node)
        signature = node.signature
        if signature not in self._final:
            entries = [_empty(key) for key in (*keys, *node.siblings)]
            name = f"{self.of_objects(node).__name__}Answer"
            self._final[signature] = _define(name, entries, keys, tag)
        return self._final[signature]

    def of_untold(self, spot: Spot) -> type[Struct]:
        """The class of objects until their types are told."""
        signature = spot.signature
        if signature not in self._untold:
            first = next(iter(spot.nodes.values()))
            keys = dict.fromkeys(key for node in spot.nodes.values() for key in node.slots)
            own = {slot.key: slot for slot in first.own}
            entries = [self._entry(first, own[key], is_decoded=True) if key in own else _empty(key) for key in keys]
            wires = {key: _wire(first, own[key]) if key in own else f"~{key}" for key in keys}
            self._untold[signature] = _define(f"T_untold_{len(self._untold)}", entries, wires)
        return self._untold[signature]

    def of_tellers(self, nodes: Iterable[Node], creator: Creator) -> Any:
        """The classes of entities that tell the types of the objects that they are for: named as the part's, told by their tags."""
        union: Any = NOBODY
        for node in nodes:
            slots = list(node.brought_by(creator))
            entries = [self._entry(node, slot, is_decoded=True) for slot in slots]
            wires = {slot.key: slot.wires[creator] for slot in slots}
            name = f"P_{node.type_name}_{creator[0]}_{creator[1]}"
            if name not in self._tellers:
                self._tellers[name] = _define(name, entries, wires, {"tag": node.type_name, "tag_field": TYPENAME})
            union = union | self._tellers[name]
        return union

    def named(self) -> dict[str, type[Struct]]:
        """All classes of objects, by the names that generated code knows them by."""
        made = (*self._made.values(), *self._final.values(), *self._untold.values(), *self._tellers.values())
        return {each.__name__: each for each in made}

    def of_part(self, node: Node, creator: Creator) -> type[Struct]:
        """The class of what one part brings to a node's objects. It is decoded, and never encoded."""
        slots = list(node.brought_by(creator))
        entries = [self._entry(node, slot, is_decoded=True) for slot in slots]
        return _define(f"{node.type_name}Part", entries, {slot.key: slot.wires[creator] for slot in slots})

    def of_root(self, node: Node) -> type[Struct]:
        """The class of the whole answer: nothing of it is decoded as it stands."""
        slots = [*node.public(), *node.hidden()]
        entries = [self._entry(node, slot, is_decoded=False) for slot in slots]
        return _define(node.type_name, entries, {slot.key: slot.key for slot in slots})

    def data(self, parts: Iterable[tuple[Node, Creator]], calls: Mapping[ResponseKey, Any]) -> type[Struct]:
        """The class of a response's data: the root fields of ``parts``, and for each alias the type of its entities."""
        brought = [(node, slot, creator) for node, creator in parts for slot in node.brought_by(creator)]
        entries = [self._entry(node, slot, is_decoded=True) for node, slot, _ in brought]
        wires = {slot.key: slot.wires[creator] for _, slot, creator in brought}
        entries.extend((attribute(alias), list[entity]) for alias, entity in calls.items())  # type: ignore[valid-type]  # made at run time
        return _define("Data", entries, {**wires, **{alias: alias for alias in calls}})

    def _entry(self, node: Node, slot: Slot, *, is_decoded: bool) -> tuple[Any, ...]:
        name = attribute(slot.key)
        if slot.creator == GIVEN and not slot.is_introspection:
            return (name, Literal[node.type_name], node.type_name)
        if slot.type is None or not is_decoded:
            return _empty(slot.key)
        return (name, self._annotation(slot.type, slot))

    def _annotation(self, declared: GraphQLOutputType, slot: Slot) -> Any:
        if isinstance(declared, GraphQLNonNull):
            return self._non_null(declared.of_type, slot)
        if isinstance(declared, GraphQLScalarType) and declared.name not in SCALARS:
            return Any
        return self._non_null(declared, slot) | None

    def _non_null(self, declared: Any, slot: Slot) -> Any:
        if isinstance(declared, GraphQLList):
            return list[self._annotation(declared.of_type, slot)]  # type: ignore[misc]  # made at run time
        if isinstance(declared, GraphQLScalarType):
            return SCALARS.get(declared.name, ANYTHING_BUT_NULL)
        if isinstance(declared, GraphQLEnumType):
            return Literal[tuple(declared.values)]
        if slot.spot is None:
            raise NotCompiledError(Uncompiled.PATH, f"{slot.key} has no selections")
        return self._objects(slot.spot)

    def _objects(self, spot: Spot) -> Any:
        if spot.is_late:
            return self.of_untold(spot)
        classes = [self.of_objects(node) for node in spot.nodes.values()]
        union: Any = NOBODY if spot.is_open else classes.pop()
        for each in classes:
            union = union | each
        return union


def _empty(key: ResponseKey) -> tuple[Any, ...]:
    """A slot that nothing is decoded into."""
    return (attribute(key), Any | UnsetType, UNSET)


def _attributes(node: Node) -> list[Slot]:
    """The slots that a class has: all but a ``__typename`` that the tag shows."""
    slots = [*node.public(), *node.hidden()]
    return slots[1:] if _shows_tag(node) else slots


def _tag(node: Node) -> dict[str, str]:
    return {"tag": node.type_name, "tag_field": TYPENAME} if node.is_told else {}


def _shows_tag(node: Node) -> bool:
    """Whether clients want the tag, and where it stands: it is always written first."""
    first = next(node.public(), None)
    return node.is_told and first is not None and first.key == TYPENAME and first.type is None


def _wire(node: Node, slot: Slot) -> str:
    """The key under which a slot's value is decoded; one that no JSON has for types' names that are not read."""
    if slot.creator == GIVEN:
        return f"~{slot.key}" if node.is_told or node.is_misnamed else slot.key
    return slot.wires.get(node.creator, slot.key) if node.creator is not None else slot.key


def _define(
    name: str,
    entries: list[tuple[Any, ...]],
    wires: Mapping[ResponseKey, str],
    tag: Mapping[str, str] = MappingProxyType({}),
) -> type[Struct]:
    rename = {attribute(key): wire for key, wire in wires.items()}
    options: dict[str, Any] = {"rename": rename, "kw_only": True, "gc": False, **tag}
    return defstruct(name, entries, **options)


def response_class(data: type[Struct]) -> type[Struct]:
    """The class of a whole response."""
    return defstruct("Response", [("data", data), ("errors", list[Any] | None, None)], kw_only=True, gc=False)
