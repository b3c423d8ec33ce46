"""A field that several subgraphs resolve is shareable in each of them (federation specification, ``@shareable``)."""

from dataclasses import dataclass

from gateway.schema.codes import ErrorCode
from gateway.schema.composition.merge.arguments import FieldSources
from gateway.schema.composition.merge.interface_objects import abstracting_fields
from gateway.schema.composition.merge.override import Overrides
from gateway.schema.composition.merge.state import MergeState, Part, names_of
from gateway.schema.subgraph.model import Field
from gateway.types import FieldName, TypeName


@dataclass(frozen=True, slots=True)
class _Resolver:
    part: Part
    field: Field

    @property
    def is_shareable(self) -> bool:
        """What is only provided on some paths is marked where it is resolved, not where it is provided."""
        facts, coordinate = self.part.facts, self.field.coordinate
        return coordinate in facts.shareable or coordinate in facts.provided


def check_sharing(
    state: MergeState, type_name: TypeName, name: FieldName, sources: FieldSources, overrides: Overrides
) -> None:
    """Fail where a field has two resolvers and one of them does not share."""
    coordinate = f"{type_name}.{name}"
    resolvers = [_Resolver(p, f) for p, f in sources if not overrides.is_overridden(p.name)]
    having = {part.name for part, _ in sources}
    for part in state.parts if state.interface_objects else ():
        if part.name not in having:
            resolvers += [_Resolver(part, field) for field in abstracting_fields(state, part, type_name, name)]
    resolvers = [r for r in resolvers if not r.part.facts.is_fully_external(r.field.coordinate)]
    selfish = [r for r in resolvers if not r.is_shareable]
    if not selfish or len(resolvers) < 2:
        return
    where = names_of(r.part for r in resolvers)
    blamed = "any of them" if len(selfish) == len(resolvers) else names_of(r.part for r in selfish)
    old = [r.part for r in resolvers if not r.part.schema.is_federation_2]
    note = (
        f" ({names_of(old)} has no @link to the federation specification and was read as Federation 1.)" if old else ""
    )
    through = "".join(
        f' In "{r.part.name}" it is {r.field.coordinate} of an @interfaceObject.'
        for r in resolvers
        if r.field.parent != type_name
    )
    message = f"{coordinate} is resolved by {where}, but it is not @shareable in {blamed}.{through}{note}"
    state.fail(ErrorCode.INVALID_FIELD_SHARING, message, coordinate, [(r.part, r.field.node) for r in resolvers])
