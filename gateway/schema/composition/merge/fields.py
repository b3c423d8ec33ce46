"""Merge one field of an object or interface, and say by ``@join__field`` who has it and how."""

from dataclasses import dataclass, replace

from graphql import ConstListValueNode, ConstObjectFieldNode, ConstObjectValueNode, NameNode, StringValueNode

from gateway.schema.codes import ErrorCode, HintCode
from gateway.schema.composition.merge.applied import Sources, merge_applied
from gateway.schema.composition.merge.arguments import FieldSources, merge_arguments
from gateway.schema.composition.merge.descriptions import merge_descriptions
from gateway.schema.composition.merge.external import check_external, check_merged_directives, split_external
from gateway.schema.composition.merge.interface_objects import abstracting_fields
from gateway.schema.composition.merge.join import field_set_of, join
from gateway.schema.composition.merge.override import Overrides, find_overrides
from gateway.schema.composition.merge.state import MergeState, Part, names_of
from gateway.schema.composition.merge.values import Position, Source, merge_types
from gateway.schema.subgraph.context import field_from_context
from gateway.schema.subgraph.model import Applied, Field
from gateway.types import FieldName, TypeName


@dataclass(frozen=True, slots=True)
class MergedField:
    """A field of the supergraph, and what ``@override`` did to its sources."""

    field: Field
    overrides: Overrides


def merge_field(
    state: MergeState, type_name: TypeName, name: FieldName, sources: FieldSources, inherited: Sources = ()
) -> MergedField | None:
    """The field, or None where it is external everywhere, which is an error."""
    coordinate = f"{type_name}.{name}"
    overrides = find_overrides(state, sources)
    own, external = split_external(sources)
    own_is_here = bool(own)
    own = own or _by_interface_objects(state, type_name, name)
    if not own:
        where = names_of(part for part, _ in external)
        message = f"{coordinate} is @external wherever it is declared ({where}), so no subgraph resolves it."
        places = [(part, field.node) for part, field in external]
        state.fail(ErrorCode.EXTERNAL_MISSING_ON_BASE, message, coordinate, places)
        return None
    check_merged_directives(state, external)
    position = Position(
        coordinate, "Field", False, ErrorCode.FIELD_TYPE_MISMATCH, HintCode.INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE
    )
    type_, equal = merge_types(state, position, [Source(p, f.type, None, f.node) for p, f in own])
    merged = Field(
        name=name,
        parent=type_name,
        type=type_,
        base=type_.strip("[]!"),
        arguments=merge_arguments(state, coordinate, own),
        directives=merge_applied(state, coordinate, own, inherited),
        description=merge_descriptions(state, coordinate, [(part, field.description) for part, field in own]),
    )
    if own_is_here:
        check_external(state, merged, external, all_types_equal=equal)
    joins = _join_fields(state, merged, sources, overrides, all_types_equal=equal)
    return MergedField(replace(merged, directives=(*merged.directives, *joins)), overrides)


def _by_interface_objects(state: MergeState, type_name: TypeName, name: FieldName) -> list[tuple[Part, Field]]:
    """Who resolves a field that is external in every subgraph with its type."""
    found = ((part, field) for part in state.parts for field in abstracting_fields(state, part, type_name, name))
    return [(part, field) for part, field in found if field.coordinate not in part.facts.external]


def _join_fields(
    state: MergeState, merged: Field, sources: FieldSources, overrides: Overrides, *, all_types_equal: bool
) -> list[Applied]:
    if not _needs_join(state, merged, sources, overrides, all_types_equal):
        return []
    return [
        _join_field(part, field, overrides, with_type=not all_types_equal)
        for part, field in sources
        if part.name not in overrides.unused or part.name in overrides.labels
    ]


def _needs_join(
    state: MergeState, merged: Field, sources: FieldSources, overrides: Overrides, all_types_equal: bool
) -> bool:
    """Without ``@join__field`` a field is in every subgraph of its type, with one type and without conditions."""
    if not all_types_equal or overrides.used or overrides.labels:
        return True
    having = {part.name for part, _ in sources if part.name not in overrides.unused}
    if any(part.name not in having for part, _ in state.having(merged.parent)):
        return True
    return any(_is_conditional(part, field) for part, field in sources)


def _is_conditional(part: Part, field: Field) -> bool:
    if field.coordinate in part.facts.external or any(True for _ in field_from_context(field)):
        return True
    return any(d.spec in ("requires", "provides") for d in field.directives)


def _join_field(part: Part, field: Field, overrides: Overrides, *, with_type: bool) -> Applied:
    override = next((d.arguments.get("from") for d in field.directives if d.spec == "override"), None)
    return join(
        "field",
        graph=part.graph_value,
        requires=field_set_of(field, "requires"),
        provides=field_set_of(field, "provides"),
        override=override.value if isinstance(override, StringValueNode) else None,
        type=field.type if with_type else None,
        external=True if field.coordinate in part.facts.external else None,
        usedOverridden=True if part.name in overrides.used else None,
        overrideLabel=overrides.labels.get(part.name),
        contextArguments=_context_arguments(part, field),
    )


def _context_arguments(part: Part, field: Field) -> ConstListValueNode | None:
    found = [
        _object(
            context=f"{part.name}__{argument.context}",
            name=argument.argument.name,
            type=argument.argument.type,
            selection=argument.selection,
        )
        for argument in field_from_context(field)
    ]
    return ConstListValueNode(values=tuple(found)) if found else None


def _object(**fields: str) -> ConstObjectValueNode:
    return ConstObjectValueNode(
        fields=tuple(
            ConstObjectFieldNode(name=NameNode(value=n), value=StringValueNode(value=v)) for n, v in fields.items()
        )
    )
