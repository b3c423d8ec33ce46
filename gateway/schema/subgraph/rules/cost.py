"""``@cost`` and ``@listSize`` (cost specification v0.1)."""

from collections.abc import Iterator

from graphql import IntValueNode, ListValueNode, StringValueNode, ValueNode

from gateway.errors import CompositionError
from gateway.schema.codes import ErrorCode
from gateway.schema.subgraph.model import COMPOSITE, Applied, Field, Kind, SubgraphSchema, applied, has
from gateway.schema.subgraph.report import subgraph_error


def cost_is_not_on_interfaces(schema: SubgraphSchema) -> Iterator[CompositionError]:
    """What a field costs is said where it is resolved."""
    for type_ in schema.types.values():
        for field in type_.fields.values() if type_.kind is Kind.INTERFACE else ():
            if has(field, "cost"):
                message = (
                    f"{field.coordinate} is a field of an interface; put @cost on the fields of its implementations."
                )
                yield _error(schema, ErrorCode.COST_APPLIED_TO_INTERFACE_FIELD, message, field)


def list_sizes_are_valid(schema: SubgraphSchema) -> Iterator[CompositionError]:
    """Sizes are not negative, slicing arguments are integers, sized fields are lists."""
    for type_ in schema.types.values():
        for field in type_.fields.values():
            for directive in applied(field, "listSize"):
                yield from _check_list(schema, field, directive)
                yield from _check_assumed_size(schema, field, directive)
                yield from _check_slicing(schema, field, directive)
                yield from _check_sized_fields(schema, field, directive)


def _error(schema: SubgraphSchema, code: ErrorCode, message: str, field: Field) -> CompositionError:
    return subgraph_error(code, schema.name, message, coordinate=field.coordinate, nodes=[field.node])


def _is_list(type_: str) -> bool:
    return type_.startswith("[")


def _texts(value: ValueNode | None) -> list[str]:
    items = value.values if isinstance(value, ListValueNode) else (value,)
    return [item.value for item in items if isinstance(item, StringValueNode)]


def _check_list(schema: SubgraphSchema, field: Field, directive: Applied) -> Iterator[CompositionError]:
    if not _is_list(field.type) and not _texts(directive.arguments.get("sizedFields")):
        message = f"{field.coordinate} has @{directive.name}, but its type {field.type} is no list; name the lists below it in sizedFields."
        yield _error(schema, ErrorCode.LIST_SIZE_APPLIED_TO_NON_LIST, message, field)


def _check_assumed_size(schema: SubgraphSchema, field: Field, directive: Applied) -> Iterator[CompositionError]:
    size = directive.arguments.get("assumedSize")
    if isinstance(size, IntValueNode) and int(size.value) < 0:
        message = f"{field.coordinate} has the assumed size {size.value}; a list cannot be smaller than empty."
        yield _error(schema, ErrorCode.LIST_SIZE_INVALID_ASSUMED_SIZE, message, field)


def _check_slicing(schema: SubgraphSchema, field: Field, directive: Applied) -> Iterator[CompositionError]:
    for name in _texts(directive.arguments.get("slicingArguments")):
        argument = field.arguments.get(name)
        if argument is None:
            message = f'{field.coordinate} has no argument "{name}" that could slice it.'
        elif argument.type.rstrip("!") != "Int":
            message = f"{field.coordinate}({name}:) is of type {argument.type}; a slicing argument is Int or Int!."
        else:
            continue
        yield _error(schema, ErrorCode.LIST_SIZE_INVALID_SLICING_ARGUMENT, message, field)


def _check_sized_fields(schema: SubgraphSchema, field: Field, directive: Applied) -> Iterator[CompositionError]:
    names = _texts(directive.arguments.get("sizedFields"))
    target = schema.types.get(field.base)
    if names and (target is None or target.kind not in COMPOSITE):
        message = f"{field.coordinate} is of type {field.type}, which has no fields that could be sized."
        yield _error(schema, ErrorCode.LIST_SIZE_INVALID_SIZED_FIELD, message, field)
        return
    for name in names:
        sized = target.fields.get(name) if target else None
        if sized is None:
            message = f'{field.base} has no field "{name}" that {field.coordinate} could size.'
            yield _error(schema, ErrorCode.LIST_SIZE_INVALID_SIZED_FIELD, message, field)
        elif not _is_list(sized.type):
            message = (
                f"{sized.coordinate} is of type {sized.type}; only a list can be a sized field of {field.coordinate}."
            )
            yield _error(schema, ErrorCode.LIST_SIZE_APPLIED_TO_NON_LIST, message, field)
