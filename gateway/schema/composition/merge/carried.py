"""Directives that the supergraph carries through for gateways, each with its subgraphs (join specification v0.4, ``@join__directive``)."""

from collections.abc import Sequence
from typing import Final

from graphql import ConstListValueNode, ConstObjectFieldNode, ConstObjectValueNode, NameNode, print_ast

from gateway.schema.composition.merge.join import join
from gateway.schema.composition.merge.state import Part
from gateway.schema.subgraph.model import Applied, Element, Field, Kind, TypeDefinition

CARRIED: Final = ("cacheTag",)
"""Directives of federation, by their own names."""

CARRIED_BY_NAME: Final = ("cacheControl", "invalidates", "partition", "partitionedBy", "gather")
"""Directives that authors define themselves, with or without a link, and that mean nothing without the subgraph that says them."""


def carry_directives(sources: Sequence[tuple[Part, Element]]) -> tuple[Applied, ...]:
    """One ``@join__directive`` for each distinct application, naming every subgraph that has it."""
    found: dict[tuple[str, str], tuple[Applied, list[Part]]] = {}
    for part, element in sources:
        for directive in element.directives:
            if directive.spec in CARRIED or (
                (directive.spec or directive.name) in CARRIED_BY_NAME and _can_carry(element)
            ):
                arguments = {name: print_ast(value) for name, value in directive.arguments.items()}
                key = (str(directive.spec or directive.name), str(sorted(arguments.items())))
                found.setdefault(key, (directive, []))[1].append(part)
    return tuple(_carry(*found[key]) for key in sorted(found))


def _can_carry(element: Element) -> bool:
    """Whether ``@join__directive`` may stand there."""
    return isinstance(element, Field) or (
        isinstance(element, TypeDefinition) and element.kind in (Kind.OBJECT, Kind.INTERFACE)
    )


def _carry(directive: Applied, parts: Sequence[Part]) -> Applied:
    fields = (ConstObjectFieldNode(name=NameNode(value=n), value=v) for n, v in sorted(directive.arguments.items()))
    return join(
        "directive",
        graphs=ConstListValueNode(values=tuple(part.graph_value for part in parts)),
        name=f"federation__{directive.spec}" if directive.spec in CARRIED else directive.spec or directive.name,
        args=ConstObjectValueNode(fields=tuple(fields)),
    )
