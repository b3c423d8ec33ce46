"""Response shapes: whether two selections of one subgraph may stand side by side under the same response key.

GraphQL specification, section 5.3.2, SameResponseShape, by the types that the fields have in that subgraph.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.schema.query_graph import TYPENAME, QueryGraph
from gateway.schema.selection import Field, SelectionSet
from gateway.types import ResponseKey, SubgraphName, TypeName


@dataclass(frozen=True, slots=True)
class Typed:
    """A field of a parent type."""

    parent: TypeName
    field: Field


@dataclass(frozen=True, slots=True)
class Shapes:
    """Compares fields by their types in one subgraph."""

    graph: QueryGraph
    subgraph: SubgraphName

    def agree(self, a: Typed, b: Typed) -> bool:
        """Whether both may have the same response key."""
        type_a, type_b = self.type_of(a), self.type_of(b)
        name_a, name_b = type_a.strip("[]!"), type_b.strip("[]!")
        if type_a.replace(name_a, "") != type_b.replace(name_b, ""):
            return False
        if not a.field.selections or not b.field.selections:
            return name_a == name_b
        return self.selections_agree((name_a, a.field.selections), (name_b, b.field.selections))

    def selections_agree(self, a: tuple[TypeName, SelectionSet], b: tuple[TypeName, SelectionSet]) -> bool:
        """Whether two selection sets may be of the same object."""
        by_key: dict[ResponseKey, list[Typed]] = {}
        for one in flatten(*a):
            by_key.setdefault(one.field.response_key, []).append(one)
        return all(self.agree(one, other) for other in flatten(*b) for one in by_key.get(other.field.response_key, ()))

    def type_of(self, one: Typed) -> str:
        """The field's type in the subgraph, as text."""
        if one.field.name == TYPENAME:
            return "String!"
        edge = self.graph.edges.get((one.parent, one.field.name, self.subgraph))
        return edge.type if edge is not None else self.graph.supergraph.field_types[one.parent][one.field.name]


def flatten(parent: TypeName, selections: SelectionSet) -> Iterator[Typed]:
    """All fields of an object, through its type conditions."""
    for selection in selections:
        if isinstance(selection, Field):
            yield Typed(parent, selection)
        else:
            yield from flatten(selection.type_condition or parent, selection.selections)
