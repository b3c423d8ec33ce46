"""An operation without what its user wrote into it: no values, no own names for fields; and every part of the schema that it touches."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FloatValueNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLSchema,
    IntValueNode,
    NameNode,
    OperationDefinitionNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableDefinitionNode,
    Visitor,
    get_named_type,
    parse,
    print_ast,
    strip_ignored_characters,
    type_from_ast,
    validate,
    visit,
)

MAX_TOKENS = 15_000


@dataclass(frozen=True, slots=True)
class Signature:
    """``text`` is the operation, normalised; ``id`` its SHA-256. ``coordinates`` are the types, fields and arguments it touches."""

    id: str
    name: str
    kind: str
    text: str
    coordinates: tuple[str, ...]


def make_signature(schema: GraphQLSchema, query: str, operation_name: str | None) -> Signature | None:
    """The signature of one operation of a document; None where the document is not valid on the schema, or has no such operation."""
    try:
        document = parse(query, no_location=True, max_tokens=MAX_TOKENS)
    except GraphQLError:
        return None
    operation = find_operation(document, operation_name)
    if operation is None or validate(schema, document, max_errors=1):
        return None
    own = DocumentNode(definitions=(operation, *used_fragments(document, operation)))
    text = strip_ignored_characters(print_ast(visit(own, Anonymiser())))
    return Signature(
        id=hashlib.sha256(text.encode()).hexdigest(),
        name=operation.name.value if operation.name else "",
        kind=operation.operation.value,
        text=text,
        coordinates=tuple(sorted(set(touched(schema, own)))),
    )


def find_operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode | None:
    """The operation of that name, or the only one (GraphQL specification, section 6.1)."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if name:
        return next((node for node in operations if node.name and node.name.value == name), None)
    return operations[0] if len(operations) == 1 else None


def used_fragments(document: DocumentNode, operation: OperationDefinitionNode) -> list[Any]:
    """The fragments that an operation uses, by name."""
    known = {node.name.value: node for node in document.definitions if node.kind == "fragment_definition"}  # type: ignore[attr-defined]
    found: dict[str, Any] = {}
    waiting: list[Any] = [operation]
    while waiting:
        spreads = Spreads()
        visit(waiting.pop(), spreads)
        for name in spreads.names - found.keys():
            found[name] = known[name]
            waiting.append(known[name])
    return [found[name] for name in sorted(found)]


class Spreads(Visitor):
    """Collects the names of fragments that are spread."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> None:
        self.names.add(node.name.value)


class Anonymiser(Visitor):
    """Takes out values and aliases, and sorts arguments; what names the schema, such as enum values, stays."""

    def __init__(self) -> None:
        super().__init__()
        self._aliases: dict[str, str] = {}

    def enter_int_value(self, *_: Any) -> IntValueNode:
        return IntValueNode(value="0")

    def enter_float_value(self, *_: Any) -> FloatValueNode:
        return FloatValueNode(value="0")

    def enter_string_value(self, *_: Any) -> StringValueNode:
        return StringValueNode(value="", block=False)

    def leave_field(self, node: FieldNode, *_: Any) -> FieldNode:
        return FieldNode(
            alias=self._renamed(node.alias) if node.alias else None,
            name=node.name,
            arguments=by_name(node.arguments),
            directives=node.directives,
            selection_set=node.selection_set,
        )

    def leave_directive(self, node: DirectiveNode, *_: Any) -> DirectiveNode:
        return DirectiveNode(name=node.name, arguments=by_name(node.arguments))

    def _renamed(self, alias: NameNode) -> NameNode:
        return NameNode(value=self._aliases.setdefault(alias.value, f"alias_{len(self._aliases) + 1}"))


def by_name(arguments: tuple[ArgumentNode, ...] | None) -> tuple[ArgumentNode, ...]:
    return tuple(sorted(arguments or (), key=lambda argument: argument.name.value))


def touched(schema: GraphQLSchema, document: DocumentNode) -> Iterator[str]:
    """The coordinates of every field, argument, enum and input type that a document depends on."""
    info = TypeInfo(schema)
    touches = Touches(schema, info)
    visit(document, TypeInfoVisitor(info, touches))
    yield from touches.coordinates
    for type_ in touches.input_types:
        yield from input_coordinates(type_, set())


class Touches(Visitor):
    """Collects coordinates on the way through a document."""

    def __init__(self, schema: GraphQLSchema, info: TypeInfo) -> None:
        super().__init__()
        self._schema = schema
        self._info = info
        self.coordinates: set[str] = set()
        self.input_types: list[GraphQLNamedType] = []

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        parent, definition = self._info.get_parent_type(), self._info.get_field_def()
        if parent is None or definition is None:
            return
        field = f"{parent.name}.{node.name.value}"
        self.coordinates.update((parent.name, field))
        self.coordinates.update(f"{field}({argument.name.value}:)" for argument in node.arguments or ())
        answered = get_named_type(definition.type)
        if isinstance(answered, GraphQLEnumType):
            self.coordinates.add(answered.name)

    def enter_argument(self, *_: Any) -> None:
        argument = self._info.get_argument()
        if argument is not None:
            self.input_types.append(get_named_type(argument.type))

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: Any) -> None:
        type_ = type_from_ast(self._schema, node.type)
        if type_ is not None:
            self.input_types.append(get_named_type(type_))


def input_coordinates(type_: GraphQLNamedType, seen: set[str]) -> Iterator[str]:
    """An input type, and all types that its values can hold."""
    if type_.name in seen or not isinstance(type_, GraphQLInputObjectType | GraphQLEnumType):
        return
    seen.add(type_.name)
    yield type_.name
    if isinstance(type_, GraphQLInputObjectType):
        for field in type_.fields.values():
            yield from input_coordinates(get_named_type(field.type), seen)
