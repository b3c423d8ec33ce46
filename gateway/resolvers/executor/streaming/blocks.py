"""Which parts of an operation are deferred in one request, and what is left for the first answer (``@defer``)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from graphql import GraphQLSchema, get_named_type, is_abstract_type

from gateway.resolvers.executor.guards import hold
from gateway.resolvers.executor.paths import ClientPath, JsonObject
from gateway.resolvers.executor.prepared import PreparedOperation
from gateway.schema.selection import Field, InlineFragment, Selection, SelectionSet
from gateway.types import TypeName


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """A fragment that is deferred now. It is ready when the fetches ``waits_for`` have ended.

    ``whole`` is what the client wrote in it, ``selections`` that without the blocks inside.
    """

    whole: SelectionSet
    selections: SelectionSet
    label: str | None
    waits_for: frozenset[int]


@dataclass(frozen=True, slots=True)
class Place:
    """An object of the answer that a block completes: its path, and the type that the schema gives for it."""

    block: Block
    path: ClientPath
    type_name: TypeName


@dataclass(frozen=True, slots=True)
class Division:
    """An operation in parts: the first answer's selections and the fetches that it waits for, and the blocks by their selections' identity."""

    selections: SelectionSet
    waits_for: frozenset[int]
    blocks: Mapping[int, Block]


def divide(prepared: PreparedOperation, variables: Mapping[str, Any]) -> Division:
    """The parts of an operation for these variables. What is not deferred now belongs to the part around it."""
    fragments = {id(each.selections): each for each in _deferred(prepared.operation.selections, variables)}
    waits: dict[int | None, set[int]] = {None: set(), **{key: set() for key in fragments}}
    owners = _owners(prepared, fragments)
    for fetch in prepared.plan.fetches:
        waits[owners[fetch.deferred]].add(fetch.id)
    for block in prepared.plan.deferred:
        waits[owners[block.id]].update(block.depends_on)
    blocks = {
        key: Block(
            fragment.selections,
            _without_deferred(fragment.selections, variables),
            _label(fragment),
            frozenset(waits[key]),
        )
        for key, fragment in fragments.items()
    }
    selections = _without_deferred(prepared.operation.selections, variables)
    return Division(selections, frozenset(waits[None]), blocks)


def find_places(
    division: Division,
    selections: SelectionSet,
    value: JsonObject,
    type_name: TypeName,
    schema: GraphQLSchema,
    variables: Mapping[str, Any],
    path: ClientPath = (),
) -> Iterator[Place]:
    """Where the blocks that stand right inside these selections of an object have something to complete, in the order of the data."""
    runtime = value.get("__typename", type_name) if is_abstract_type(schema.type_map[type_name]) else type_name
    for selection in selections:
        if not hold(selection.guards, variables):
            continue
        if isinstance(selection, Field):
            if selection.selections and not selection.name.startswith("__"):
                inner = _type_of(schema, runtime, selection.name)
                where = (*path, selection.response_key)
                for place, found in _objects(value.get(selection.response_key), where):
                    yield from find_places(division, selection.selections, found, inner, schema, variables, place)
        elif _applies(selection.type_condition, runtime, schema):
            block = division.blocks.get(id(selection.selections)) if _defers(selection, variables) else None
            if block is not None:
                yield Place(block, path, type_name)
            else:
                yield from find_places(division, selection.selections, value, type_name, schema, variables, path)


def _owners(prepared: PreparedOperation, fragments: Mapping[int, InlineFragment]) -> dict[str | None, int | None]:
    """For each of the plan's blocks the innermost fragment around it, itself included, that is deferred now."""
    owners: dict[str | None, int | None] = {None: None}
    for block in prepared.plan.deferred:  # outer ones come first
        own = id(block.selections)
        owners[block.id] = own if own in fragments else owners[block.parent]
    return owners


def _type_of(schema: GraphQLSchema, type_name: TypeName, field_name: str) -> TypeName:
    declared: Any = schema.type_map[type_name]
    return str(get_named_type(declared.fields[field_name].type).name)


def _applies(condition: TypeName | None, type_name: TypeName, schema: GraphQLSchema) -> bool:
    if condition is None or condition == type_name:
        return True
    declared, found = schema.type_map.get(condition), schema.type_map.get(type_name)
    return is_abstract_type(declared) and found is not None and schema.is_sub_type(declared, found)


def _objects(value: Any, path: ClientPath) -> Iterator[tuple[ClientPath, JsonObject]]:
    if isinstance(value, dict):
        yield path, value
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _objects(item, (*path, index))


def _without_deferred(selections: SelectionSet, variables: Mapping[str, Any]) -> SelectionSet:
    kept: list[Selection] = []
    for selection in selections:
        if isinstance(selection, InlineFragment) and _defers(selection, variables):
            continue
        inner = _without_deferred(selection.selections, variables) if selection.selections else ()
        kept.append(selection if inner == selection.selections else replace(selection, selections=inner))
    return tuple(kept)


def _defers(fragment: InlineFragment, variables: Mapping[str, Any]) -> bool:
    if not any(directive.name == "defer" for directive in fragment.directives):
        return False
    condition = _argument(fragment, "if") or "true"
    return condition != "false" and variables.get(condition.removeprefix("$")) is not False


def _label(fragment: InlineFragment) -> str | None:
    label = _argument(fragment, "label")
    return label.strip('"') if label is not None and label.startswith('"') else None


def _argument(fragment: InlineFragment, name: str) -> str | None:
    directive = next(directive for directive in fragment.directives if directive.name == "defer")
    return next((argument.value for argument in directive.arguments if argument.name == name), None)


def _deferred(selections: SelectionSet, variables: Mapping[str, Any]) -> Iterator[InlineFragment]:
    """The fragments that are deferred now, outer ones first."""
    for selection in selections:
        if hold(selection.guards, variables):
            if isinstance(selection, InlineFragment) and _defers(selection, variables):
                yield selection
            yield from _deferred(selection.selections, variables)
