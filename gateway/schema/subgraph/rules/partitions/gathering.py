"""``@gather``: every answer that comes from several members can become one."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from gateway.errors import CompositionError
from gateway.schema.codes import ErrorCode
from gateway.schema.subgraph.model import COMPOSITE, Field, Kind, SubgraphSchema, TypeDefinition, applied, elements, has
from gateway.schema.subgraph.report import subgraph_error
from gateway.schema.subgraph.rules.partitions.paths import always_names_one, said, walk_fields, walk_inputs
from gateway.types import OperationKind, TypeName

SAYS: Final = ("partition", "partitionedBy", "gather")


def is_partitioned(schema: SubgraphSchema) -> bool:
    """Whether a subgraph says anything of partitions."""
    return any(has(element, name) for _, _, element in elements(schema) for name in SAYS)


def gathering_of(schema: SubgraphSchema, field: Field) -> Mapping[str, Any] | None:
    """What ``@gather`` says of a field, or else of the type that it returns."""
    type_ = schema.types.get(field.base)
    for element in (field, type_) if type_ is not None else (field,):
        for directive in applied(element, "gather"):
            return said(directive)
    return None


def roots_are_gathered(schema: SubgraphSchema) -> Iterator[CompositionError]:
    """A root field is gathered, or its arguments always name one partition. A mutation's always do."""
    if not is_partitioned(schema):
        return
    for field in _root_fields(schema, OperationKind.QUERY):
        if gathering_of(schema, field) is None and not goes_to_one(schema, field):
            message = (
                f"{field.coordinate} may come from several members, and nothing says how their answers become one."
            )
            yield _error(schema, ErrorCode.GATHER_REQUIRED, message, field)
    for field in _root_fields(schema, OperationKind.MUTATION):
        if not names_partition(schema, field):
            message = f"{field.coordinate} has no argument that names the one partition that it goes to."
            yield _error(schema, ErrorCode.PARTITION_ARGUMENT_REQUIRED, message, field)


def _root_fields(schema: SubgraphSchema, kind: OperationKind) -> Iterator[Field]:
    type_ = schema.types.get(schema.roots.get(kind, kind.value.capitalize()))
    yield from type_.fields.values() if type_ is not None else ()


def goes_to_one(schema: SubgraphSchema, field: Field) -> bool:
    """Whether the field's arguments always name one partition."""
    paths = [walk_inputs(schema, field, path) for path, stands_for_all in _naming(schema, field) if not stands_for_all]
    return any(path is not None and always_names_one(path) for path in paths)


def names_partition(schema: SubgraphSchema, field: Field) -> bool:
    """Whether the field's arguments can name a partition."""
    return any(walk_inputs(schema, field, path) is not None for path, _ in _naming(schema, field))


def _naming(schema: SubgraphSchema, field: Field) -> Iterator[tuple[str, bool]]:
    """The arguments that name partitions, and whether some value stands for all: those that are said to, and the key of what is looked up."""
    named = [said(directive) for directive in applied(field, "partitionedBy")]
    yield from ((str(each.get("argument")), bool(each.get("whole"))) for each in named)
    type_ = schema.types.get(field.base)
    if not named and type_ is not None and not field.type.startswith("["):
        keys = [said(directive) for directive in applied(type_, "partition")]
        yield from ((str(each.get("key")), bool(each.get("whole"))) for each in keys)


def gathers_are_valid(schema: SubgraphSchema) -> Iterator[CompositionError]:
    """The strategy is one for the field's type, and its arguments are there."""
    for field, rule in _gathered(schema):
        strategy = str(rule.get("strategy"))
        fits = FITTING.get(strategy)
        if fits is None or (fault := fits(schema, field)):
            fault = f"there is no such strategy; there are {', '.join(FITTING)}" if fits is None else fault
            message = f"{field.coordinate} cannot be gathered by {strategy}: {fault}."
            yield _error(schema, ErrorCode.GATHER_STRATEGY_INVALID, message, field)
            continue
        yield from _group(schema, field, strategy, rule.get("group"))
        yield from _limit(schema, field, strategy, rule.get("limit"))


def _gathered(schema: SubgraphSchema) -> Iterator[tuple[Field, Mapping[str, Any]]]:
    for type_ in schema.types.values():
        for field in type_.fields.values():
            rule = gathering_of(schema, field)
            if rule is not None:
                yield field, rule


def _list(schema: SubgraphSchema, field: Field) -> str:  # noqa: ARG001 - what fits may look at the schema
    return "" if field.type.startswith("[") else f"its type {field.type} is no list"


def _object(schema: SubgraphSchema, field: Field) -> str:
    type_ = schema.types.get(field.base)
    is_object = type_ is not None and type_.kind is Kind.OBJECT and not field.type.startswith("[")
    return "" if is_object else f"its type {field.type} is no object"


def _rows(schema: SubgraphSchema, field: Field) -> str:
    type_ = schema.types.get(field.base)
    if not field.type.startswith("[") or type_ is None or type_.kind is not Kind.OBJECT:
        return f"its type {field.type} is no list of objects"
    return ""


def _number(schema: SubgraphSchema, field: Field) -> str:
    type_ = schema.types.get(field.base)
    is_number = field.base in ("Int", "Float") or (type_ is not None and type_.kind is Kind.SCALAR)
    return "" if is_number and not field.type.startswith("[") else f"its type {field.type} is no number"


def _leaf(schema: SubgraphSchema, field: Field) -> str:
    type_ = schema.types.get(field.base)
    is_leaf = type_ is None or type_.kind not in COMPOSITE
    return "" if is_leaf and not field.type.startswith("[") else f"its type {field.type} is no scalar"


