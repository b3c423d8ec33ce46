"""What every step of one merge sees: the subgraphs, what is known of them, and the errors and hints found so far."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from graphql import EnumValueNode, Node

from gateway.errors import CompositionError, Hint, SourceLocation
from gateway.schema.codes import ErrorCode, HintCode
from gateway.schema.composition.merge.phrase import say_subgraphs
from gateway.schema.subgraph import Facts, SubgraphSchema
from gateway.schema.subgraph.model import Kind, TypeDefinition, has
from gateway.schema.subgraph.report import location_of
from gateway.types import SubgraphName, TypeName


@dataclass(frozen=True, slots=True)
class Part:
    """One subgraph in a merge. ``graph`` is its value in the enum of graphs.

    ``applied`` are the specifications' directives that it applies, each with the names that it has there.
    """

    schema: SubgraphSchema
    facts: Facts
    graph: str
    applied: Mapping[str, frozenset[str]]

    @property
    def name(self) -> SubgraphName:
        return self.schema.name

    @property
    def graph_value(self) -> EnumValueNode:
        return EnumValueNode(value=self.graph)

    def is_interface_object(self, type_name: TypeName) -> bool:
        """Whether an interface of the supergraph is an object here (``@interfaceObject``)."""
        type_ = self.schema.types.get(type_name)
        return type_ is not None and type_.kind is Kind.OBJECT and has(type_, "interfaceObject")


@dataclass(slots=True)
class Notes:
    """What is noted while something is merged: errors and hints, what types are used for, and which members were asked for."""

    errors: list[CompositionError] = field(default_factory=list)
    hints: list[Hint] = field(default_factory=list)
    used_as_input: dict[TypeName, str] = field(default_factory=dict)
    used_as_output: dict[TypeName, str] = field(default_factory=dict)
    members: dict[tuple[TypeName, TypeName], bool] = field(default_factory=dict)

    def add(self, other: "Notes") -> None:
        """Take in what was noted apart. The first use of a type is the one that is told."""
        self.errors += other.errors
        self.hints += other.hints
        for own, added in (
            (self.used_as_input, other.used_as_input),
            (self.used_as_output, other.used_as_output),
        ):
            for name, coordinate in added.items():
                own.setdefault(name, coordinate)


@dataclass(slots=True)
class MergeState:
    """Grows while types are merged. ``members`` says which types belong to each union and interface of the supergraph."""

    parts: Sequence[Part]
    types: dict[TypeName, TypeDefinition] = field(default_factory=dict)
    members: dict[TypeName, set[TypeName]] = field(default_factory=dict)
    notes: Notes = field(default_factory=Notes)
    """Where whatever is merged now writes."""
    whole: Notes = field(init=False)
    """The notes of the whole merge so far."""
    sources: dict[TypeName, list[tuple[Part, TypeDefinition]]] = field(init=False)
    interface_objects: dict[TypeName, list[Part]] = field(init=False)
    """Interfaces of the supergraph that some subgraphs have as objects, with those subgraphs."""
    names: dict[str, str] = field(default_factory=dict)
    """Specifications' directives that subgraphs apply, with their names in the supergraph."""
    composed: dict[str, bool] = field(default_factory=dict)
    """The authors' directives that the supergraph carries; true for those that may be repeated."""
    composed_in: set[tuple[SubgraphName, str]] = field(default_factory=set)
    """In which subgraphs a composed directive's name means that directive."""

    def __post_init__(self) -> None:
        self.whole = self.notes
        self.sources, self.interface_objects = {}, {}
        for part in self.parts:
            for name, type_ in part.schema.types.items():
                self.sources.setdefault(name, []).append((part, type_))
                if part.is_interface_object(name):
                    self.interface_objects.setdefault(name, []).append(part)

    def is_member(self, abstract: TypeName, type_name: TypeName) -> bool:
        """Whether a type belongs to an abstract one in the supergraph; the answer is noted."""
        found = self.notes.members[abstract, type_name] = type_name in self.members.get(abstract, ())
        return found

    @contextmanager
    def apart(self) -> Iterator[Notes]:
        """New notes meanwhile, and none of them are taken in afterwards."""
        outer, self.notes = self.notes, Notes()
        try:
            yield self.notes
        finally:
            self.notes = outer

    def fail(
        self,
        code: ErrorCode,
        message: str,
        coordinate: str,
        places: Iterable[tuple[Part, Node | None]] = (),
        mend: str = "",
    ) -> None:
        """Note an error, with the places in each SDL that it speaks of."""
        subgraphs, locations = _where(places)
        self.notes.errors.append(
            CompositionError(str(code), message, coordinate, subgraphs, locations, mend or code.mend)
        )

    def hint(
        self, code: HintCode, message: str, coordinate: str, places: Iterable[tuple[Part, Node | None]] = ()
    ) -> None:
        """Note a hint."""
        subgraphs, locations = _where(places)
        self.notes.hints.append(Hint(str(code), message, coordinate, subgraphs, locations))

    def having(self, type_name: TypeName) -> list[tuple[Part, TypeDefinition]]:
        """The subgraphs that have a type, with their definitions of it."""
        return self.sources.get(type_name, [])


def names_of(parts: Iterable[Part]) -> str:
    """Subgraphs in words."""
    return say_subgraphs(part.name for part in parts)


def _where(
    places: Iterable[tuple[Part, Node | None]],
) -> tuple[tuple[SubgraphName, ...], tuple[SourceLocation, ...]]:
    found = list(places)
    locations = [place for part, node in found for place in location_of(part.name, node)]
    return tuple(sorted({part.name for part, _ in found})), tuple(sorted(locations))
