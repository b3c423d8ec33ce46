"""An operation without the fields that its user may not see."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from graphql import GraphQLSchema, get_named_type

from gateway.resolvers.access.rules import AccessRules, Coordinate, Requirements
from gateway.resolvers.operation import Operation
from gateway.schema.selection import Field, Selection, SelectionSet
from gateway.schema.supergraph import Supergraph
from gateway.types import ResponseKey, TypeName

TYPENAME = Field("__typename")

Path = tuple[ResponseKey, ...]


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What is left of an operation. ``paths`` lead to what was taken out: response keys, and ``@`` for each list between."""

    operation: Operation
    paths: tuple[Path, ...]


def requirements_in(operation: Operation, rules: AccessRules, supergraph: Supergraph) -> Requirements:
    """All requirements that any field of the operation has."""
    root = supergraph.root_types[operation.kind]
    return frozenset().union(
        *(
            rules.rules.get((owner, field.name), frozenset())
            for parent, field in _fields(supergraph.api_schema, root, operation.selections)
            for owner in (parent, *supergraph.possible_types.get(parent, ()))
        )
    )


def narrow(operation: Operation, forbidden: frozenset[Coordinate], supergraph: Supergraph) -> Narrowed:
    """Take out every field that is forbidden where it is selected, or on all types that its object can have.

    Where it is forbidden on some of these only, it stays, and whoever writes the answer leaves it out for these. An object whose fields are all
    taken out is still asked for: that it is there is no secret.
    """
    narrowing = _Narrowing(supergraph, forbidden)
    root = supergraph.root_types[operation.kind]
    left = narrowing.narrow(root, operation.selections, ())
    return Narrowed(replace(operation, selections=left), tuple(dict.fromkeys(narrowing.paths)))


def _fields(schema: GraphQLSchema, parent: TypeName, selections: SelectionSet) -> Iterator[tuple[TypeName, Field]]:
    """Every field of the operation with the type that it is selected on."""
    for selection in selections:
        if isinstance(selection, Field):
            yield parent, selection
            if selection.selections:
                yield from _fields(schema, type_behind(schema, parent, selection), selection.selections)
        else:
            yield from _fields(schema, selection.type_condition or parent, selection.selections)


def type_behind(schema: GraphQLSchema, parent: TypeName, field: Field) -> TypeName:
    """The name of the type that a field with selections returns."""
    if field.name in ("__schema", "__type"):
        return "__Schema" if field.name == "__schema" else "__Type"
    declared: Any = schema.type_map[parent]
    behind: TypeName = get_named_type(declared.fields[field.name].type).name
    return behind


class _Narrowing:
    """One operation being narrowed; ``paths`` are those found so far."""

    def __init__(self, supergraph: Supergraph, forbidden: frozenset[Coordinate]) -> None:
        self._schema = supergraph.api_schema
        self._possible = supergraph.possible_types
        self._forbidden = forbidden
        self.paths: list[Path] = []

    def narrow(self, parent: TypeName, selections: SelectionSet, path: Path) -> SelectionSet:
        kept = tuple(left for selection in selections for left in self._narrow_one(parent, selection, path))
        return kept or (TYPENAME,)

    def _narrow_one(self, parent: TypeName, selection: Selection, path: Path) -> Iterator[Selection]:
        if not isinstance(selection, Field):
            inner = self.narrow(selection.type_condition or parent, selection.selections, path)
            yield replace(selection, selections=inner)
            return
        here = (*path, selection.response_key)
        is_hidden = [(owner, selection.name) in self._forbidden for owner in self._possible.get(parent, ())]
        is_forbidden = (parent, selection.name) in self._forbidden or (any(is_hidden) and all(is_hidden))
        if is_forbidden or any(is_hidden):
            self.paths.append(here)
        if is_forbidden:
            return
        if selection.selections and not selection.name.startswith("__"):
            depth = self._lists(parent, selection)
            behind = type_behind(self._schema, parent, selection)
            inner = self.narrow(behind, selection.selections, (*here, *("@",) * depth))
            selection = replace(selection, selections=inner)
        yield selection

    def _lists(self, parent: TypeName, field: Field) -> int:
        declared: Any = self._schema.type_map[parent]
        return str(declared.fields[field.name].type).count("[")
