"""What types there are, of which kind, with which interfaces and members: known before any field is merged."""

from collections.abc import Sequence
from functools import partial

from gateway.schema.codes import ErrorCode, HintCode
from gateway.schema.composition.merge.join import join, join_types
from gateway.schema.composition.merge.known import Recall, outline_basis
from gateway.schema.composition.merge.phrase import say_variants
from gateway.schema.composition.merge.state import MergeState, Part, names_of
from gateway.schema.subgraph.model import Kind, TypeDefinition
from gateway.schema.subgraph.reading import DEFAULT_ROOTS
from gateway.types import TypeName

TypeSources = Sequence[tuple[Part, TypeDefinition]]


def merge_shallow(state: MergeState, recall: Recall) -> None:
    """Put every type into the state without its fields, inputs and values. Types of differing kinds are errors, and left out."""
    names = sorted({name for part in state.parts for name in part.schema.types})
    for name in names:
        outline = recall.merge(name, outline_basis(state, name), partial(_outline, state, name))
        if outline is not None:
            state.types[name] = outline
    _find_members(state)


def _outline(state: MergeState, name: TypeName) -> TypeDefinition | None:
    sources = state.having(name)
    kinds = {_merged_kind(part, type_) for part, type_ in sources}
    _check_base(state, name, sources)
    if len(kinds) > 1:
        _fail_on_kinds(state, name, sources)
        return None
    return _shallow(state, name, kinds.pop(), sources)


def _check_base(state: MergeState, name: TypeName, sources: TypeSources) -> None:
    """What is extended is defined somewhere, as the same kind of type."""
    defined = {_merged_kind(part, type_) for part, type_ in sources if type_.has_definition}
    orphans = [(part, type_) for part, type_ in sources if _merged_kind(part, type_) not in defined]
    if orphans and name not in DEFAULT_ROOTS.values():
        message = f"{name} is only extended, in {names_of(part for part, _ in orphans)}, and no subgraph defines it."
        places = [(part, node) for part, type_ in orphans for node in type_.nodes]
        state.fail(ErrorCode.EXTENSION_WITH_NO_BASE, message, name, places)


def _merged_kind(part: Part, type_: TypeDefinition) -> Kind:
    return Kind.INTERFACE if part.is_interface_object(type_.name) else type_.kind


def _fail_on_kinds(state: MergeState, name: TypeName, sources: TypeSources) -> None:
    kinds: dict[str, list[str]] = {}
    for part, type_ in sources:
        kind = "Interface Object" if part.is_interface_object(name) else type_.kind.value
        kinds.setdefault(kind, []).append(part.name)
    message = f"{name} is of different kinds: {say_variants(kinds)}."
    state.fail(ErrorCode.TYPE_KIND_MISMATCH, message, name, [(p, n) for p, t in sources for n in t.nodes])


def _shallow(state: MergeState, name: TypeName, kind: Kind, sources: TypeSources) -> TypeDefinition:
    joins = [d for part, type_ in sources for d in join_types(part, type_)]
    interfaces = sorted({interface for _, type_ in sources for interface in type_.interfaces})
    implements = [
        join("implements", graph=part.graph_value, interface=interface)
        for part, type_ in sources
        for interface in type_.interfaces
    ]
    members = _members(state, name, sources) if kind is Kind.UNION else ()
    union = [
        join("unionMember", graph=part.graph_value, member=member)
        for part, type_ in sources
        for member in type_.members
    ]
    return TypeDefinition(
        name=name,
        kind=kind,
        description=None,
        directives=(*implements, *joins, *union),
        interfaces=tuple(interfaces),
        members=members,
    )


def _members(state: MergeState, name: TypeName, sources: TypeSources) -> tuple[TypeName, ...]:
    members = tuple(dict.fromkeys(member for _, type_ in sources for member in type_.members))
    for member in members:
        lacking = [(part, type_) for part, type_ in sources if member not in type_.members]
        if lacking:
            having = names_of(part for part, type_ in sources if member in type_.members)
            message = f"Union {name} has the member {member} in {having}, but not in {names_of(p for p, _ in lacking)}."
            places = [(p, n) for p, t in lacking for n in t.nodes]
            state.hint(HintCode.INCONSISTENT_UNION_MEMBER, message, name, places)
    return tuple(sorted(members))


def _find_members(state: MergeState) -> None:
    for type_ in state.types.values():
        if type_.kind is Kind.UNION:
            state.members.setdefault(type_.name, set()).update(type_.members)
        for interface in type_.interfaces:
            state.members.setdefault(interface, set()).add(type_.name)
