"""``@interfaceObject``: fields that a subgraph resolves for every implementation of an interface at once (federation 2.3)."""

from dataclasses import replace

from gateway.schema.composition.merge.applied import merge_applied
from gateway.schema.composition.merge.join import join
from gateway.schema.composition.merge.state import MergeState, Part
from gateway.schema.subgraph.model import Field, Kind, TypeDefinition
from gateway.types import FieldName, TypeName


def abstracting_fields(state: MergeState, part: Part, type_name: TypeName, name: FieldName) -> list[Field]:
    """The fields by which a subgraph that does not have an object type resolves one of its fields all the same."""
    if not state.interface_objects:
        return []
    merged = state.types.get(type_name)
    if merged is None or merged.kind is not Kind.OBJECT or type_name in part.schema.types:
        return []
    found = (part.schema.types[i].fields.get(name) for i in merged.interfaces if part.is_interface_object(i))
    return [field for field in found if field is not None]


def fields_from_interface_objects(state: MergeState, type_: TypeDefinition) -> dict[FieldName, Field]:
    """The fields that an object type lacks and gets by its interfaces, from subgraphs that have those as objects."""
    if not state.interface_objects:
        return {}
    added: dict[FieldName, Field] = {}
    for interface in type_.interfaces:
        merged = state.types.get(interface)
        for field in merged.fields.values() if merged else ():
            if field.name in type_.fields or field.name in added:
                continue
            if _is_resolved_by_interface_object(state, interface, field.name):
                sources = _sources(state, interface, field.name)
                own = merge_applied(state, f"{type_.name}.{field.name}", sources)
                added[field.name] = replace(field, parent=type_.name, directives=(*own, join("field")))
    return added


def _sources(state: MergeState, interface: TypeName, name: FieldName) -> list[tuple[Part, Field]]:
    found = ((part, type_.fields.get(name)) for part, type_ in state.having(interface))
    return [(part, field) for part, field in found if field is not None]


def _is_resolved_by_interface_object(state: MergeState, interface: TypeName, name: FieldName) -> bool:
    return any(
        (field := part.schema.types[interface].fields.get(name)) is not None
        and field.coordinate not in part.facts.external
        for part in state.interface_objects.get(interface, ())
    )
