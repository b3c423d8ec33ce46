"""GraphQL's rules about types: known names, input and output positions, members, nothing empty (specification, section 3)."""

from collections.abc import Iterator

from graphql import Node

from gateway.errors import CompositionError
from gateway.schema.codes import ErrorCode
from gateway.schema.subgraph.model import Field, InputValue, Kind, SubgraphSchema, TypeDefinition, elements, has
from gateway.schema.subgraph.report import subgraph_error
from gateway.schema.subgraph.specifications import BUILT_IN_SCALARS
from gateway.types import OperationKind, TypeName

_INPUT = frozenset({Kind.SCALAR, Kind.ENUM, Kind.INPUT_OBJECT})
_OUTPUT = frozenset({Kind.SCALAR, Kind.ENUM, Kind.OBJECT, Kind.INTERFACE, Kind.UNION})


def invalid_graphql(schema: SubgraphSchema, message: str, coordinate: str, *nodes: Node | None) -> CompositionError:
    """A breach of GraphQL's own rules."""
    return subgraph_error(ErrorCode.INVALID_GRAPHQL, schema.name, message, coordinate=coordinate, nodes=nodes)


def kind_of(schema: SubgraphSchema, name: TypeName) -> Kind | None:
    """A type's kind, or None where nobody defines it. Types of the specifications are scalars."""
    type_ = schema.types.get(name)
    if type_ is not None:
        return type_.kind
    known = name in BUILT_IN_SCALARS or name in schema.specified_types
    return Kind.SCALAR if known else None


def fields_have_output_types(schema: SubgraphSchema) -> Iterator[CompositionError]:
    """A field returns a known type that is no input object; an argument takes a known input type."""
    for type_ in schema.types.values():
        for field in type_.fields.values():
            yield from _check_position(schema, field.coordinate, field, is_input=False)
            for argument in field.arguments.values():
                yield from _check_position(schema, f"{field.coordinate}({argument.name}:)", argument, is_input=True)


def input_fields_have_input_types(schema: SubgraphSchema) -> Iterator[CompositionError]:
    """An input object's field has a known input type."""
    for type_ in schema.types.values():
        for value in type_.inputs.values():
            yield from _check_position(schema, f"{type_.name}.{value.name}", value, is_input=True)


def _check_position(
    schema: SubgraphSchema, coordinate: str, element: Field | InputValue, *, is_input: bool
) -> Iterator[CompositionError]:
    kind = kind_of(schema, element.base)
    if kind is None:
        yield invalid_graphql(
            schema, f"{coordinate} has the type {element.base}, which nobody defines.", coordinate, element.node
        )
    elif kind not in (_INPUT if is_input else _OUTPUT):
        wanted = "an input type" if is_input else "an output type"
        message = f"{coordinate} must have {wanted}, but {element.base} is of kind {kind.value}."
        yield invalid_graphql(schema, message, coordinate, element.node)


def check_input(schema: SubgraphSchema, coordinate: str, element: InputValue) -> Iterator[CompositionError]:
    """An argument or input field has a known input type."""
    return _check_position(schema, coordinate, element, is_input=True)


def members_are_objects(schema: SubgraphSchema) -> Iterator[CompositionError]:
    """A union's members are object types (specification, section 3.8)."""
    for type_ in schema.types.values():
        for member in type_.members:
            kind = kind_of(schema, member)
            if kind is not Kind.OBJECT:
                what = f"of kind {kind.value}" if kind else "defined by nobody"
                message = f"Union {type_.name} can have object types as members only, and {member} is {what}."
                yield invalid_graphql(schema, message, type_.name, *type_.nodes)


def types_are_not_empty(schema: SubgraphSchema) -> Iterator[CompositionError]:
    """Every type but a scalar has something in it; the query root may lend its fields to federation alone."""
    for type_ in schema.types.values():
        if type_.kind is Kind.SCALAR or type_.name == schema.roots.get(OperationKind.QUERY) or not type_.nodes:
            continue
        if not (type_.fields or type_.inputs or type_.values or type_.members):
            message = f"{type_.kind.value} {type_.name} has no {_PARTS[type_.kind]}; it needs at least one."
            yield invalid_graphql(schema, message, type_.name, *type_.nodes)


_PARTS = {
    Kind.OBJECT: "fields",
    Kind.INTERFACE: "fields",
    Kind.INPUT_OBJECT: "fields",
    Kind.ENUM: "values",
    Kind.UNION: "members",
}


def roots_are_objects(schema: SubgraphSchema) -> Iterator[CompositionError]:
    """A root operation type is a defined object type (specification, section 3.3.1)."""
    for kind, name in schema.roots.items():
        type_: TypeDefinition | None = schema.types.get(name)
        if type_ is None or not type_.nodes:
            yield invalid_graphql(schema, f"The {kind.value} root type {name} is not defined.", name)
        elif type_.kind is not Kind.OBJECT:
            message = f"The {kind.value} root type {name} must be an object type; it is of kind {type_.kind.value}."
            yield invalid_graphql(schema, message, name, *type_.nodes)


def names_are_not_reserved(schema: SubgraphSchema) -> Iterator[CompositionError]:
    """Names that begin with two underscores belong to introspection (specification, section 2.1.9)."""
    for type_ in schema.types.values():
        named: list[tuple[str, Node | None]] = [(type_.name, node) for node in type_.nodes[:1]]
        named += [(field.name, field.node) for field in type_.fields.values()]
        named += [(value.name, value.node) for value in type_.inputs.values()]
        named += [(value.name, value.node) for value in type_.values.values()]
        for name, node in named:
            if name.startswith("__"):
                message = f'The name "{name}" begins with "__", which is reserved for introspection.'
                yield invalid_graphql(schema, message, type_.name, node)


def required_inputs_are_not_deprecated(schema: SubgraphSchema) -> Iterator[CompositionError]:
    """Nobody can leave out what is required, so it cannot be deprecated (specification, section 3.13.3)."""
    for coordinate, location, element in elements(schema):
        if isinstance(element, InputValue) and element.is_required and has(element, "deprecated"):
            what = "argument" if location == "ARGUMENT_DEFINITION" else "input field"
            message = f"{coordinate} is a required {what} and cannot be @deprecated; make it optional first."
            yield invalid_graphql(schema, message, coordinate, element.node)


def inputs_can_be_written(schema: SubgraphSchema) -> Iterator[CompositionError]:
    """An input object does not need itself: a circle of required fields could never be closed (specification, section 3.10)."""
    needed = {
        type_.name: [value.base for value in type_.inputs.values() if value.type == f"{value.base}!"]
        for type_ in schema.types.values()
        if type_.kind is Kind.INPUT_OBJECT
    }
    for name in needed:
        if name in _reachable(needed, name):
            message = f"Input object {name} requires itself, by way of its required fields; make one of them optional."
            yield invalid_graphql(schema, message, name, *schema.types[name].nodes)


def _reachable(needed: dict[TypeName, list[TypeName]], start: TypeName) -> set[TypeName]:
    found: set[TypeName] = set()
    waiting = list(needed[start])
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += needed.get(name, ())
    return found
