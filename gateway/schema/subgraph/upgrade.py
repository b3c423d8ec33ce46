"""Read a Federation 1 subgraph as Federation 2 would have it written (federation specification, "Backward compatibility")."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gateway.errors import CompositionError
from gateway.schema.codes import ErrorCode
from gateway.schema.subgraph.facts import Facts, find_facts
from gateway.schema.subgraph.field_set import fields_text, target_fields
from gateway.schema.subgraph.model import COMPOSITE, Applied, Field, Kind, SubgraphSchema, TypeDefinition, applied, has
from gateway.schema.subgraph.reading import DEFAULT_ROOTS
from gateway.schema.subgraph.report import subgraph_error
from gateway.schema.subgraph.selection_filter import keep_external
from gateway.types import TypeName


@dataclass(frozen=True, slots=True)
class _Other:
    schema: SubgraphSchema
    facts: Facts


@dataclass(frozen=True, slots=True)
class _Others:
    """The other subgraphs, by the types that they have."""

    schema: SubgraphSchema
    by_type: Mapping[TypeName, Sequence[_Other]]

    def having(self, name: TypeName) -> Iterator[_Other]:
        return (other for other in self.by_type.get(name, ()) if other.schema is not self.schema)


def upgrade_subgraphs(
    schemas: Sequence[SubgraphSchema],
) -> tuple[list[SubgraphSchema], list[CompositionError]]:
    """Every subgraph in the terms of Federation 2, and why some cannot be. Federation 2 subgraphs stay as they are."""
    if all(schema.is_federation_2 for schema in schemas):
        return list(schemas), []
    facts = {schema.name: _Other(schema, find_facts(schema)) for schema in schemas}
    by_type: dict[TypeName, list[_Other]] = {}
    for other in facts.values():
        for name in other.schema.types:
            by_type.setdefault(name, []).append(other)
    upgraded: list[SubgraphSchema] = []
    errors: list[CompositionError] = []
    for schema in schemas:
        if schema.is_federation_2:
            upgraded.append(schema)
            continue
        others = _Others(schema, by_type)
        errors += _extensions_without_base(schema, others)
        errors += _keys_of_interface_objects(schema, others)
        upgraded.append(_upgrade(schema, others))
    errors += [error for schema in upgraded for error in _empty_types(schema, facts)]
    return upgraded, errors


def is_extension(type_: TypeDefinition) -> bool:
    """Whether a type only extends another subgraph's (by ``extend`` or ``@extends``), as Federation 1 saw it."""
    return not type_.has_definition or has(type_, "extends")


def _extensions_without_base(schema: SubgraphSchema, others: _Others) -> Iterator[CompositionError]:
    for type_ in schema.types.values():
        if is_extension(type_) and type_.name not in DEFAULT_ROOTS.values() and not _is_based(type_, others):
            yield subgraph_error(
                ErrorCode.EXTENSION_WITH_NO_BASE,
                schema.name,
                f"{type_.name} is only extended here, and no subgraph defines it.",
                coordinate=type_.name,
                nodes=type_.nodes,
            )


def _is_based(type_: TypeDefinition, others: _Others) -> bool:
    found = (other.schema.types[type_.name] for other in others.having(type_.name))
    return any(other.has_definition and other.kind is type_.kind for other in found)


def _keys_of_interface_objects(schema: SubgraphSchema, others: _Others) -> Iterator[CompositionError]:
    """A key on an interface meant nothing in Federation 1, so it cannot tell implementations for an interface object."""
    for type_ in schema.types.values():
        if type_.kind is not Kind.INTERFACE or not has(type_, "key"):
            continue
        for other in others.having(type_.name):
            if has(other.schema.types[type_.name], "interfaceObject"):
                yield subgraph_error(
                    ErrorCode.INTERFACE_OBJECT_USAGE_ERROR,
                    schema.name,
                    f'Subgraph "{other.schema.name}" has {type_.name} as an @interfaceObject and needs this subgraph to tell the '
                    "implementations apart by key, which a Federation 1 subgraph cannot: link the federation specification, or remove the @key.",
                    coordinate=type_.name,
                    nodes=type_.nodes,
                )


def _upgrade(schema: SubgraphSchema, others: _Others) -> SubgraphSchema:
    steps: tuple[Callable[[SubgraphSchema, _Others], SubgraphSchema], ...] = (
        _drop_meaningless,
        _resolve_extension_keys,
        _drop_inactive_field_sets,
        _drop_unused_external,
        _share,
        _drop_external_tags,
    )
    for step in steps:
        schema = step(schema, others)
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


