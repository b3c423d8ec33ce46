"""Which entities an answer holds: found by walking it beside its selections, which were looked through once."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.resolvers.cache.tags import ANY, Kinship, of_entity
from gateway.schema.selection import Field, InlineFragment, SelectionSet
from gateway.schema.supergraph import FieldView, SubgraphView
from gateway.types import ResponseKey, TypeName

MOST_OF_A_TYPE: Final = 100
"""An answer with more entities of one type is called back by the invalidation of any of them."""


@dataclass(slots=True)
class Node:
    """Objects at one place of an answer. ``names`` are the response keys of fields that may be parts of a key, by the types that have them."""

    type_name: TypeName
    names: dict[TypeName, dict[str, ResponseKey]] = field(default_factory=dict)
    children: list[tuple[ResponseKey, "Node"]] = field(default_factory=list)


class IdentityReader:
    """Looks through selections of one subgraph."""

    def __init__(self, view: SubgraphView, kinship: Kinship) -> None:
        self._view, self._kinship = view, kinship

    def read(self, type_name: TypeName, selections: SelectionSet, *, is_top_known: bool) -> Node | None:
        """Where entities are in the answer to ``selections``; None if none need be looked for. ``is_top_known``: the top one is known."""
        node = Node(type_name)
        self._read(node, type_name, selections)
        return node if node.children or (selections and not is_top_known and self._is_entity(type_name)) else None

    def types_in(self, type_name: TypeName, selections: SelectionSet) -> Iterator[TypeName]:
        """Every type that an answer may hold objects of."""
        yield type_name
        yield from self._kinship.below(type_name)
        for selection in selections:
            if isinstance(selection, InlineFragment):
                yield from self.types_in(selection.type_condition or type_name, selection.selections)
            elif selection.selections and (inner := self.type_of(type_name, selection)):
                yield from self.types_in(inner, selection.selections)

    def type_of(self, parent: TypeName, selection: Field) -> TypeName | None:
        """The name of a field's type."""
        declared = self._field(parent, selection)
        return declared.type_name if declared else None

    def whole_type_of(self, parent: TypeName, selection: Field) -> str | None:
        """A field's type with its lists and non-null marks."""
        declared = self._field(parent, selection)
        return declared.type if declared else None

    def _field(self, parent: TypeName, selection: Field) -> FieldView | None:
        view = self._view.types.get(parent)
        return view.fields.get(selection.name) if view else None

    def _read(self, node: Node, type_name: TypeName, selections: SelectionSet) -> None:
        concrete = self._kinship.below(type_name) or (type_name,)
        for selection in selections:
            if isinstance(selection, InlineFragment):
                self._read(node, selection.type_condition or type_name, selection.selections)
                continue
            if not selection.arguments:
                for name in dict.fromkeys((type_name, *concrete)):
                    node.names.setdefault(name, {}).setdefault(selection.name, selection.response_key)
            inner = self.type_of(type_name, selection)
            if inner is not None and selection.selections:
                child = Node(inner)
                self._read(child, inner, selection.selections)
                if child.children or self._is_entity(inner):
                    node.children.append((selection.response_key, child))

    def _is_entity(self, type_name: TypeName) -> bool:
        return any(name in self._kinship.keys for name in (type_name, *self._kinship.below(type_name)))

    def entities(self, node: Node, value: Any) -> Iterator[tuple[TypeName, tuple[str, ...]]]:
        """Each entity in an answer: its type, and the keys that can be read there (none: it could be any of its type)."""
        if isinstance(value, list):
            for item in value:
                yield from self.entities(node, item)
        elif isinstance(value, dict):
            name = value.get("__typename")
            type_name = name if isinstance(name, str) else node.type_name
            if self._is_entity(type_name):
                yield type_name, tuple(self._kinship.keys_of(type_name, value, node.names.get(type_name, {})))
            for key, child in node.children:
                yield from self.entities(child, value.get(key))

    def tags(self, node: Node, value: Any) -> Iterator[str]:
        """The tags of all entities in an answer."""
        found: dict[TypeName, dict[str, None]] = {}
        for type_name, keys in self.entities(node, value):
            found.setdefault(type_name, {}).update(dict.fromkeys(keys or (ANY,)))
        for type_name, every in found.items():
            yield from (of_entity(type_name, key) for key in (every if len(every) <= MOST_OF_A_TYPE else (ANY,)))
