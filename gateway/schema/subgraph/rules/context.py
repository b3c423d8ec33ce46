"""``@context`` and ``@fromContext`` (federation 2.8): names, who may take from a context, and what can be taken from it."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from graphql import FieldNode, GraphQLError, InlineFragmentNode, SelectionNode, StringValueNode

from gateway.errors import CompositionError
from gateway.schema.codes import ErrorCode
from gateway.schema.subgraph.context import FromContext, contexts, field_from_context
from gateway.schema.subgraph.field_set import parse_selections
from gateway.schema.subgraph.model import COMPOSITE, Field, Kind, SubgraphSchema, TypeDefinition, applied, has
from gateway.schema.subgraph.report import subgraph_error
from gateway.schema.subgraph.rules.entities import is_resolvable
from gateway.schema.subgraph.type_text import base_name, is_strict_subtype
from gateway.types import TypeName

_PLAIN_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*")


def context_names_are_plain(schema: SubgraphSchema) -> Iterator[CompositionError]:
    """Letters and digits: the supergraph puts the subgraph's name and underscores before it."""
    for type_ in schema.types.values():
        for directive in applied(type_, "context"):
            name = directive.arguments.get("name")
            if isinstance(name, StringValueNode) and not _PLAIN_NAME.fullmatch(name.value):
                yield subgraph_error(
                    ErrorCode.CONTEXT_NAME_INVALID,
                    schema.name,
                    f'The context "{name.value}" of {type_.name} has a name that is not made of letters and digits.',
                    coordinate=type_.name,
                    nodes=[directive.node],
                )


def readers_of_contexts_are_entities(schema: SubgraphSchema) -> Iterator[CompositionError]:
    """The value is sent with a key of the object that has the field."""
    for type_ in schema.types.values():
        readers = [f for f in type_.fields.values() if any(has(a, "fromContext") for a in f.arguments.values())]
        if readers and type_.kind is Kind.OBJECT and not any(is_resolvable(key) for key in applied(type_, "key")):
            yield subgraph_error(
                ErrorCode.CONTEXT_NO_RESOLVABLE_KEY,
                schema.name,
                f"{readers[0].coordinate} takes an argument from a context, but {type_.name} has no resolvable @key to send it with.",
                coordinate=type_.name,
                nodes=type_.nodes,
            )


def contexts_are_well_read(schema: SubgraphSchema) -> Iterator[CompositionError]:
    """Every ``@fromContext``: where it stands, the context that it names, and the selection from it."""
    setting = contexts(schema)
    for type_ in schema.types.values():
        for field in type_.fields.values():
            named = {found.argument.name: found for found in field_from_context(field)}
            for argument in field.arguments.values():
                for directive in applied(argument, "fromContext"):
                    coordinate = f"{field.coordinate}({argument.name}:)"
                    code, fault = _fault(schema, type_, field, named.get(argument.name), setting) or (None, "")
                    if code is not None:
                        nodes = [directive.node]
                        yield subgraph_error(
                            code,
                            schema.name,
                            f"@fromContext on {coordinate}: {fault}",
                            coordinate=coordinate,
                            nodes=nodes,
                        )


def _fault(
    schema: SubgraphSchema,
    type_: TypeDefinition,
    field: Field,
    found: FromContext | None,
    setting: dict[str, list[TypeName]],
) -> tuple[ErrorCode, str] | None:
    """The first thing that is wrong with one application."""
    if type_.kind is Kind.INTERFACE:
        return ErrorCode.CONTEXT_NOT_SET, "a field of an interface cannot take from a context."
    if any(field.name in schema.types[i].fields for i in type_.interfaces if i in schema.types):
        return ErrorCode.CONTEXT_NOT_SET, "a field that implements one of an interface cannot take from a context."
    if found is None:
        return ErrorCode.NO_CONTEXT_IN_SELECTION, 'it names no context; begin with "$" and a context\'s name.'
    if found.argument.default is not None:
        return ErrorCode.CONTEXT_NOT_SET, "an argument from a context cannot have a default."
    if found.context not in setting:
        return ErrorCode.CONTEXT_NOT_SET, f'no type of this subgraph sets the context "{found.context}".'
    fault = SelectionCheck(schema, found).run(setting[found.context])
    return (ErrorCode.CONTEXT_INVALID_SELECTION, fault) if fault else None