def _drop_meaningless(schema: SubgraphSchema, _: _Others) -> SubgraphSchema:
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
    if type_.has_definition:
        return type_
    return replace(type_, directives=tuple(replace(d, in_extension=False) for d in type_.directives))


def _resolve_extension_keys(schema: SubgraphSchema, others: _Others) -> SubgraphSchema:
    """The key fields of an extension were marked ``@external`` by custom, though the extension has them."""
    resolved: set[str] = set()
    for type_ in schema.types.values():
        if type_.kind is not Kind.OBJECT or not is_extension(type_):
            continue
        keys = [fields_text(key) for key in applied(type_, "key")]
        for text in keys:
            fields = target_fields(schema, type_.name, text, implementations=False)
            resolved |= {f.coordinate for f in fields if f.parent == type_.name}
        for text in () if keys else _first_keys(type_.name, others):
            fields = target_fields(schema, type_.name, text, implementations=False)
            resolved |= {f.coordinate for f in fields if f.parent == type_.name}
    schema = replace(schema, types={name: _forget_extension(type_) for name, type_ in schema.types.items()})
    return _map_fields(schema, lambda _, f: _without(f, "external") if f.coordinate in resolved else f)


def _first_keys(name: TypeName, others: _Others) -> Iterator[str]:
    for other in others.having(name):
        key = next(applied(other.schema.types[name], "key"), None)
        if key is not None:
            yield fields_text(key)


def _drop_inactive_field_sets(schema: SubgraphSchema, _: _Others) -> SubgraphSchema:
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


def _drop_unused_external(schema: SubgraphSchema, _: _Others) -> SubgraphSchema:
    """External fields that nothing needs, and with them types that have no other field and that nothing speaks of."""
    facts = find_facts(schema)
    unused = facts.external - facts.used
    if not unused:
        return schema
    changed = _map_fields(schema, lambda _, field: None if field.coordinate in unused else field)
    referenced = _referenced(changed)
    kept = {n: t for n, t in changed.types.items() if t.fields or n in referenced or not schema.types[n].fields}
    return replace(changed, types=kept | {n: changed.types[n] for n in DEFAULT_ROOTS.values() if n in changed.types})


def _referenced(schema: SubgraphSchema) -> set[TypeName]:
    """The types that some field returns or some union contains."""
    fields = {field.base for type_ in schema.types.values() for field in type_.fields.values()}
    return fields | {member for type_ in schema.types.values() for member in type_.members}


def _empty_types(schema: SubgraphSchema, before: dict[str, _Other]) -> Iterator[CompositionError]:
    for type_ in schema.types.values():
        original = before[schema.name].schema.types[type_.name]
        if original.fields and not type_.fields and type_.name not in DEFAULT_ROOTS.values():
            yield subgraph_error(
                ErrorCode.TYPE_WITH_ONLY_UNUSED_EXTERNAL,
                schema.name,
                f"Every field of {type_.name} is @external, and none is used in a @key, @requires or @provides.",
                coordinate=type_.name,
                nodes=type_.nodes,
            )


_SHAREABLE = Applied("shareable", "shareable", {})


def _share(schema: SubgraphSchema, others: _Others) -> SubgraphSchema:
    """Federation 1 let every value type be shared, and a field of an entity that several subgraphs resolved."""
    own = find_facts(schema).shareable
    types = {}
    for type_ in schema.types.values():
        if type_.kind is not Kind.OBJECT:
            types[type_.name] = type_
        elif has(type_, "key") or type_.name in DEFAULT_ROOTS.values():
            fields = {
                name: replace(field, directives=(*field.directives, _SHAREABLE))
                if field.coordinate not in own and any(_resolves(other, field) for other in others.having(type_.name))
                else field
                for name, field in type_.fields.items()
            }
            types[type_.name] = replace(type_, fields=fields)
        elif any(True for _ in others.having(type_.name)):
            fields = {n: replace(f, directives=(*f.directives, _SHAREABLE)) for n, f in type_.fields.items()}
            types[type_.name] = replace(type_, fields=fields)
        else:
            types[type_.name] = type_
    return replace(schema, types=types, version=(2, 0))


def _resolves(other: _Other, field: Field) -> bool:
    type_ = other.schema.types.get(field.parent)
    found = type_.fields.get(field.name) if type_ and type_.kind is Kind.OBJECT else None
    return found is not None and not other.facts.is_fully_external(found.coordinate)


def _drop_external_tags(schema: SubgraphSchema, _: _Others) -> SubgraphSchema:
    """A tag on an external field says nothing that its owner could not say."""
    external = find_facts(schema).external
    return _map_fields(schema, lambda _, f: _without(f, "tag") if f.coordinate in external else f)
