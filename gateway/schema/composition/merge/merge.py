"""Merge subgraphs into one schema: kinds and members first, then fields, then enums by the use that fields make of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from graphql import DocumentNode

from gateway.errors import CompositionError, Hint
from gateway.schema.codes import ErrorCode
from gateway.schema.composition.merge.applied import merge_applied
from gateway.schema.composition.merge.composed import check_composed_places, find_composed
from gateway.schema.composition.merge.descriptions import merge_descriptions
from gateway.schema.composition.merge.document import build_document, type_nodes
from gateway.schema.composition.merge.enums import merge_enum_values
from gateway.schema.composition.merge.executable import merge_executable_directives
from gateway.schema.composition.merge.features import name_directives
from gateway.schema.composition.merge.implied_version import hint_at_implied_versions
from gateway.schema.composition.merge.inputs import merge_input_fields
from gateway.schema.composition.merge.interface_objects import fields_from_interface_objects
from gateway.schema.composition.merge.join import join
from gateway.schema.composition.merge.known import (
    NOTHING_KNOWN,
    KnownMerge,
    Recall,
    climate_of,
    type_basis,
)
from gateway.schema.composition.merge.objects import (
    implementations,
    merge_interface_fields,
    merge_object_fields,
)
from gateway.schema.composition.merge.override import Overrides
from gateway.schema.composition.merge.parts import make_parts
from gateway.schema.composition.merge.shallow import merge_shallow
from gateway.schema.composition.merge.sharing import check_sharing
from gateway.schema.composition.merge.state import MergeState, Part
from gateway.schema.subgraph import SubgraphSchema
from gateway.schema.subgraph.model import Applied, Kind, TypeDefinition
from gateway.types import TypeName


@dataclass(frozen=True, slots=True)
class Merged:
    """The merged schema as types and as a document, with what was found on the way. ``document`` is None after errors."""

    types: Mapping[TypeName, TypeDefinition]
    parts: tuple[Part, ...]
    known: KnownMerge
    names: Mapping[str, str]
    document: DocumentNode | None
    errors: tuple[CompositionError, ...]
    hints: tuple[Hint, ...]


def merge(schemas: Sequence[SubgraphSchema], last: KnownMerge = NOTHING_KNOWN) -> Merged:
    """Merge subgraphs that are each valid and written in Federation 2 (federation specification, "Schema composition").

    What of the ``last`` merge holds still is taken over. Types that are equal to the last are the same objects.
    """
    parts = make_parts(schemas, last.parts)
    state = MergeState(parts)
    name_directives(state)
    hint_at_implied_versions(state)
    composed = find_composed(state)
    if composed.definitions:
        check_composed_places(state, composed)
    climate = climate_of(state)
    outlines = Recall(state, last.outlines)
    merge_shallow(state, outlines)
    types = Recall(state, last.types if last.climate == climate else {})
    _merge_types(state, types)
    if not _has_queries(state):
        _fail_without_queries(state)
    executable = merge_executable_directives(state)
    elements = _schema_elements(state)
    nodes = type_nodes(state, last.nodes) if not state.notes.errors else last.nodes
    document = build_document(state, composed, executable, elements, nodes) if not state.notes.errors else None
    known = KnownMerge(parts, climate, outlines.found, types.found, nodes)
    return Merged(state.types, parts, known, state.names, document, tuple(state.notes.errors), tuple(state.notes.hints))


def _has_queries(state: MergeState) -> bool:
    query = state.types.get("Query")
    return query is not None and bool(query.fields)


def _fail_without_queries(state: MergeState) -> None:
    message = "No subgraph has a query: a supergraph needs at least one field on its query root type."
    state.fail(ErrorCode.NO_QUERIES, message, "Query", [(part, None) for part in state.parts])


def _merge_types(state: MergeState, recall: Recall) -> None:
    for kinds in ((Kind.INTERFACE, Kind.OBJECT), (Kind.INPUT_OBJECT,), (Kind.SCALAR, Kind.UNION)):
        for type_ in [t for t in state.types.values() if t.kind in kinds]:
            _merge_or_recall(state, recall, type_)
    for type_ in [t for t in state.types.values() if t.kind is Kind.OBJECT]:
        _add_interface_object_fields(state, type_)
    for type_ in [t for t in state.types.values() if t.kind is Kind.ENUM]:
        _merge_or_recall(state, recall, type_)


def _merge_or_recall(state: MergeState, recall: Recall, type_: TypeDefinition) -> None:
    merged = recall.merge(type_.name, type_basis(state, type_), lambda: _merge_type(state, type_))
    assert merged is not None  # noqa: S101  # only outlines are left out
    state.types[type_.name] = merged


def _merge_type(state: MergeState, type_: TypeDefinition) -> TypeDefinition:
    """One type with its parts; what ``merge_shallow`` found stays."""
    name = type_.name
    sources = state.having(name)
    inherited = implementations(state, name) if type_.kind is Kind.INTERFACE else ()
    directives = merge_applied(state, name, sources, inherited)
    type_ = replace(
        type_,
        directives=(*type_.directives, *directives, *_contexts(state, sources)),
        description=merge_descriptions(state, name, [(part, source.description) for part, source in sources]),
    )
    if type_.kind is Kind.OBJECT:
        return replace(type_, fields=merge_object_fields(state, name, sources))
    if type_.kind is Kind.INTERFACE:
        return replace(type_, fields=merge_interface_fields(state, name, sources))
    if type_.kind is Kind.INPUT_OBJECT:
        return replace(type_, inputs=merge_input_fields(state, name, sources))
    if type_.kind is Kind.ENUM:
        return replace(type_, values=merge_enum_values(state, name, sources))
    return type_


def _contexts(state: MergeState, sources: Sequence[tuple[Part, TypeDefinition]]) -> list[Applied]:
    """``@context`` with the subgraph's name before the context's: contexts are each subgraph's own."""
    found = []
    for part, source in sources:
        for directive in source.directives:
            name = directive.arguments.get("name")
            if directive.spec == "context" and name is not None:
                text = f"{part.name}__{getattr(name, 'value', '')}"
                found.append(replace(join("context", name=text), name=state.names["context"], spec="context"))
    return found


def _add_interface_object_fields(state: MergeState, type_: TypeDefinition) -> None:
    added = fields_from_interface_objects(state, type_)
    if added:
        state.types[type_.name] = replace(type_, fields={**type_.fields, **added})
        for name in added:
            check_sharing(state, type_.name, name, (), Overrides())


def _schema_elements(state: MergeState) -> tuple[str | None, tuple[Applied, ...]]:
    """The schema definition's description and its own directives."""
    texts = [(part, part.schema.schema_description) for part in state.parts]
    sources = [(part, _as_element(part.schema)) for part in state.parts]
    return merge_descriptions(state, "", texts), merge_applied(state, "the schema", sources)


def _as_element(schema: SubgraphSchema) -> TypeDefinition:
    return TypeDefinition("schema", Kind.OBJECT, None, schema.schema_directives)