def _boolean(schema: SubgraphSchema, field: Field) -> str:  # noqa: ARG001 - what fits may look at the schema
    return "" if field.type.rstrip("!") == "Boolean" else f"its type {field.type} is not Boolean"


def _anything(schema: SubgraphSchema, field: Field) -> str:  # noqa: ARG001 - what fits may look at the schema
    return ""


def _connection(schema: SubgraphSchema, field: Field) -> str:
    """Relay's cursor connections, both ways or one (sections 2 to 5)."""
    if fault := _object(schema, field):
        return fault
    edge, info = (_inner(schema, field.base, name) for name in ("edges", "pageInfo"))
    if edge is None or not {"cursor", "node"} <= edge.fields.keys():
        return f"{field.base} has no edges with a cursor and a node"
    if info is None or not {"hasNextPage", "hasPreviousPage", "startCursor", "endCursor"} <= info.fields.keys():
        return f"{field.base} has no pageInfo as Relay has it"
    pairs = (("first", "after"), ("last", "before"))
    if not any(all(name in field.arguments for name in pair) for pair in pairs):
        return "it has neither the arguments first and after nor last and before"
    return ""


def _inner(schema: SubgraphSchema, type_name: TypeName, name: str) -> TypeDefinition | None:
    type_ = schema.types.get(type_name)
    field = type_.fields.get(name) if type_ is not None else None
    return schema.types.get(field.base) if field is not None else None


FITTING: Final[Mapping[str, Callable[[SubgraphSchema, Field], str]]] = {
    "CONCAT": _list,
    "CONNECTION": _connection,
    "GROUP": _rows,
    "FIELDS": _object,
    "SUM": _number,
    "MIN": _leaf,
    "MAX": _leaf,
    "ANY": _boolean,
    "ALL": _boolean,
    "FIRST": _anything,
}
"""Why a field does not fit a strategy; nothing where it does."""


def _group(schema: SubgraphSchema, field: Field, strategy: str, group: Any) -> Iterator[CompositionError]:
    message = None
    if strategy == "GROUP" and (not isinstance(group, str) or walk_fields(schema, field.base, group) is None):
        message = f'{field.coordinate} is to be grouped by "{group or ""}", which is no leaf field of {field.base}.'
    elif strategy != "GROUP" and group is not None:
        message = f"{field.coordinate} has a group, and only GROUP groups."
    if message is not None:
        yield _error(schema, ErrorCode.GATHER_GROUP_INVALID, message, field)
        return
    if strategy not in ("GROUP", "FIELDS"):
        return
    for inner in schema.types[field.base].fields.values():
        if inner.name != str(group).partition(".")[0] and gathering_of(schema, inner) is None:
            message = f"{inner.coordinate} is a part of what {field.coordinate} gathers, and nothing says how its own values become one."
            yield _error(schema, ErrorCode.GATHER_REQUIRED, message, inner)


def _limit(schema: SubgraphSchema, field: Field, strategy: str, limit: Any) -> Iterator[CompositionError]:
    if limit is None:
        return
    argument = field.arguments.get(str(limit))
    if strategy != "CONCAT" or argument is None or argument.type.rstrip("!") != "Int":
        message = f'{field.coordinate} cannot be limited by "{limit}": only CONCAT is, by an argument of the type Int.'
        yield _error(schema, ErrorCode.GATHER_LIMIT_INVALID, message, field)


def orders_are_valid(schema: SubgraphSchema) -> Iterator[CompositionError]:
    """Orders name leaves of the items; what they depend on is a value of an enum that is the type of an argument."""
    for field, rule in _gathered(schema):
        orders = rule.get("order") or []
        strategy = rule.get("strategy")
        for order in orders if isinstance(orders, list) else [orders]:
            fault = _order_fault(schema, field, str(strategy), order if isinstance(order, dict) else {})
            if fault is not None:
                yield _error(
                    schema, ErrorCode.GATHER_ORDER_INVALID, f"The order of {field.coordinate}: {fault}.", field
                )
        if strategy == "CONNECTION" and not orders:
            message = f"{field.coordinate} has pages and no order: nobody could tell which item comes next."
            yield _error(schema, ErrorCode.GATHER_ORDER_INVALID, message, field)


def _order_fault(schema: SubgraphSchema, field: Field, strategy: str, order: Mapping[str, Any]) -> str | None:
    if strategy not in ("CONCAT", "CONNECTION"):
        return f"{strategy} sorts nothing"
    item = field.base
    if strategy == "CONNECTION":
        edge = _inner(schema, field.base, "edges")
        item = edge.fields["node"].base if edge is not None and "node" in edge.fields else item
    for step in str(order.get("by", "")).split(","):
        path, _, direction = step.strip().partition(" ")
        if direction.strip() not in ("", "ASC", "DESC"):
            return f'"{step.strip()}" is neither ASC nor DESC'
        if walk_fields(schema, item, path) is None:
            return f'{item} has no leaf field "{path}"'
    when = order.get("when")
    enums = [schema.types.get(argument.base) for argument in field.arguments.values()]
    if when is not None and not any(type_ is not None and when in type_.values for type_ in enums):
        return f"{when} is no value of an enum among its arguments"
    return None


def _error(schema: SubgraphSchema, code: ErrorCode, message: str, field: Field) -> CompositionError:
    return subgraph_error(code, schema.name, message, coordinate=field.coordinate, nodes=[field.node])
