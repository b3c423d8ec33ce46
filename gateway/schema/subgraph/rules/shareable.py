"""``@shareable`` stands on objects and their fields, once for each definition or extension."""

from collections import Counter
from collections.abc import Iterator

from gateway.errors import CompositionError
from gateway.schema.codes import ErrorCode
from gateway.schema.subgraph.model import Element, Kind, SubgraphSchema, applied
from gateway.schema.subgraph.report import subgraph_error


def shareable_is_well_placed(schema: SubgraphSchema) -> Iterator[CompositionError]:
    """Not on fields of interfaces, and not twice on one declaration."""
    for type_ in schema.types.values():
        elements: list[tuple[str, Element]] = [(type_.name, type_)]
        elements += [(field.coordinate, field) for field in type_.fields.values()]
        for coordinate, element in elements:
            found = list(applied(element, "shareable"))
            twice = [block for block, count in Counter(d.block for d in found).items() if count > 1]
            if twice:
                message = f"@shareable stands twice on one declaration of {coordinate}; once is enough."
            elif found and element is not type_ and type_.kind is Kind.INTERFACE:
                message = (
                    f"{coordinate} is a field of an interface; only fields of object types are resolved, and so shared."
                )
            else:
                continue
            nodes = [d.node for d in found]
            yield subgraph_error(
                ErrorCode.INVALID_SHAREABLE_USAGE, schema.name, message, coordinate=coordinate, nodes=nodes
            )
