"""Interfaces with keys, and the subgraphs that have them as objects (federation 2.3, "Entity interfaces")."""

from collections.abc import Iterator

from graphql import BooleanValueNode

from gateway.errors import CompositionError
from gateway.schema.codes import ErrorCode
from gateway.schema.composition.merge import Merged, Part
from gateway.schema.composition.merge.phrase import say_list, say_subgraphs
from gateway.schema.composition.rules.report import supergraph_error
from gateway.schema.subgraph.field_set import fields_text
from gateway.schema.subgraph.model import Kind, TypeDefinition, applied
from gateway.types import TypeName


def interface_keys_know_all_implementations(merged: Merged) -> Iterator[CompositionError]:
    """A subgraph that finds an interface by key must be able to say which implementation it found."""
    for name, implementations in _implementations(merged).items():
        for part in merged.parts:
            interface = part.schema.types.get(name)
            if interface is None or interface.kind is not Kind.INTERFACE:
                continue
            missing = sorted(i for i in implementations if i not in part.schema.types)
            keys = [fields_text(key) for key in applied(interface, "key") if _is_resolvable(key.arguments)]
            if keys and missing:
                message = (
                    f'Interface {name} has the resolvable key "{keys[0]}" in subgraph "{part.name}", which lacks its '
                    f"implementation{'s' if len(missing) > 1 else ''} {say_list(missing)}: define them there, or add new "
                    f"implementations of {name} only in that subgraph."
                )
                yield supergraph_error(merged, ErrorCode.INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE, name, message)


def _is_resolvable(arguments: object) -> bool:
    value = arguments.get("resolvable") if isinstance(arguments, dict) else None
    return not (isinstance(value, BooleanValueNode) and value.value is False)


def _implementations(merged: Merged) -> dict[TypeName, list[TypeName]]:
    found: dict[TypeName, list[TypeName]] = {t.name: [] for t in merged.types.values() if t.kind is Kind.INTERFACE}
    for type_ in merged.types.values():
        for interface in type_.interfaces if type_.kind is Kind.OBJECT else ():
            found.setdefault(interface, []).append(type_.name)
    return found


def interface_objects_stand_for_interfaces(merged: Merged) -> Iterator[CompositionError]:
    """An interface object has an interface elsewhere, and its subgraph none of the implementations."""
    implementations = _implementations(merged)
    for type_ in merged.types.values():
        having = [part for part in merged.parts if type_.name in part.schema.types]
        objects = [part for part in having if part.is_interface_object(type_.name)]
        if objects and len(objects) == len(having):
            where = say_subgraphs(part.name for part in objects)
            message = f"{type_.name} is an @interfaceObject wherever it is declared ({where}); one subgraph must have the interface."
            yield supergraph_error(merged, ErrorCode.INTERFACE_OBJECT_USAGE_ERROR, type_.name, message)
        for part in objects:
            yield from _check_implementations(merged, part, type_, implementations.get(type_.name, []))


def _check_implementations(
    merged: Merged, part: Part, type_: TypeDefinition, implementations: list[TypeName]
) -> Iterator[CompositionError]:
    own = sorted(name for name in implementations if name in part.schema.types)
    if own:
        message = (
            f'{type_.name} is an @interfaceObject in subgraph "{part.name}", which therefore cannot define the '
            f"implementation{'s' if len(own) > 1 else ''} {say_list(own)} of {type_.name}."
        )
        yield supergraph_error(merged, ErrorCode.INTERFACE_OBJECT_USAGE_ERROR, type_.name, message)
