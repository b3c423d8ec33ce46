"""Read a Federation 1 subgraph as Federation 2 would have it written (federation specification, "Backward compatibility")."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from gateway.errors import CompositionError
from gateway.schema.codes import ErrorCode
from gateway.schema.subgraph.facts import find_facts
from gateway.schema.subgraph.field_set import fields_text, target_fields, value_text
from gateway.schema.subgraph.model import COMPOSITE, Applied, Field, Kind, SubgraphSchema, TypeDefinition, applied, has
from gateway.schema.subgraph.reading import DEFAULT_ROOTS
from gateway.schema.subgraph.report import subgraph_error
from gateway.schema.subgraph.selection_filter import keep_external
from gateway.types import TypeName

_WITH_FIELDS: Final = (Kind.OBJECT, Kind.INTERFACE)
"""What is upgraded takes its base as given; other kinds of extensions are judged by the merge, as those of Federation 2 are."""

_KNOWN: Final = 1024
"""Subgraphs of which is kept what they resolve."""


@dataclass(frozen=True, slots=True)
class _Others:
    """The other subgraphs, by the types that they have."""

    schema: SubgraphSchema
    by_type: Mapping[TypeName, Sequence[SubgraphSchema]]

    def having(self, name: TypeName) -> Iterator[SubgraphSchema]:
        return (other for other in self.by_type.get(name, ()) if other is not self.schema)


@dataclass(frozen=True, slots=True)
class Outside:
    """What the upgrade of one subgraph needs to know of the others.

    ``shared`` are its types that another has, ``resolved`` the coordinates of its fields that another resolves, ``first_keys`` the
    first key that each other has of a type which this one extends without a key, ``tags`` those of its external fields' tags that
    another gives to the same field.
    """

    shared: frozenset[TypeName]
    resolved: frozenset[str]
    first_keys: Mapping[TypeName, tuple[str, ...]]
    tags: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Upgrade:
    """A Federation 1 subgraph's upgrade, under what was known of the others. The same of both gives the same."""

    outside: Outside
    schema: SubgraphSchema


Upgrades = Mapping[SubgraphSchema, Upgrade]
"""Upgrades by the subgraphs as they were read."""

_NONE: Final[Upgrades] = {}


def upgrade_subgraphs(
    schemas: Sequence[SubgraphSchema], known: Upgrades = _NONE
) -> tuple[dict[SubgraphSchema, Upgrade], list[CompositionError]]:
    """Every Federation 1 subgraph in the terms of Federation 2, and why some cannot be.

    What is ``known`` of an earlier composition and still holds is taken over, as the same object.
    """
    if all(schema.is_federation_2 for schema in schemas):
        return {}, []
    by_type: dict[TypeName, list[SubgraphSchema]] = {}
    for schema in schemas:
        for name in schema.types:
            by_type.setdefault(name, []).append(schema)
    resolvers = Counter(coordinate for schema in schemas for coordinate in _resolved(schema))
    upgrades: dict[SubgraphSchema, Upgrade] = {}
    errors: list[CompositionError] = []
    for schema in schemas:
        if schema.is_federation_2:
            continue
        others = _Others(schema, by_type)
        errors += _extensions_without_base(schema, others)
        errors += _keys_of_interface_objects(schema, others)
        outside = _look_outside(schema, others, resolvers)
        found = known.get(schema)
        if found is None or found.outside != outside:
            found = Upgrade(outside, _upgrade(schema, outside))
        upgrades[schema] = found
        errors += _empty_types(found.schema, schema)
    return upgrades, errors


def _look_outside(schema: SubgraphSchema, others: _Others, resolvers: Mapping[str, int]) -> Outside:
    own = _resolved(schema)
    objects = [type_ for type_ in schema.types.values() if type_.kind is Kind.OBJECT]
    fields = (field.coordinate for type_ in objects for field in type_.fields.values())
    extended = [type_.name for type_ in objects if is_extension(type_) and not has(type_, "key")]
    return Outside(
        shared=frozenset(type_.name for type_ in objects if any(True for _ in others.having(type_.name))),
        resolved=frozenset(field for field in fields if resolvers.get(field, 0) > (field in own)),
        first_keys={name: tuple(_first_keys(name, others)) for name in extended},
        tags=frozenset(_repeated_tags(objects, others)),
    )


def _repeated_tags(objects: Sequence[TypeDefinition], others: _Others) -> Iterator[tuple[str, str]]:
    fields = (f for type_ in objects for f in type_.fields.values() if has(f, "tag") and has(f, "external"))
    for field in fields:
        found = (other.types[field.parent].fields.get(field.name) for other in others.having(field.parent))
        owned = [other for other in found if other is not None and not has(other, "external")]
        given = {_tag(tag) for other in owned for tag in applied(other, "tag")}
        yield from ((field.coordinate, name) for tag in applied(field, "tag") if (name := _tag(tag)) in given)


