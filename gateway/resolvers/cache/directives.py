"""What a supergraph's directives say about caching, by subgraph: ``@cacheControl``, ``@cacheTag``, ``@invalidates``, and ``@partition``.

Federation's ``@cacheTag``, and our composer for the others, carry each with the subgraphs that wrote it (``@join__directive``). Another composer brings
a composed directive without them (``@composeDirective``): it then holds for every subgraph that has the element.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    DirectiveNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    UnionTypeDefinitionNode,
    value_from_ast_untyped,
)

from gateway.resolvers.cache.policy import Policy, strictest
from gateway.schema.supergraph import Supergraph
from gateway.types import SubgraphName

Coordinate = str
"""``Type`` or ``Type.field``."""

READ: Final = ("cacheControl", "cacheTag", "invalidates", "partition", "partitionedBy", "gather")


@dataclass(frozen=True, slots=True)
class Applied:
    """One directive on one element. ``subgraphs`` are those that wrote it; None where that is not known."""

    name: str
    arguments: Mapping[str, Any]
    subgraphs: frozenset[SubgraphName] | None


@dataclass(frozen=True, slots=True)
class Hint:
    """What ``@cacheControl``, or a setting, says of one element. ``inherits``: it is as its parent is."""

    policy: Policy
    inherits: bool = False


@dataclass(frozen=True, slots=True)
class Directives:
    """All that was found, by coordinate."""

    by_coordinate: Mapping[Coordinate, tuple[Applied, ...]] = field(default_factory=dict)

    def of(self, name: str, coordinate: Coordinate, subgraph: SubgraphName) -> Iterator[Mapping[str, Any]]:
        """The arguments of each application of a directive that holds for a subgraph."""
        for applied in self.by_coordinate.get(coordinate, ()):
            if applied.name == name and (applied.subgraphs is None or subgraph in applied.subgraphs):
                yield applied.arguments

    def hint(self, coordinate: Coordinate, subgraph: SubgraphName) -> Hint | None:
        """What ``@cacheControl`` says of an element."""
        said = list(self.of("cacheControl", coordinate, subgraph))
        if not said:
            return None
        policies = [Policy(_number(one.get("maxAge")), one.get("scope") == "PRIVATE") for one in said]
        return Hint(strictest(policies), inherits=all(one.get("inheritMaxAge") is True for one in said))

    def speaks_of(self, subgraph: SubgraphName) -> bool:
        """Whether a subgraph says anything of how long its answers may be kept."""
        return any(
            applied.name == "cacheControl" and (applied.subgraphs is None or subgraph in applied.subgraphs)
            for found in self.by_coordinate.values()
            for applied in found
        )


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def read_directives(supergraph: Supergraph) -> Directives:
    """Every directive that matters here."""
    names = {view.join_name: name for name, view in supergraph.subgraphs.items()}
    found: dict[Coordinate, tuple[Applied, ...]] = {}
    for definition in supergraph.document.definitions:
        if not isinstance(definition, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode | UnionTypeDefinitionNode):
            continue
        type_name = definition.name.value
        fields = () if isinstance(definition, UnionTypeDefinitionNode) else definition.fields or ()
        for coordinate, element in (
            (type_name, definition),
            *((f"{type_name}.{each.name.value}", each) for each in fields),
        ):
            read = tuple(_read(element.directives or (), names))
            if read:
                found[coordinate] = read
    return Directives(found)


def _read(nodes: tuple[DirectiveNode, ...], names: Mapping[str, SubgraphName]) -> Iterator[Applied]:
    composed: dict[str, list[Applied]] = {}
    carried: list[Applied] = []
    for node in nodes:
        arguments = {one.name.value: value_from_ast_untyped(one.value) for one in node.arguments or ()}
        if node.name.value == "join__directive":
            name = str(arguments.get("name", "")).removeprefix("federation__")
            graphs = frozenset(names[graph] for graph in arguments.get("graphs") or () if graph in names)
            carried.append(Applied(name, arguments.get("args") or {}, graphs or None))
        else:
            composed.setdefault(node.name.value, []).append(Applied(node.name.value, arguments, None))
    known = {applied.name for applied in carried}
    for applied in (*carried, *(one for name, ones in composed.items() if name not in known for one in ones)):
        if applied.name in READ:
            yield applied
