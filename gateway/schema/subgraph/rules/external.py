"""``@external`` marks fields of objects that some federation directive here needs."""

from collections.abc import Iterator

from gateway.errors import CompositionError
from gateway.schema.codes import ErrorCode
from gateway.schema.subgraph.facts import find_facts
from gateway.schema.subgraph.model import Kind, SubgraphSchema, has
from gateway.schema.subgraph.report import subgraph_error


def external_is_not_on_interfaces(schema: SubgraphSchema) -> Iterator[CompositionError]:
    """A field of an interface is resolved by no one, so it is external to no one."""
    for type_ in schema.types.values():
        for field in type_.fields.values() if type_.kind is Kind.INTERFACE else ():
            if has(field, "external"):
                yield subgraph_error(
                    ErrorCode.EXTERNAL_ON_INTERFACE,
                    schema.name,
                    f"{field.coordinate} is a field of an interface and cannot be @external; mark the fields of its implementations.",
                    coordinate=field.coordinate,
                    nodes=[field.node],
                )


def external_is_used(schema: SubgraphSchema) -> Iterator[CompositionError]:
    """An external field is in some key, ``@requires``, ``@provides`` or context, or an interface asks for it."""
    facts = find_facts(schema)
    for type_ in schema.types.values():
        for field in type_.fields.values():
            if field.coordinate in facts.external and field.coordinate not in facts.used:
                yield subgraph_error(
                    ErrorCode.EXTERNAL_UNUSED,
                    schema.name,
                    f"{field.coordinate} is @external, but no @key, @requires or @provides here needs it, and no interface asks for it.",
                    coordinate=field.coordinate,
                    nodes=[field.node],
                )
