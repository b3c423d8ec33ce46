"""The field sets of ``@key``, ``@requires`` and ``@provides``: well-formed, about fields that exist, external where they must be."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from graphql import (
    FieldNode,
    GraphQLError,
    InlineFragmentNode,
    SelectionNode,
    StringValueNode,
    print_ast,
)

from gateway.errors import CompositionError
from gateway.schema.codes import ErrorCode
from gateway.schema.subgraph.facts import Facts, find_facts
from gateway.schema.subgraph.field_set import fields_text, parse_selections
from gateway.schema.subgraph.model import COMPOSITE, Applied, Field, Kind, SubgraphSchema, applied
from gateway.schema.subgraph.report import shorten, subgraph_error
from gateway.types import TypeName

_KEYS_ON_INTERFACES: Final = (2, 3)


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes of one directive's faults."""

    not_text: ErrorCode
    invalid: ErrorCode
    directive: ErrorCode
    arguments: ErrorCode | None = None
    external: ErrorCode | None = None


KEY: Final = Codes(
    ErrorCode.KEY_INVALID_FIELDS_TYPE,
    ErrorCode.KEY_INVALID_FIELDS,
    ErrorCode.KEY_HAS_DIRECTIVE_IN_FIELDS_ARGS,
    arguments=ErrorCode.KEY_FIELDS_HAS_ARGS,
)
REQUIRES: Final = Codes(
    ErrorCode.REQUIRES_INVALID_FIELDS_TYPE,
    ErrorCode.REQUIRES_INVALID_FIELDS,
    ErrorCode.REQUIRES_HAS_DIRECTIVE_IN_FIELDS_ARGS,
    external=ErrorCode.REQUIRES_MISSING_EXTERNAL,
)
PROVIDES: Final = Codes(
    ErrorCode.PROVIDES_INVALID_FIELDS_TYPE,
    ErrorCode.PROVIDES_INVALID_FIELDS,
    ErrorCode.PROVIDES_HAS_DIRECTIVE_IN_FIELDS_ARGS,
    arguments=ErrorCode.PROVIDES_FIELDS_HAS_ARGS,
    external=ErrorCode.PROVIDES_MISSING_EXTERNAL,
)


def keys_are_valid(schema: SubgraphSchema) -> Iterator[CompositionError]:
    """``@key``: on objects, and on interfaces since federation 2.3."""
    facts = find_facts(schema)
    for type_ in schema.types.values():
        for key in applied(type_, "key"):
            if type_.kind is Kind.INTERFACE and (schema.version or (2, 0)) < _KEYS_ON_INTERFACES:
                yield subgraph_error(
                    ErrorCode.KEY_UNSUPPORTED_ON_INTERFACE,
                    schema.name,
                    f"@key on the interface {type_.name} needs federation v2.3 or later.",
                    coordinate=type_.name,
                    nodes=[key.node],
                )
            yield from FieldSetCheck(schema, facts, key, KEY, type_.name).run(type_.name)


def requires_are_valid(schema: SubgraphSchema) -> Iterator[CompositionError]:
    """``@requires``: on fields of objects, about external fields beside them."""
    facts = find_facts(schema)
    for field, directive in _on_fields(schema, "requires"):
        if schema.types[field.parent].kind is Kind.INTERFACE:
            yield _on_interface(schema, field, directive, ErrorCode.REQUIRES_UNSUPPORTED_ON_INTERFACE)
        yield from FieldSetCheck(schema, facts, directive, REQUIRES, field.coordinate).run(field.parent)


def provides_are_valid(schema: SubgraphSchema) -> Iterator[CompositionError]:
    """``@provides``: on fields that return something with fields, about external fields below them."""
    facts = find_facts(schema)
    for field, directive in _on_fields(schema, "provides"):
        if field.coordinate in facts.external:
            yield _on_external(schema, field, directive)
            continue
        target = schema.types.get(field.base)
        is_composite = target is not None and target.kind in COMPOSITE
        if is_composite and schema.types[field.parent].kind is Kind.INTERFACE:
            yield _on_interface(schema, field, directive, ErrorCode.PROVIDES_UNSUPPORTED_ON_INTERFACE)
        if not is_composite:
            yield subgraph_error(
                ErrorCode.PROVIDES_ON_NON_OBJECT_FIELD,
                schema.name,
                f"@{directive.name} on {field.coordinate} has nothing to provide: {field.type} has no fields.",
                coordinate=field.coordinate,
                nodes=[field.node],
            )
        else:
            yield from FieldSetCheck(schema, facts, directive, PROVIDES, field.coordinate).run(field.base)


def _on_fields(schema: SubgraphSchema, spec: str) -> Iterator[tuple[Field, Applied]]:
    for type_ in schema.types.values():
        for field in type_.fields.values():
            for directive in applied(field, spec):
                yield field, directive


def _on_external(schema: SubgraphSchema, field: Field, directive: Applied) -> CompositionError:
    code = ErrorCode.EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE
    message = f"{field.coordinate} cannot have both @{directive.name} and @external: it is not resolved here, so nothing below it is provided here."
    return subgraph_error(code, schema.name, message, coordinate=field.coordinate, nodes=[field.node])


def _on_interface(schema: SubgraphSchema, field: Field, directive: Applied, code: ErrorCode) -> CompositionError:
    message = f"@{directive.name} cannot be used on {field.coordinate}: it is a field of an interface."
    return subgraph_error(code, schema.name, message, coordinate=field.coordinate, nodes=[field.node])


