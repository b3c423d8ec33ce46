"""Merge object types and interfaces."""

from collections.abc import Sequence

from gateway.schema.codes import ErrorCode, HintCode
from gateway.schema.composition.merge.applied import Sources
from gateway.schema.composition.merge.fields import merge_field
from gateway.schema.composition.merge.sharing import check_sharing
from gateway.schema.composition.merge.state import MergeState, Part, names_of
from gateway.schema.subgraph.model import Field, Kind, TypeDefinition, has
from gateway.types import FieldName, TypeName

TypeSources = Sequence[tuple[Part, TypeDefinition]]
_ROOTS = ("Query", "Mutation", "Subscription")


def merge_object_fields(state: MergeState, name: TypeName, sources: TypeSources) -> dict[FieldName, Field]:
    """The fields of an object type: all that any subgraph has."""
    entity = _is_entity(state, name, sources)
    fields: dict[FieldName, Field] = {}
    for field_name in _field_names(sources):
        field_sources = _field_sources(sources, field_name)
        if not entity and name not in _ROOTS:
            _hint_value_type(state, name, field_name, sources, HintCode.INCONSISTENT_OBJECT_VALUE_TYPE_FIELD)
        if name == "Subscription":
            _check_subscription(state, field_sources)
        merged = merge_field(state, name, field_name, field_sources, _from_interface_objects(state, name, field_name))
        if merged is not None:
            fields[field_name] = merged.field
            check_sharing(state, name, field_name, field_sources, merged.overrides)
    return fields


def merge_interface_fields(state: MergeState, name: TypeName, sources: TypeSources) -> dict[FieldName, Field]:
    """The fields of an interface: all that any subgraph has, those of interface objects included."""
    entity = any(has(type_, "key") for _, type_ in sources)
    fields: dict[FieldName, Field] = {}
    for field_name in _field_names(sources):
        if not entity:
            _hint_value_type(state, name, field_name, sources, HintCode.INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD)
        inherited = _from_implementations(state, name, field_name)
        merged = merge_field(state, name, field_name, _field_sources(sources, field_name), inherited)
        if merged is not None:
            fields[field_name] = merged.field
    return fields


def _field_names(sources: TypeSources) -> list[FieldName]:
    return list(dict.fromkeys(name for _, type_ in sources for name in type_.fields))


def _field_sources(sources: TypeSources, name: FieldName) -> list[tuple[Part, Field]]:
    return [(part, type_.fields[name]) for part, type_ in sources if name in type_.fields]


def _is_entity(state: MergeState, name: TypeName, sources: TypeSources) -> bool:
    keyed = [(part, type_) for part, type_ in sources if has(type_, "key")]
    plain = [(part, type_) for part, type_ in sources if not has(type_, "key")]
    if keyed and plain:
        message = (
            f"{name} is an entity (it has a @key) in {names_of(part for part, _ in keyed)}, "
            f"but not in {names_of(part for part, _ in plain)}."
        )
        places = [(part, node) for part, type_ in plain for node in type_.nodes]
        state.hint(HintCode.INCONSISTENT_ENTITY, message, name, places)
    return bool(keyed)


def _hint_value_type(
    state: MergeState, type_name: TypeName, name: FieldName, sources: TypeSources, code: HintCode
) -> None:
    lacking = [(p, t) for p, t in sources if name not in t.fields and not _is_all_external(p, t)]
    if lacking:
        having = names_of(part for part, type_ in sources if name in type_.fields)
        message = (
            f"{type_name}.{name} is declared in {having}, but not in {names_of(part for part, _ in lacking)}: "
            f"{type_name} has no @key by which it could be fetched from another subgraph."
        )
        state.hint(code, message, f"{type_name}.{name}", [(p, n) for p, t in lacking for n in t.nodes])


def _is_all_external(part: Part, type_: TypeDefinition) -> bool:
    return all(field.coordinate in part.facts.external for field in type_.fields.values())


def _check_subscription(state: MergeState, sources: Sequence[tuple[Part, Field]]) -> None:
    for part, field in sources:
        if part.schema.is_federation_2 and field.coordinate in part.facts.shareable:
            message = f'{field.coordinate} in subgraph "{part.name}" is @shareable: a subscription has one source, so it cannot be shared.'
            state.fail(ErrorCode.INVALID_FIELD_SHARING, message, field.coordinate, [(part, field.node)])


def _from_interface_objects(state: MergeState, type_name: TypeName, name: FieldName) -> Sources:
    """The same field in interface objects that stand for this type."""
    interfaces = state.types[type_name].interfaces
    found = ((part, i) for i in interfaces for part in state.interface_objects.get(i, ()))
    return [(part, field) for part, i in found if (field := part.schema.types[i].fields.get(name)) is not None]


def _from_implementations(state: MergeState, interface: TypeName, name: FieldName) -> Sources:
    """The same field in the interface's implementations."""
    return [(part, type_.fields[name]) for part, type_ in implementations(state, interface) if name in type_.fields]


def implementations(state: MergeState, interface: TypeName) -> list[tuple[Part, TypeDefinition]]:
    """Every subgraph's definition of every object type that implements an interface in the supergraph."""
    names = sorted(n for n in state.members.get(interface, ()) if state.types[n].kind is Kind.OBJECT)
    return [found for name in names for found in state.having(name)]
