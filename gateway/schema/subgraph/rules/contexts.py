"""``@context`` and ``@fromContext``: names, one leaf of the right type from every type that sets the context (federation 2.8)."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from graphql import BooleanValueNode, FieldNode, GraphQLError, InlineFragmentNode, SelectionNode, StringValueNode

from gateway.errors import CompositionError
from gateway.schema.codes import ErrorCode
from gateway.schema.subgraph.context import contexts, split_context
from gateway.schema.subgraph.field_set import parse_selections
from gateway.schema.subgraph.model import Applied, Field, InputValue, Kind, SubgraphSchema, applied
from gateway.schema.subgraph.report import subgraph_error
from gateway.types import TypeName

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*")


def context_names_are_plain(schema: SubgraphSchema) -> Iterator[CompositionError]:
    """The supergraph puts the subgraph's name before a context's, with underscores between; the name itself has none."""
    for name, types in contexts(schema).items():
        if not _NAME.fullmatch(name):
            message = f'"{name}" cannot be the name of a context: use letters and digits only, a letter first.'
            nodes = [node for type_name in types for node in schema.types[type_name].nodes]
            yield subgraph_error(ErrorCode.CONTEXT_NAME_INVALID, schema.name, message, coordinate=types[0], nodes=nodes)


def contexts_are_taken_well(schema: SubgraphSchema) -> Iterator[CompositionError]:
    """Every ``@fromContext``: its place, its context, its selection."""
    setting = contexts(schema)
    for type_ in schema.types.values():
        for field in type_.fields.values():
            for argument in field.arguments.values():
                for directive in applied(argument, "fromContext"):
                    yield from _Check(schema, field, argument, directive).run(setting)


class _Check:
    """One application of ``@fromContext``."""

    def __init__(self, schema: SubgraphSchema, field: Field, argument: InputValue, directive: Applied) -> None:
        self.schema = schema
        self.field = field
        self.argument = argument
        self.directive = directive
        self.coordinate = f"{field.coordinate}({argument.name}:)"

    def run(self, setting: dict[str, list[TypeName]]) -> Iterator[CompositionError]:
        value = self.directive.arguments.get("field")
        parts = split_context(value.value) if isinstance(value, StringValueNode) else None
        yield from self._check_place()
        if parts is None or not parts[1]:
            yield self._error(ErrorCode.NO_CONTEXT_IN_SELECTION, 'names no context; write "$name { field }".')
        elif parts[0] not in setting:
            yield self._error(ErrorCode.CONTEXT_NOT_SET, f'takes the context "{parts[0]}", which no type here sets.')
        else:
            for type_name in setting[parts[0]]:
                yield from self._check_selection(type_name, parts[1])

    def _error(self, code: ErrorCode, message: str) -> CompositionError:
        return subgraph_error(
            code,
            self.schema.name,
            f"{self.coordinate} {message}",
            coordinate=self.coordinate,
            nodes=[self.argument.node],
        )

    def _check_place(self) -> Iterator[CompositionError]:
        parent = self.schema.types[self.field.parent]
        if self._is_promised():
            message = "takes a context, which a field of an interface, or one that implements it, cannot."
            yield self._error(ErrorCode.CONTEXT_NOT_SET, message)
        if self.argument.default is not None:
            yield self._error(ErrorCode.CONTEXT_NOT_SET, "takes a context, so it cannot have a default value.")
        if parent.kind is Kind.OBJECT and not any(_is_resolvable(key) for key in applied(parent, "key")):
            message = (
                f"takes a context, so {parent.name} needs a resolvable @key: the value is sent along with the key."
            )
            yield self._error(ErrorCode.CONTEXT_NO_RESOLVABLE_KEY, message)

    def _is_promised(self) -> bool:
        parent = self.schema.types[self.field.parent]
        interfaces = (self.schema.types.get(name) for name in parent.interfaces)
        promised = any(i is not None and self.field.name in i.fields for i in interfaces)
        return parent.kind is Kind.INTERFACE or promised

    def _check_selection(self, type_name: TypeName, text: str) -> Iterator[CompositionError]:
        try:
            selections = parse_selections(text).selections
        except GraphQLError as error:
            yield self._invalid(f"cannot be read: {error.message}")
            return
        possible = self._possible_types(type_name)
        if all(isinstance(selection, InlineFragmentNode) for selection in selections) and selections:
            for selection in selections:
                assert isinstance(selection, InlineFragmentNode)  # noqa: S101  # all of them are, as said above
                condition = selection.type_condition.name.value if selection.type_condition else type_name
                if self._possible_types(condition) & possible:
                    yield from self._check_one(condition, selection.selection_set.selections)
        else:
            yield from self._check_one(type_name, selections)

    def _possible_types(self, name: TypeName) -> set[TypeName]:
        type_ = self.schema.types.get(name)
        if type_ is None:
            return set()
        found = {implementation.name for implementation in self.schema.implementations(name)}
        return found | set(type_.members) | ({name} if type_.kind is Kind.OBJECT else set())

    def _check_one(self, parent: TypeName, selections: Sequence[SelectionNode]) -> Iterator[CompositionError]:
        if len(selections) != 1 or not isinstance(selections[0], FieldNode):
            yield self._invalid("must name exactly one field.")
            return
        node = selections[0]
        if node.alias is not None or node.directives:
            yield self._invalid("cannot have aliases or directives.")
        type_ = self.schema.types.get(parent)
        field = type_.fields.get(node.name.value) if type_ else None
        if field is None:
            yield self._invalid(f"names {node.name.value}, which {parent} does not have.")
        elif node.selection_set is not None:
            yield from self._check_one(field.base, node.selection_set.selections)
        elif not _fits(self.argument.type, field.type):
            yield self._invalid(f"is of type {field.type}, and the argument of type {self.argument.type}.")

    def _invalid(self, message: str) -> CompositionError:
        return self._error(
            ErrorCode.CONTEXT_INVALID_SELECTION, f"takes a value from a context; its selection {message}"
        )


def _fits(wanted: str, given: str) -> bool:
    """A value on the way may be null, so a required argument is never sure to get one."""
    return not wanted.endswith("!") and given.rstrip("!") == wanted


def _is_resolvable(key: Applied) -> bool:
    value = key.arguments.get("resolvable")
    return not (isinstance(value, BooleanValueNode) and value.value is False)
