"""GraphQL's rules about implementing interfaces (specification, section 3.6.1, "IsValidImplementation")."""

from collections.abc import Iterator

from gateway.errors import CompositionError
from gateway.schema.subgraph.model import Field, Kind, SubgraphSchema, TypeDefinition
from gateway.schema.subgraph.rules.graphql_types import invalid_graphql, kind_of
from gateway.schema.subgraph.type_text import is_strict_subtype
from gateway.types import TypeName


def interfaces_are_implemented(schema: SubgraphSchema) -> Iterator[CompositionError]:
    """A type has all that its interfaces promise."""
    for type_ in schema.types.values():
        for name in type_.interfaces:
            interface = schema.types.get(name)
            if interface is None or interface.kind is not Kind.INTERFACE:
                kind = kind_of(schema, name)
                what = f"of kind {kind.value}" if kind else "defined by nobody"
                message = f"{type_.name} can implement interfaces only, and {name} is {what}."
                yield invalid_graphql(schema, message, type_.name, *type_.nodes)
            else:
                yield from _check_implementation(schema, type_, interface)


def _check_implementation(
    schema: SubgraphSchema, type_: TypeDefinition, interface: TypeDefinition
) -> Iterator[CompositionError]:
    if interface.name == type_.name or type_.name in interface.interfaces:
        message = f"{type_.name} cannot implement {interface.name}, for that leads back to {type_.name}."
        yield invalid_graphql(schema, message, type_.name, *type_.nodes)
        return
    for inherited in interface.interfaces:
        if inherited not in type_.interfaces:
            message = f"{type_.name} implements {interface.name} and so must implement {inherited} too."
            yield invalid_graphql(schema, message, type_.name, *type_.nodes)
    for promised in interface.fields.values():
        field = type_.fields.get(promised.name)
        if field is None:
            message = f"{type_.name} implements {interface.name} but lacks its field {promised.name}."
            yield invalid_graphql(schema, message, type_.name, *type_.nodes)
        else:
            yield from _check_field(schema, field, promised)


def _check_field(schema: SubgraphSchema, field: Field, promised: Field) -> Iterator[CompositionError]:
    if field.type != promised.type and not is_strict_subtype(promised.type, field.type, _Membership(schema)):
        message = f"{field.coordinate} has the type {field.type}, which is not {promised.type} of {promised.coordinate} or a subtype."
        yield invalid_graphql(schema, message, field.coordinate, field.node)
    for argument in promised.arguments.values():
        own = field.arguments.get(argument.name)
        if own is None:
            message = f"{field.coordinate} lacks the argument {argument.name} of {promised.coordinate}."
            yield invalid_graphql(schema, message, field.coordinate, field.node)
        elif own.type != argument.type:
            message = f"{field.coordinate}({argument.name}:) has the type {own.type}, but {promised.coordinate}({argument.name}:) has {argument.type}."
            yield invalid_graphql(schema, message, field.coordinate, own.node)
    for own in field.arguments.values():
        if own.name not in promised.arguments and own.is_required:
            message = f"{field.coordinate} requires the argument {own.name}, which {promised.coordinate} does not have."
            yield invalid_graphql(schema, message, field.coordinate, own.node)


class _Membership:
    """Whether a type is a member or an implementation of another, in one subgraph."""

    def __init__(self, schema: SubgraphSchema) -> None:
        self.schema = schema

    def __call__(self, abstract: TypeName, name: TypeName) -> bool:
        type_ = self.schema.types.get(name)
        union = self.schema.types.get(abstract)
        return (type_ is not None and abstract in type_.interfaces) or (union is not None and name in union.members)