class SelectionCheck:
    """One selection from a context, read against every type that sets it."""

    def __init__(self, schema: SubgraphSchema, found: FromContext) -> None:
        self.schema = schema
        self.found = found

    def run(self, setting: Sequence[TypeName]) -> str:
        """What is wrong, or nothing. A selection is one field, or one for each concrete type, down to a leaf."""
        try:
            selections = parse_selections(self.found.selection).selections
        except GraphQLError as error:
            return f"the selection cannot be read: {error.message}"
        fragments = [s for s in selections if isinstance(s, InlineFragmentNode)]
        if not fragments:
            return next(filter(None, (self._path(name, selections) for name in setting)), "")
        if len(fragments) != len(selections):
            return "the selection mixes fields and fragments."
        return self._fragments(setting, fragments)

    def _fragments(self, setting: Sequence[TypeName], fragments: Sequence[InlineFragmentNode]) -> str:
        conditions = [f.type_condition.name.value if f.type_condition else "" for f in fragments]
        if len(set(conditions)) != len(conditions) or any(not self._is_object(name) for name in conditions):
            return "each fragment needs a condition of its own, on an object type."
        used: set[TypeName] = set()
        for name in setting:
            matching = [
                c
                for c in conditions
                if c == name or name in self.schema.types[c].interfaces or self._is_member(name, c)
            ]
            if not matching:
                return f"no fragment is for {name}, which sets the context."
            used.update(matching)
        if unused := sorted(set(conditions) - used):
            return f"{unused[0]} does not set the context."
        faults = (self._path(c, f.selection_set.selections) for c, f in zip(conditions, fragments, strict=True))
        return next(filter(None, faults), "")

    def _path(self, parent: TypeName, selections: Sequence[SelectionNode], around: str = "") -> str:
        """What is wrong with one way to a leaf. ``around`` is the type of what lies before ``parent`` on the way, if any does."""
        if has(self.schema.types[parent], "interfaceObject"):
            return f"{parent} is an @interfaceObject, which cannot be read here."
        if len(selections) != 1:
            return "exactly one value can be taken."
        node = selections[0]
        if not isinstance(node, FieldNode) or node.alias or node.directives:
            return "only plain fields can be taken, without aliases and directives."
        field = self.schema.types[parent].fields.get(node.name.value)
        if field is None:
            return f"{parent} has no field {node.name.value}."
        return self._step(field, node, _nullable(field.type, around))

    def _step(self, field: Field, node: FieldNode, type_: str) -> str:
        target = self.schema.types.get(field.base)
        has_fields = target is not None and target.kind in COMPOSITE
        if has_fields != (node.selection_set is not None):
            return f"{field.coordinate} is of type {field.type}; {'say which of its fields' if has_fields else 'it has no fields'}."
        if node.selection_set is not None:
            return self._path(field.base, node.selection_set.selections, type_)
        expected = self.found.argument.type
        if type_ == expected or is_strict_subtype(expected, type_, self._is_member):
            return ""
        return f"{field.coordinate} gives {type_}, which is not {expected}."

    def _is_object(self, name: TypeName) -> bool:
        type_ = self.schema.types.get(name)
        return type_ is not None and type_.kind is Kind.OBJECT

    def _is_member(self, abstract: TypeName, name: TypeName) -> bool:
        type_ = self.schema.types.get(abstract)
        return type_ is not None and name in type_.members


def _nullable(type_: str, around: str) -> str:
    """The type of a field's field: lists add up. What comes from a context may be missing, so nothing is non-null."""
    return (around.replace(base_name(around), type_) if around else type_).replace("!", "")
