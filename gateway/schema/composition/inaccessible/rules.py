"""The rules of ``@inaccessible``: what is left for clients must be a schema."""

from collections.abc import Callable, Iterator
from typing import Final

from graphql import (
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    NonNullTypeNode,
    UnionTypeDefinitionNode,
)

from gateway.errors import CompositionError
from gateway.schema.codes import ErrorCode
from gateway.schema.composition.inaccessible.defaults import hidden_parts
from gateway.schema.composition.inaccessible.elements import (
    Child,
    Composite,
    Coordinate,
    Parent,
    arguments,
    children,
)
from gateway.schema.composition.inaccessible.visible import Visibility, named_type
from gateway.types import TypeName

Rule = Callable[[Visibility], Iterator[CompositionError]]


def disallowed(visibility: Visibility) -> Iterator[CompositionError]:
    """What a specification brought cannot be hidden."""
    for node in visibility.specified:
        parts = [(node.name.value, node), *children(node)]
        for coordinate in (coordinate for coordinate, part in parts if visibility.is_hidden(part)):
            message = (
                f"{coordinate} is @inaccessible, but it belongs to a specification, which the gateway needs whole."
            )
            yield _error(ErrorCode.DISALLOWED_INACCESSIBLE, coordinate, message)


def query_root(visibility: Visibility) -> Iterator[CompositionError]:
    """Clients must see the query root type."""
    name = visibility.query_type
    if not visibility.is_visible_type(name):
        message = f"{name} is @inaccessible, but it is the query root type, without which there is no schema."
        yield _error(ErrorCode.QUERY_ROOT_TYPE_INACCESSIBLE, name, message)


def referenced(visibility: Visibility) -> Iterator[CompositionError]:
    """What clients see has only types that they see."""
    for coordinate, type_name in _references(visibility):
        if type_name != visibility.query_type and not visibility.is_visible_type(type_name):
            message = f"{type_name} is @inaccessible, but {coordinate}, which clients see, is of that type."
            yield _error(ErrorCode.REFERENCED_INACCESSIBLE, coordinate, message)


def _references(visibility: Visibility) -> Iterator[tuple[Coordinate, TypeName]]:
    for node in visibility.visible_types():
        for coordinate, child in visibility.visible_children(node):
            if isinstance(child, FieldDefinitionNode):
                yield coordinate, named_type(child.type)
    for coordinate, value in visibility.visible_inputs():
        yield coordinate, named_type(value.type)


def only_hidden_children(visibility: Visibility) -> Iterator[CompositionError]:
    """A type that clients see has a field, value or member that they see."""
    for node in visibility.visible_types():
        if isinstance(node, UnionTypeDefinitionNode):
            hidden = [not visibility.is_visible_type(member.name.value) for member in node.types or ()]
        else:
            hidden = [visibility.is_hidden(child) for _, child in children(node)] if isinstance(node, Parent) else []
        if hidden and all(hidden):
            message = f"{node.name.value} is not @inaccessible, but every part of it is."
            yield _error(ErrorCode.ONLY_INACCESSIBLE_CHILDREN, node.name.value, message)


def required(visibility: Visibility) -> Iterator[CompositionError]:
    """What clients must give, they see."""
    for coordinate, value in _hidden_inputs(visibility):
        if isinstance(value.type, NonNullTypeNode) and value.default_value is None:
            message = f"{coordinate} is @inaccessible, but it is required, so clients must give what they cannot see."
            yield _error(ErrorCode.REQUIRED_INACCESSIBLE, coordinate, message)


def _hidden_inputs(visibility: Visibility) -> Iterator[tuple[Coordinate, InputValueDefinitionNode]]:
    """The hidden arguments of visible fields and the hidden fields of visible input objects."""
    for node in visibility.visible_types():
        found = children(node) if isinstance(node, InputObjectTypeDefinitionNode) else ()
        yield from ((c, n) for c, n in found if isinstance(n, InputValueDefinitionNode) and visibility.is_hidden(n))
        for coordinate, child in visibility.visible_children(node):
            yield from ((c, n) for c, n in arguments(coordinate, child) if visibility.is_hidden(n))
    for directive in visibility.directives:
        for argument in directive.arguments or ():
            if visibility.is_hidden(argument):
                yield f"@{directive.name.value}({argument.name.value}:)", argument


def implemented(visibility: Visibility) -> Iterator[CompositionError]:
    """What an interface shows, its implementations show."""
    for node in visibility.visible_types():
        for interface in (node.interfaces if isinstance(node, Composite) else None) or ():
            name = interface.name.value
            if name in visibility.types and visibility.is_visible_type(name):
                shown = dict(visibility.visible_children(visibility.types[name]))
                for coordinate, child in children(node):
                    counterpart = f"{name}.{child.name.value}"
                    if counterpart in shown:
                        yield from _hidden_in_field(visibility, coordinate, child, counterpart, shown[counterpart])


def _hidden_in_field(
    visibility: Visibility, coordinate: Coordinate, child: Child, counterpart: Coordinate, shown: Child
) -> Iterator[CompositionError]:
    if visibility.is_hidden(child):
        yield _implemented(coordinate, counterpart)
        return
    demanded = {a.name.value for _, a in arguments(counterpart, shown) if not visibility.is_hidden(a)}
    for place, argument in arguments(coordinate, child):
        if visibility.is_hidden(argument) and argument.name.value in demanded:
            yield _implemented(place, f"{counterpart}({argument.name.value}:)")


def _implemented(coordinate: Coordinate, counterpart: Coordinate) -> CompositionError:
    message = f"{coordinate} is @inaccessible, but it implements {counterpart}, which clients see."
    return _error(ErrorCode.IMPLEMENTED_BY_INACCESSIBLE, coordinate, message)


def defaults(visibility: Visibility) -> Iterator[CompositionError]:
    """The defaults that clients see are made of what they see."""
    for coordinate, value in visibility.visible_inputs():
        for part in hidden_parts(visibility, value.type, value.default_value):
            message = f"{part} is @inaccessible, but the default of {coordinate}, which clients see, uses it."
            yield _error(ErrorCode.DEFAULT_VALUE_USES_INACCESSIBLE, coordinate, message)


def _error(code: ErrorCode, coordinate: Coordinate, message: str) -> CompositionError:
    return CompositionError(code, message, coordinate, mend=code.mend)


RULES: Final[tuple[Rule, ...]] = (
    disallowed,
    query_root,
    referenced,
    only_hidden_children,
    required,
    implemented,
    defaults,
)
"""In the order of the specification's section on validation."""