def _tag(tag: Applied) -> str:
    return value_text(tag.arguments.get("name"))


@lru_cache(maxsize=_KNOWN)
def _resolved(schema: SubgraphSchema) -> frozenset[str]:
    """The coordinates of the fields of objects that a subgraph resolves, as it is written."""
    facts = find_facts(schema if schema.is_federation_2 else _drop_meaningless(schema))
    objects = (type_ for type_ in schema.types.values() if type_.kind is Kind.OBJECT)
    fields = (field.coordinate for type_ in objects for field in type_.fields.values())
    return frozenset(field for field in fields if not facts.is_fully_external(field))


def is_extension(type_: TypeDefinition) -> bool:
    """Whether a type only extends another subgraph's (by ``extend`` or ``@extends``), as Federation 1 saw it."""
    return not type_.has_definition or has(type_, "extends")


def _extensions_without_base(schema: SubgraphSchema, others: _Others) -> Iterator[CompositionError]:
    for type_ in schema.types.values():
        if (
            type_.kind in _WITH_FIELDS
            and is_extension(type_)
            and type_.name not in DEFAULT_ROOTS.values()
            and not _is_based(type_, others)
        ):
            yield subgraph_error(
                ErrorCode.EXTENSION_WITH_NO_BASE,
                schema.name,
                f"{type_.name} is only extended here, and no subgraph defines it.",
                coordinate=type_.name,
                nodes=type_.nodes,
            )


def _is_based(type_: TypeDefinition, others: _Others) -> bool:
    found = (other.types[type_.name] for other in others.having(type_.name))
    return any(other.has_definition and other.kind is type_.kind for other in found)


def _keys_of_interface_objects(schema: SubgraphSchema, others: _Others) -> Iterator[CompositionError]:
    """A key on an interface meant nothing in Federation 1, so it cannot tell implementations for an interface object."""
    for type_ in schema.types.values():
        if type_.kind is not Kind.INTERFACE or not has(type_, "key"):
            continue
        for other in others.having(type_.name):
            if has(other.types[type_.name], "interfaceObject"):
                yield subgraph_error(
                    ErrorCode.INTERFACE_OBJECT_USAGE_ERROR,
                    schema.name,
                    f'Subgraph "{other.name}" has {type_.name} as an @interfaceObject and needs this subgraph to tell the '
                    "implementations apart by key, which a Federation 1 subgraph cannot: link the federation specification, or remove the @key.",
                    coordinate=type_.name,
                    nodes=type_.nodes,
                )


def _upgrade(schema: SubgraphSchema, outside: Outside) -> SubgraphSchema:
    steps: tuple[Callable[[SubgraphSchema, Outside], SubgraphSchema], ...] = (
        _drop_meaningless,
        _resolve_extension_keys,
        _drop_inactive_field_sets,
        _drop_unused_external,
        _share,
        _drop_external_tags,
    )
    for step in steps:
        schema = step(schema, outside)
    return schema


def _map_fields(schema: SubgraphSchema, change: Callable[[TypeDefinition, Field], Field | None]) -> SubgraphSchema:
    """The schema with each field changed, or left out where the change gives None."""
    types = {}
    for type_ in schema.types.values():
        changed = ((name, change(type_, field)) for name, field in type_.fields.items())
        types[type_.name] = replace(type_, fields={name: field for name, field in changed if field is not None})
    return replace(schema, types=types)


def _without(element: Field, *specs: str) -> Field:
    return replace(element, directives=tuple(d for d in element.directives if d.spec not in specs))


def _drop_meaningless(schema: SubgraphSchema, _: Outside | None = None) -> SubgraphSchema:
    """What Federation 1 took without effect: external, requires and provides in interfaces, keys on them, provides of leaves."""

    def change(type_: TypeDefinition, field: Field) -> Field:
        if type_.kind is Kind.INTERFACE:
            return _without(field, "external", "requires", "provides")
        target = schema.types.get(field.base)
        if target is None or target.kind not in COMPOSITE:
            return _without(field, "provides")
        return field

    schema = _map_fields(schema, change)
    types = {}
    for type_ in schema.types.values():
        dropped = ("key", "external") if type_.kind is Kind.INTERFACE else ("external",)
        types[type_.name] = replace(type_, directives=tuple(d for d in type_.directives if d.spec not in dropped))
    return replace(schema, types=types)


def _forget_extension(type_: TypeDefinition) -> TypeDefinition:
    """What ``extend`` alone extended is as good as a definition."""
    if type_.has_definition or type_.kind not in _WITH_FIELDS:
        return type_
    return replace(type_, directives=tuple(replace(d, in_extension=False) for d in type_.directives))


