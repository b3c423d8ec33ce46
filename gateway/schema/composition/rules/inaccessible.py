"""``@inaccessible`` leaves a schema that is whole (inaccessible specification v0.2, section "Rules")."""

from collections.abc import Iterator

from graphql import EnumValueNode, ListValueNode, ObjectValueNode, ValueNode

from gateway.errors import CompositionError
from gateway.schema.codes import ErrorCode
from gateway.schema.composition.merge import Merged
from gateway.schema.composition.rules.report import supergraph_error
from gateway.schema.subgraph.model import Element, Field, InputValue, Kind, TypeDefinition, has
from gateway.types import TypeName


def hidden_elements_leave_a_schema(merged: Merged) -> Iterator[CompositionError]:
    """Every rule of ``@inaccessible``; where nothing is hidden there is nothing to check."""
    if "inaccessible" not in merged.names:
        return
    query = merged.types.get("Query")
    if query is not None and _is_hidden(query):
        message = "Query is @inaccessible, but it is the query root type, which every client needs."
        yield supergraph_error(merged, ErrorCode.QUERY_ROOT_TYPE_INACCESSIBLE, "Query", message)
    for type_ in merged.types.values():
        if not _is_hidden(type_):
            yield from _check_children(merged, type_)
            yield from _check_interfaces(merged, type_)
            for coordinate, element in _visible(type_):
                yield from _check_reference(merged, coordinate, element)
                yield from _check_required(merged, coordinate, element)


def _is_hidden(element: Element) -> bool:
    return has(element, "inaccessible")


def _visible(type_: TypeDefinition) -> Iterator[tuple[str, Field | InputValue]]:
    """The fields and arguments that clients see, and hidden ones only where being required makes them a fault."""
    for field in type_.fields.values():
        if not _is_hidden(field):
            yield field.coordinate, field
            for argument in field.arguments.values():
                yield f"{field.coordinate}({argument.name}:)", argument
    for value in type_.inputs.values():
        yield f"{type_.name}.{value.name}", value


def _check_children(merged: Merged, type_: TypeDefinition) -> Iterator[CompositionError]:
    children: list[Element] = [*type_.fields.values(), *type_.inputs.values(), *type_.values.values()]
    children += [merged.types[member] for member in type_.members if member in merged.types]
    if children and all(_is_hidden(child) for child in children):
        what = {Kind.UNION: "members", Kind.ENUM: "values"}.get(type_.kind, "fields")
        message = (
            f"{type_.name} is in the public schema, but all of its {what} are @inaccessible; hide the type as well."
        )
        yield supergraph_error(merged, ErrorCode.ONLY_INACCESSIBLE_CHILDREN, type_.name, message)


def _check_reference(merged: Merged, coordinate: str, element: Field | InputValue) -> Iterator[CompositionError]:
    target = merged.types.get(element.base)
    if _is_hidden(element):
        return
    if target is not None and _is_hidden(target):
        message = f"{element.base} is @inaccessible, but {coordinate} is of that type and is not; hide it as well."
        yield supergraph_error(merged, ErrorCode.REFERENCED_INACCESSIBLE, coordinate, message, element.base)
    if isinstance(element, InputValue) and element.default is not None:
        for hidden in sorted(set(_hidden_in(merged, element.base, element.default))):
            message = f"{hidden} is @inaccessible, but the default value of {coordinate} uses it."
            yield supergraph_error(merged, ErrorCode.DEFAULT_VALUE_USES_INACCESSIBLE, coordinate, message)


def _hidden_in(merged: Merged, type_name: TypeName, value: ValueNode) -> Iterator[str]:
    type_ = merged.types.get(type_name)
    if type_ is None:
        return
    if isinstance(value, ListValueNode):
        for item in value.values:
            yield from _hidden_in(merged, type_name, item)
    elif isinstance(value, EnumValueNode):
        found = type_.values.get(value.value)
        if found is not None and _is_hidden(found):
            yield f"{type_name}.{found.name}"
    elif isinstance(value, ObjectValueNode):
        for field in value.fields:
            known = type_.inputs.get(field.name.value)
            if known is not None and _is_hidden(known):
                yield f"{type_name}.{known.name}"
            elif known is not None:
                yield from _hidden_in(merged, known.base, field.value)


def _check_required(merged: Merged, coordinate: str, element: Field | InputValue) -> Iterator[CompositionError]:
    if isinstance(element, InputValue) and _is_hidden(element) and element.is_required:
        message = f"{coordinate} is @inaccessible but required, so no client could give it; make it optional."
        yield supergraph_error(merged, ErrorCode.REQUIRED_INACCESSIBLE, coordinate, message)


def _check_interfaces(merged: Merged, type_: TypeDefinition) -> Iterator[CompositionError]:
    for name in type_.interfaces:
        interface = merged.types.get(name)
        for promised in interface.fields.values() if interface and not _is_hidden(interface) else ():
            field = type_.fields.get(promised.name)
            if field is not None and not _is_hidden(promised):
                yield from _check_implementation(merged, field, promised)


def _check_implementation(merged: Merged, field: Field, promised: Field) -> Iterator[CompositionError]:
    code = ErrorCode.IMPLEMENTED_BY_INACCESSIBLE
    if _is_hidden(field):
        message = f"{field.coordinate} is @inaccessible, but implements {promised.coordinate}, which is not."
        yield supergraph_error(merged, code, field.coordinate, message)
        return
    for argument in promised.arguments.values():
        own = field.arguments.get(argument.name)
        if own is not None and _is_hidden(own) and not _is_hidden(argument):
            coordinate = f"{field.coordinate}({own.name}:)"
            message = (
                f"{coordinate} is @inaccessible, but implements {promised.coordinate}({argument.name}:), which is not."
            )
            yield supergraph_error(merged, code, coordinate, message)
