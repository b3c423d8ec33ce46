"""A field that needs protected data is itself protected: ``@requires`` and contexts must not open a side door."""

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import (
    FieldNode,
    GraphQLError,
    InlineFragmentNode,
    SelectionNode,
)

from gateway.errors import CompositionError
from gateway.schema.codes import ErrorCode
from gateway.schema.composition.merge import Merged
from gateway.schema.composition.merge.alternatives import Alternatives, all_of, read_alternatives
from gateway.schema.composition.rules.report import supergraph_error
from gateway.schema.subgraph.context import contexts, field_from_context
from gateway.schema.subgraph.field_set import fields_text, parse_selections
from gateway.schema.subgraph.model import Element, Field, SubgraphSchema, applied
from gateway.types import TypeName


@dataclass(frozen=True, slots=True)
class _Access:
    """What must hold to read an element: each list is an "or" of "and" sets, and all of them must hold."""

    authenticated: bool
    scopes: tuple[Alternatives, ...]
    policies: tuple[Alternatives, ...]

    def implies(self, needed: "_Access") -> bool:
        """Whether whoever has this access has the other too."""
        if needed.authenticated and not self.authenticated:
            return False
        return _implies(self.scopes, needed.scopes) and _implies(self.policies, needed.policies)


def _implies(own: tuple[Alternatives, ...], needed: tuple[Alternatives, ...]) -> bool:
    combined = all_of(own)
    return all(any(other <= one for other in wanted) for wanted in needed for one in combined)


def required_data_is_as_protected(merged: Merged) -> Iterator[CompositionError]:
    """Compare the access to each field that requires others with the access to those."""
    if not {"authenticated", "requiresScopes", "policy"} & set(merged.names):
        return
    for part in merged.parts:
        for type_ in part.schema.types.values():
            for field in type_.fields.values():
                yield from _check_field(merged, part.schema, field)


def _check_field(merged: Merged, schema: SubgraphSchema, field: Field) -> Iterator[CompositionError]:
    selections = [(field.parent, fields_text(d), d.name) for d in applied(field, "requires")]
    setting = contexts(schema)
    for argument in field_from_context(field):
        selections += [(name, argument.selection, "fromContext") for name in setting.get(argument.context, ())]
    if not selections or field.parent not in merged.types or field.name not in merged.types[field.parent].fields:
        return
    own = _access(merged.types[field.parent], merged.types[field.parent].fields[field.name])
    for type_name, text, directive in selections:
        for coordinate, needed in _needed(merged, type_name, text):
            if not own.implies(needed):
                message = (
                    f"{field.coordinate} reads {coordinate} by @{directive}, but asks for less access than that does; "
                    f"give {field.coordinate} the access directives of {coordinate}."
                )
                code = ErrorCode.MISSING_TRANSITIVE_AUTH_REQUIREMENTS
                yield supergraph_error(merged, code, field.coordinate, message)


def _needed(merged: Merged, parent: TypeName, text: str) -> Iterator[tuple[str, _Access]]:
    try:
        node = parse_selections(text) if text.strip() else None
    except GraphQLError:
        return
    for selection in node.selections if node else ():
        yield from _needed_by(merged, parent, selection)


def _needed_by(merged: Merged, parent: TypeName, selection: SelectionNode) -> Iterator[tuple[str, _Access]]:
    type_ = merged.types.get(parent)
    if isinstance(selection, InlineFragmentNode):
        condition = selection.type_condition.name.value if selection.type_condition else parent
        for inner in selection.selection_set.selections:
            yield from _needed_by(merged, condition, inner)
    elif isinstance(selection, FieldNode) and type_ is not None and selection.name.value in type_.fields:
        field = type_.fields[selection.name.value]
        target = merged.types.get(field.base)
        yield field.coordinate, _access(*(element for element in (field, target) if element is not None))
        for inner in selection.selection_set.selections if selection.selection_set else ():
            yield from _needed_by(merged, field.base, inner)


def _access(*elements: Element) -> _Access:
    directives = [d for element in elements for d in element.directives]
    return _Access(
        any(d.spec == "authenticated" for d in directives),
        tuple(read_alternatives(d.arguments.get("scopes")) for d in directives if d.spec == "requiresScopes"),
        tuple(read_alternatives(d.arguments.get("policies")) for d in directives if d.spec == "policy"),
    )
