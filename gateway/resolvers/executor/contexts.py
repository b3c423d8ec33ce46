"""Values that a field takes from an enclosing object (``@fromContext``): read per object, sent as variables.

Objects of one ``_entities`` call share its variables. Where their values differ, the call is repeated in the same request, once per set of
values, under other names.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
from graphql import (
    DocumentNode,
    FieldNode,
    NameNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

from gateway.resolvers.executor.paths import JsonObject, find_objects
from gateway.resolvers.executor.representations import ABSENT, Batch, Inputs, matches, represent
from gateway.resolvers.query_plan import EntityPart, Path
from gateway.schema.selection import Field, SelectionSet
from gateway.schema.supergraph import Supergraph
from gateway.types import ResponseKey


@dataclass(slots=True)
class Group:
    """The objects of one part that share the values of all its contexts, by variable."""

    values: dict[str, Any]
    batch: Batch


def collect_groups(
    part: EntityPart, inputs: Inputs, root: JsonObject, required: frozenset[str], supergraph: Supergraph
) -> list[Group]:
    """The part's objects by the values of their contexts. An object without a value that is ``required`` is left out."""
    groups: dict[bytes, Group] = {}
    depths = tuple(sorted({len(context.path) for context in part.contexts}))
    for path in part.paths:
        for passed, target in _walk_with_enclosing(root, path, depths):
            enclosing = dict(zip(depths, passed, strict=True))
            values = {c.variable: _read_value(c.selections, enclosing[len(c.path)], supergraph) for c in part.contexts}
            if any(value is ABSENT or (value is None and name in required) for name, value in values.items()):
                continue
            group = groups.setdefault(msgspec.json.encode(values), Group(values, Batch()))
            represent(inputs, target, group.batch)
    return [group for group in groups.values() if group.batch.targets]


def _walk_with_enclosing(
    root: JsonObject, path: Path, depths: tuple[int, ...], start: int = 0
) -> Iterator[tuple[tuple[JsonObject, ...], JsonObject]]:
    """Each object at ``path`` with those passed on the way to it after so many segments; ``depths`` ascend."""
    if not depths:
        yield from (((), target) for target in find_objects(root, path[start:]))
        return
    for enclosing in find_objects(root, path[start : depths[0]]):
        for passed, target in _walk_with_enclosing(enclosing, path, depths[1:], depths[0]):
            yield (enclosing, *passed), target


def _read_value(selections: SelectionSet, source: Any, supergraph: Supergraph) -> Any:
    """The one value that ``selections`` lead to, by the types of the objects on the way; ``ABSENT`` where they lead nowhere."""
    if isinstance(source, list):
        items = [_read_value(selections, item, supergraph) for item in source]
        return ABSENT if any(item is ABSENT for item in items) else items
    if not isinstance(source, dict):
        return source
    for selection in selections:
        if isinstance(selection, Field):
            value = source.get(selection.response_key, ABSENT)
            return _read_value(selection.selections, value, supergraph) if selection.selections else value
        condition = selection.type_condition
        types = supergraph.possible_types.get(condition, (condition,)) if condition else None
        if types is None or matches(source, types):
            value = _read_value(selection.selections, source, supergraph)
            if value is not ABSENT:
                return value
    return ABSENT


def required_variables(operation: str) -> frozenset[str]:
    """The names of an operation's variables whose types do not allow null."""
    definitions = _operation_of(parse(operation, no_location=True)).variable_definitions or ()
    return frozenset(d.variable.name.value for d in definitions if isinstance(d.type, NonNullTypeNode))


def numbered(name: str, number: int) -> str:
    """The name of a variable or alias in the ``number``-th repetition of its call."""
    return name if number == 0 else f"{name}__{number}"


Repeats = tuple[tuple[ResponseKey, int, tuple[str, ...]], ...]
"""For each call: its alias, how often it is made, and its own variables."""


@lru_cache(maxsize=256)
def repeat_calls(operation: str, repeats: Repeats) -> str:
    """The operation with each call made as often as it is said, each time with variables of its own; a call made 0 times is left out."""
    node = _operation_of(parse(operation, no_location=True))
    counts = {alias: count for alias, count, _ in repeats}
    own = {name: count for _, count, names in repeats for name in names}
    definitions = [
        _rename_variables(definition, number, own)
        for definition in node.variable_definitions or ()
        for number in range(own.get(definition.variable.name.value, 1))
    ]
    selections = [
        _repeat_field(field, number, own)
        for field in node.selection_set.selections
        if isinstance(field, FieldNode)
        for number in range(counts.get(_response_key(field), 1))
    ]
    return print_ast(
        OperationDefinitionNode(
            operation=node.operation,
            name=node.name,
            variable_definitions=tuple(definitions),
            directives=node.directives,
            selection_set=SelectionSetNode(selections=tuple(selections)),
        )
    )


def _repeat_field(field: FieldNode, number: int, own: Mapping[str, int]) -> FieldNode:
    copy = _rename_variables(field, number, own)
    return FieldNode(
        alias=NameNode(value=numbered(_response_key(field), number)),
        name=field.name,
        arguments=copy.arguments,
        directives=copy.directives,
        selection_set=copy.selection_set,
    )


def _operation_of(document: DocumentNode) -> OperationDefinitionNode:
    (operation,) = document.definitions
    assert isinstance(operation, OperationDefinitionNode)  # noqa: S101  # a plan sends one operation and no fragments
    return operation


def _response_key(field: FieldNode) -> ResponseKey:
    return (field.alias or field.name).value


class _Renaming(Visitor):
    def __init__(self, number: int, own: Mapping[str, int]) -> None:
        super().__init__()
        self._number, self._own = number, own

    def enter_variable(self, node: VariableNode, *_: object) -> VariableNode | None:
        if node.name.value not in self._own:
            return None
        return VariableNode(name=NameNode(value=numbered(node.name.value, self._number)))


def _rename_variables(node: Any, number: int, own: Mapping[str, int]) -> Any:
    """A copy of ``node`` whose own variables are those of the ``number``-th repetition."""
    return visit(node, _Renaming(number, own)) if number else node
