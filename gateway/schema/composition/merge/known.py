"""What is known of the last merge: each type with all that it was made of, so that it is made again only when something of that changed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from graphql import DefinitionNode

from gateway.schema.composition.merge.state import MergeState, Notes, Part
from gateway.schema.subgraph.model import Kind, TypeDefinition
from gateway.types import TypeName

Basis = tuple[object, ...]
"""All that a type is made of but for the climate: parts and names. Equal bases give equal types and notes."""

Climate = tuple[object, ...]
"""What the merge of any type may depend on."""


@dataclass(frozen=True, slots=True)
class Known:
    """One type as it was merged, of what, and what was noted on the way. ``type`` is None where it is left out."""

    basis: Basis
    type: TypeDefinition | None
    notes: Notes


@dataclass(frozen=True, slots=True)
class KnownMerge:
    """One whole merge. ``outlines`` are the types before their fields were merged, ``nodes`` what was written down of each."""

    parts: tuple[Part, ...] = ()
    climate: Climate = ()
    outlines: Mapping[TypeName, Known] = field(default_factory=dict)
    types: Mapping[TypeName, Known] = field(default_factory=dict)
    nodes: Mapping[TypeName, tuple[TypeDefinition, DefinitionNode]] = field(default_factory=dict)


NOTHING_KNOWN: Final = KnownMerge()


class Recall:
    """Merges types one by one, each anew or as it is known, and remembers them for the next time."""

    def __init__(self, state: MergeState, known: Mapping[TypeName, Known]) -> None:
        self.state = state
        self.known = known
        self.found: dict[TypeName, Known] = {}

    def merge(self, name: TypeName, basis: Basis, anew: Callable[[], TypeDefinition | None]) -> TypeDefinition | None:
        """The type as it is known where its basis is the same and every question about members has the same answer."""
        found = earlier = self.known.get(name)
        if found is None or found.basis != basis or not self._holds(found.notes):
            with self.state.apart() as notes:
                type_ = anew()
            # What was merged again to no effect stays the same object, so that what was made of it can be kept.
            found = Known(basis, earlier.type if earlier is not None and earlier.type == type_ else type_, notes)
        self.found[name] = found
        self.state.notes.add(found.notes)
        return found.type

    def _holds(self, notes: Notes) -> bool:
        members = self.state.members
        return all((name in members.get(abstract, ())) is answer for (abstract, name), answer in notes.members.items())


def climate_of(state: MergeState) -> Climate:
    """Names and composed directives; where anything is overridden, also which subgraphs there are."""
    overrides = any("override" in part.applied for part in state.parts)
    names = tuple(part.name for part in state.parts) if overrides else ()
    return dict(state.names), dict(state.composed), frozenset(state.composed_in), names


def outline_basis(state: MergeState, name: TypeName) -> Basis:
    """An outline is made of what subgraphs say of the type."""
    return tuple(part for part, _ in state.having(name))


def type_basis(state: MergeState, type_: TypeDefinition) -> Basis:
    """A type is made of the subgraphs that have it, of interface objects that stand for it, and of an interface's implementations."""
    basis: list[object] = [type_, *outline_basis(state, type_.name)]
    basis += [(name, tuple(state.interface_objects.get(name, ()))) for name in (type_.name, *type_.interfaces)]
    if type_.kind is Kind.INTERFACE:
        members = sorted(state.members.get(type_.name, ()))
        basis += [(name, state.types[name].kind, outline_basis(state, name)) for name in members]
    if type_.kind is Kind.ENUM:
        uses = (state.whole.used_as_input, state.whole.used_as_output)
        basis += [used.get(type_.name) for used in uses]
    return tuple(basis)
