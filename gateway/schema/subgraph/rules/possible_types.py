"""Which object types a composite type can be in one subgraph."""

from gateway.schema.subgraph.model import Kind, SubgraphSchema
from gateway.types import TypeName


def possible_types(schema: SubgraphSchema, name: TypeName) -> frozenset[TypeName]:
    """The object types that an object, interface or union can be."""
    type_ = schema.types.get(name)
    if type_ is None:
        return frozenset()
    if type_.kind is Kind.UNION:
        return frozenset(type_.members)
    if type_.kind is Kind.INTERFACE:
        return frozenset(t.name for t in schema.implementations(name))
    return frozenset({name})