def _resolve_extension_keys(schema: SubgraphSchema, outside: Outside) -> SubgraphSchema:
    """The key fields of an extension were marked ``@external`` by custom, though the extension has them."""
    resolved: set[str] = set()
    for type_ in schema.types.values():
        if type_.kind is not Kind.OBJECT or not is_extension(type_):
            continue
        keys = [fields_text(key) for key in applied(type_, "key")]
        for text in keys or outside.first_keys[type_.name]:
            fields = target_fields(schema, type_.name, text, implementations=False)
            resolved |= {f.coordinate for f in fields if f.parent == type_.name}
    schema = replace(schema, types={name: _forget_extension(type_) for name, type_ in schema.types.items()})
    return _map_fields(schema, lambda _, f: _without(f, "external") if f.coordinate in resolved else f)


def _first_keys(name: TypeName, others: _Others) -> Iterator[str]:
    for other in others.having(name):
        key = next(applied(other.types[name], "key"), None)
        if key is not None:
            yield fields_text(key)


def _drop_inactive_field_sets(schema: SubgraphSchema, _: Outside) -> SubgraphSchema:
    """In ``@requires`` and ``@provides``, fields that are not external had no effect."""
    external = find_facts(schema).external

    def change(_: TypeDefinition, field: Field) -> Field:
        directives = []
        for directive in field.directives:
            parent = {"requires": field.parent, "provides": field.base}.get(directive.spec or "")
            kept = directive if parent is None else keep_external(schema, parent, directive, external)
            directives += [kept] if kept is not None else []
        return replace(field, directives=tuple(directives))

    return _map_fields(schema, change)


def _drop_unused_external(schema: SubgraphSchema, _: Outside) -> SubgraphSchema:
    """External fields that nothing needs, and with them types that have no other field and that nothing speaks of."""
    facts = find_facts(schema)
    unused = facts.external - facts.used
    if not unused:
        return schema
    changed = _map_fields(schema, lambda _, field: None if field.coordinate in unused else field)
    referenced = _referenced(schema)
    kept = {n: t for n, t in changed.types.items() if t.fields or n in referenced or not schema.types[n].fields}
    return replace(changed, types=kept | {n: changed.types[n] for n in DEFAULT_ROOTS.values() if n in changed.types})


def _referenced(schema: SubgraphSchema) -> set[TypeName]:
    """The types that some field returns or some union contains."""
    fields = {field.base for type_ in schema.types.values() for field in type_.fields.values()}
    return fields | {member for type_ in schema.types.values() for member in type_.members}


def _empty_types(schema: SubgraphSchema, before: SubgraphSchema) -> Iterator[CompositionError]:
    for type_ in schema.types.values():
        original = before.types[type_.name]
        if original.fields and not type_.fields and type_.name not in DEFAULT_ROOTS.values():
            yield subgraph_error(
                ErrorCode.TYPE_WITH_ONLY_UNUSED_EXTERNAL,
                schema.name,
                f"Every field of {type_.name} is @external, and none is used in a @key, @requires or @provides.",
                coordinate=type_.name,
                nodes=type_.nodes,
            )


_SHAREABLE = Applied("shareable", "shareable", {})


def _share(schema: SubgraphSchema, outside: Outside) -> SubgraphSchema:
    """Federation 1 let every value type be shared, and a field of an entity that several subgraphs resolved."""
    own = find_facts(schema).shareable
    types = {}
    for type_ in schema.types.values():
        if type_.kind is not Kind.OBJECT:
            types[type_.name] = type_
        elif has(type_, "key") or type_.name in DEFAULT_ROOTS.values():
            fields = {
                name: replace(field, directives=(*field.directives, _SHAREABLE))
                if field.coordinate not in own and field.coordinate in outside.resolved
                else field
                for name, field in type_.fields.items()
            }
            types[type_.name] = replace(type_, fields=fields)
        elif type_.name in outside.shared:
            fields = {n: replace(f, directives=(*f.directives, _SHAREABLE)) for n, f in type_.fields.items()}
            types[type_.name] = replace(type_, fields=fields)
        else:
            types[type_.name] = type_
    return replace(schema, types=types, version=(2, 0))


def _drop_external_tags(schema: SubgraphSchema, outside: Outside) -> SubgraphSchema:
    """A tag on an external field says nothing when its owner says it; of other tags the owner must know."""
    if not outside.tags:
        return schema

    def change(_: TypeDefinition, field: Field) -> Field:
        kept = (d for d in field.directives if d.spec != "tag" or (field.coordinate, _tag(d)) not in outside.tags)
        return replace(field, directives=tuple(kept)) if field.coordinate in external else field

    external = find_facts(schema).external
    return _map_fields(schema, change)
