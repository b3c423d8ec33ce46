"""In the supergraph too, every type has what its interfaces promise."""

from collections.abc import Iterator

from gateway.errors import CompositionError
from gateway.schema.codes import ErrorCode
from gateway.schema.composition.merge import Merged
from gateway.schema.composition.merge.phrase import say_subgraphs
from gateway.schema.composition.rules.report import supergraph_error
from gateway.schema.subgraph.model import COMPOSITE, Field, TypeDefinition
from gateway.schema.subgraph.type_text import is_strict_subtype
from gateway.types import TypeName


def interface_fields_exist(merged: Merged) -> Iterator[CompositionError]:
    """A field that one subgraph adds to an interface is on every implementation, wherever that lives."""
    for type_, interface in _implementations(merged):
        for promised in interface.fields.values():
            if promised.name not in type_.fields:
                declaring = [p for p in merged.parts if promised.name in _fields(p.schema.types.get(interface.name))]
                implementing = [
                    p for p in merged.parts if interface.name in _interfaces(p.schema.types.get(type_.name))
                ]
                message = (
                    f"{promised.coordinate} is declared in {say_subgraphs(p.name for p in declaring)}, but {type_.name}, "
                    f"which implements {interface.name} in {say_subgraphs(p.name for p in implementing)}, has no field {promised.name}."
                )
                code = ErrorCode.INTERFACE_FIELD_NO_IMPLEM
                yield supergraph_error(
                    merged, code, f"{type_.name}.{promised.name}", message, type_.name, interface.name
                )


def _fields(type_: TypeDefinition | None) -> dict[str, Field]:
    return dict(type_.fields) if type_ is not None else {}


def _interfaces(type_: TypeDefinition | None) -> tuple[TypeName, ...]:
    return type_.interfaces if type_ is not None else ()


def _implementations(merged: Merged) -> Iterator[tuple[TypeDefinition, TypeDefinition]]:
    for type_ in merged.types.values():
        for name in type_.interfaces if type_.kind in COMPOSITE else ():
            if name in merged.types:
                yield type_, merged.types[name]


def implementations_agree(merged: Merged) -> Iterator[CompositionError]:
    """Merged types may have become wider than the interface allows (GraphQL specification, "IsValidImplementation")."""
    for type_, interface in _implementations(merged):
        for promised in interface.fields.values():
            field = type_.fields.get(promised.name)
            if field is not None:
                for fault in _faults(merged, field, promised):
                    yield supergraph_error(merged, ErrorCode.INVALID_GRAPHQL, field.coordinate, fault, type_.name)


def inherited_interfaces_are_implemented(merged: Merged) -> Iterator[CompositionError]:
    """An interface may inherit from another in one subgraph only; its implementations in the others must follow."""
    for type_, interface in _implementations(merged):
        for inherited in interface.interfaces:
            if inherited not in type_.interfaces:
                fault = (
                    f"In the supergraph {type_.name} implements {interface.name}, and that implements {inherited}: "
                    f"let {type_.name} implement {inherited} too."
                )
                yield supergraph_error(merged, ErrorCode.INVALID_GRAPHQL, type_.name, fault, type_.name)


def _faults(merged: Merged, field: Field, promised: Field) -> Iterator[str]:
    def is_member(abstract: TypeName, name: TypeName) -> bool:
        type_, union = merged.types.get(name), merged.types.get(abstract)
        return (type_ is not None and abstract in type_.interfaces) or (union is not None and name in union.members)

    if field.type != promised.type and not is_strict_subtype(promised.type, field.type, is_member):
        yield f"In the supergraph {field.coordinate} is of type {field.type}, which is not {promised.type} of {promised.coordinate} or a subtype."
    for argument in promised.arguments.values():
        own = field.arguments.get(argument.name)
        if own is None:
            yield f"In the supergraph {field.coordinate} lacks the argument {argument.name} of {promised.coordinate}."
        elif own.type != argument.type:
            yield f"In the supergraph {field.coordinate}({argument.name}:) is of type {own.type}, but of type {argument.type} in {promised.coordinate}."
    for own in field.arguments.values():
        if own.name not in promised.arguments and own.is_required:
            yield f"In the supergraph {field.coordinate} requires the argument {own.name}, which {promised.coordinate} does not have."