@dataclass(frozen=True, slots=True)
class FieldSetCheck:
    """One application of one of the three directives; ``place`` is where it stands."""

    schema: SubgraphSchema
    facts: Facts
    directive: Applied
    codes: Codes
    place: str

    def run(self, parent: TypeName) -> Iterator[CompositionError]:
        """Every fault of the field set, read against a type."""
        value = self.directive.arguments.get("fields")
        is_text = isinstance(value, StringValueNode)
        if not is_text and self.schema.links:
            yield self._error(self.codes.not_text, "must be a string.")
            return
        try:
            node = parse_selections(fields_text(self.directive))
        except GraphQLError as error:
            yield self._error(self.codes.invalid, f"cannot be read: {error.message}")
            return
        if not node.selections:
            yield self._invalid("no field is named.")
        found = list(self._check(parent, node.selections, in_external=False))
        invalid = [error for error in found if error.code == str(self.codes.invalid)]
        yield from invalid or found

    def _error(self, code: ErrorCode, message: str) -> CompositionError:
        value = self.directive.arguments.get("fields")
        written = f"@{self.directive.name}(fields: {shorten(print_ast(value)) if value else ''})"
        return subgraph_error(
            code,
            self.schema.name,
            f"{written} on {self.place}: {message}",
            coordinate=self.place,
            nodes=[self.directive.node],
        )

    def _invalid(self, message: str) -> CompositionError:
        return self._error(self.codes.invalid, message)

    def _check(
        self, parent: TypeName, selections: Iterable[SelectionNode], *, in_external: bool
    ) -> Iterator[CompositionError]:
        for selection in selections:
            for directive in selection.directives or ():
                message = f"@{directive.name.value} stands inside, where no directive is allowed."
                known = directive.name.value in self.schema.available
                yield (
                    self._error(self.codes.directive, message)
                    if known
                    else self._invalid(f"@{directive.name.value} is not known.")
                )
            if isinstance(selection, FieldNode):
                yield from self._check_field(parent, selection, in_external)
            elif isinstance(selection, InlineFragmentNode):
                yield from self._check_fragment(parent, selection, in_external)
            else:
                yield self._invalid("a named fragment cannot be used here.")

    def _check_fragment(
        self, parent: TypeName, selection: InlineFragmentNode, in_external: bool
    ) -> Iterator[CompositionError]:
        name = selection.type_condition.name.value if selection.type_condition else parent
        type_ = self.schema.types.get(name)
        if type_ is None or type_.kind not in COMPOSITE:
            yield self._invalid(f"there is no type {name} with fields in this subgraph.")
        else:
            yield from self._check(name, selection.selection_set.selections, in_external=in_external)

    def _check_field(self, parent: TypeName, node: FieldNode, in_external: bool) -> Iterator[CompositionError]:
        name = node.name.value
        if node.alias is not None:
            yield self._invalid(f"{name} has the alias {node.alias.value}; aliases cannot be used here.")
        if name == "__typename":
            if self.codes is REQUIRES and not in_external:
                yield self._error(
                    ErrorCode.REQUIRES_MISSING_EXTERNAL, "__typename is known anyway and need not be named."
                )
            return
        type_ = self.schema.types[parent]
        field = type_.fields.get(name)
        if field is None:
            yield self._invalid(
                f"there is no field {name} on {parent} in this subgraph; if another subgraph resolves it, declare it here with @external."
            )
            return
        yield from self._check_arguments(field, node)
        if self.codes.arguments is not None and field.arguments:
            yield self._error(self.codes.arguments, f"{field.coordinate} takes arguments, so it cannot be used here.")
        target = self.schema.types.get(field.base)
        if self.codes is KEY and target is not None and target.kind in (Kind.INTERFACE, Kind.UNION):
            message = f"{field.coordinate} is of the {target.kind.value.lower()} type {field.base}, which a key cannot contain."
            yield self._error(ErrorCode.KEY_FIELDS_SELECT_INVALID_TYPE, message)
        else:
            yield from self._check_below(field, node, in_external)

    def _check_arguments(self, field: Field, node: FieldNode) -> Iterator[CompositionError]:
        given = {argument.name.value for argument in node.arguments or ()}
        for name in sorted(given - set(field.arguments)):
            yield self._invalid(f"{field.coordinate} has no argument {name}.")
        for argument in field.arguments.values():
            if argument.is_required and argument.name not in given:
                yield self._invalid(f"{field.coordinate} needs its argument {argument.name}.")

    def _check_below(self, field: Field, node: FieldNode, in_external: bool) -> Iterator[CompositionError]:
        target = self.schema.types.get(field.base)
        has_fields = target is not None and target.kind in COMPOSITE
        if node.selection_set is None:
            if has_fields:
                yield self._invalid(f"{field.coordinate} is of type {field.type}; say which of its fields.")
            else:
                yield from self._check_external(field, in_external)
        elif not node.selection_set.selections:
            yield self._invalid(f"the braces after {node.name.value} are empty.")
        elif not has_fields:
            yield self._invalid(f"{field.coordinate} is of type {field.type}, which has no fields to name.")
        else:
            below = in_external or self._leads_to_external(field)
            yield from self._check(field.base, node.selection_set.selections, in_external=below)

    def _check_external(self, field: Field, in_external: bool) -> Iterator[CompositionError]:
        if self.codes.external is None or in_external or field.coordinate in self.facts.external:
            return
        if field.coordinate in self.facts.pretended:
            message = f"{field.coordinate} is a key field of an extended type: this subgraph resolves it though it is marked @external, so it need not be named."
        else:
            message = f"{field.coordinate} is resolved by this subgraph anyway (it is not @external), so it need not be named."
        yield self._error(self.codes.external, message)

    def _leads_to_external(self, field: Field) -> bool:
        owners = [field.parent, *(t.name for t in self.schema.implementations(field.parent))]
        return any(f"{owner}.{field.name}" in self.facts.external for owner in owners)
