"""Directives that the supergraph carries through for gateways, each with its subgraphs (join specification v0.4, ``@join__directive``)."""

from collections.abc import Sequence
from typing import Final

from graphql import ConstListValueNode, ConstObjectFieldNode, ConstObjectValueNode, NameNode, print_ast

from gateway.schema.composition.merge.join import join
from gateway.schema.composition.merge.state import Part
from gateway.schema.subgraph.model import Applied, Element

CARRIED: Final = ("cacheTag",)


def carry_directives(sources: Sequence[tuple[Part, Element]]) -> tuple[Applied, ...]:
    """One ``@join__directive`` for each distinct application, naming every subgraph that has it."""
    found: dict[tuple[str, str], tuple[Applied, list[Part]]] = {}
    for part, element in sources:
        for directive in element.directives:
            if directive.spec in CARRIED:
                arguments = {name: print_ast(value) for name, value in directive.arguments.items()}
                key = (str(directive.spec), str(sorted(arguments.items())))
                found.setdefault(key, (directive, []))[1].append(part)
    return tuple(_carry(*found[key]) for key in sorted(found))


def _carry(directive: Applied, parts: Sequence[Part]) -> Applied:
    fields = (ConstObjectFieldNode(name=NameNode(value=n), value=v) for n, v in sorted(directive.arguments.items()))
    return join(
        "directive",
        graphs=ConstListValueNode(values=tuple(part.graph_value for part in parts)),
        name=f"federation__{directive.spec}",
        args=ConstObjectValueNode(fields=tuple(fields)),
    )
