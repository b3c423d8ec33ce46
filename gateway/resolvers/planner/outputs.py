"""The selections of a step: what its nodes bring, printed for the subgraph that it goes to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from gateway.resolvers.planner.defers import Guards, shown
from gateway.resolvers.planner.folding import fold
from gateway.resolvers.planner.mismatches import separate
from gateway.resolvers.planner.settling import common_guards
from gateway.resolvers.planner.steps import Leaf, Node
from gateway.resolvers.query_plan import EACH_ITEM, OnTypes, Path, Rename
from gateway.schema.query_graph import TYPENAME, QueryGraph
from gateway.schema.selection import Argument, Field, InlineFragment, Selection, SelectionSet
from gateway.types import TypeName

_TYPENAME = Field(TYPENAME)


@dataclass(frozen=True, slots=True)
class Output:
    """What to select of an object, and the renames that the answer then needs, outermost first."""

    selections: SelectionSet
    renames: tuple[Rename, ...] = ()


def read_output(graph: QueryGraph, node: Node, variables: tuple[Argument, ...] = ()) -> Output:
    """The output of a node; ``variables`` are the context arguments of its conditional field."""
    own, renames = _own_fields(graph, node, variables)
    branches: dict[TypeName, list[Selection]] = {}
    for child in _live_children(node):
        if child.position.branch is None:
            continue
        inner = read_output(graph, child)
        if graph.is_interface_object(node.slot):
            own += inner.selections
            renames += inner.renames
        else:
            branches.setdefault(child.slot.type, []).extend(inner.selections)
            renames += _under((OnTypes((child.slot.type,)),), inner.renames)
    if _needs_typename(graph, node, bool(branches)) or (node.is_present and all(s.guards for s in own)):
        own = [_TYPENAME, *own]
    fragments = {name: merge(selections) for name, selections in sorted(branches.items())}
    own_merged, fragments = fold(graph, node.slot, merge(own), fragments)
    selections, separated = separate(graph, node.slot, own_merged, fragments)
    return Output(selections, (*separated, *renames))


def _live_children(node: Node) -> Iterator[Node]:
    return (child for child in node.children.values() if child.is_live)


def _needs_typename(graph: QueryGraph, node: Node, has_branches: bool) -> bool:
    """Type conditions, here or in later steps, and the client's own abstract objects are told apart by ``__typename``."""
    if graph.is_interface_object(node.slot):
        return False
    position = node.position
    return has_branches or (graph.kinds[position.type].is_abstract and not position.is_internal)


def _own_fields(graph: QueryGraph, node: Node, variables: tuple[Argument, ...]) -> tuple[list[Selection], list[Rename]]:
    """The fields of the object itself: in the client's order, then what other steps read."""
    ranked: list[tuple[tuple[int, int], Field]] = []
    renames: list[Rename] = []
    order = node.position.order
    for key, leaf in node.leaves.items():
        rank = (-1 if key == TYPENAME else order.get(key, len(order)), len(ranked))
        ranked += [(rank, field) for field in _leaf_fields(key, leaf)]
    for child in _live_children(node):
        if child.position.branch is None:
            field, inner = _composite_field(graph, child)
            ranked.append(((order.get(child.position.key, len(order)), len(ranked)), field))
            renames += inner
    ranked.sort(key=lambda item: item[0])
    fields: list[Selection] = [f for _, f in ranked]
    if variables:
        fields = [_with_arguments(f, variables) for _, f in ranked]
    return fields, renames


def _with_arguments(field: Field, variables: tuple[Argument, ...]) -> Field:
    return replace(field, arguments=tuple(sorted((*field.arguments, *variables))))


def _leaf_fields(key: str, leaf: Leaf) -> Iterator[Field]:
    field = leaf.field
    found = list(dict.fromkeys(shown(guards) for guards in leaf.wanted))
    for guards in found:
        if not any(set(other) < set(guards) for other in found):
            yield Field(field.name, key if key != field.name else None, field.arguments, guards, field.directives)


def _composite_field(graph: QueryGraph, child: Node) -> tuple[Field, list[Rename]]:
    position = child.position
    inner = read_output(graph, child)
    guards = shown(position.guards)
    selections = inner.selections
    if position.is_internal:
        guards = common_guards(_top_guards(selections))
        selections = without_guards(selections, guards)
    base = position.field
    assert base is not None  # noqa: S101  # a composite is led to by a field
    key = position.key
    field = Field(base.name, key if key != base.name else None, base.arguments, guards, base.directives, selections)
    return field, _under((key, *(EACH_ITEM,) * position.list_depth), inner.renames)


def _top_guards(selections: SelectionSet) -> Iterator[Guards]:
    for selection in selections:
        if selection == _TYPENAME:
            continue
        if isinstance(selection, InlineFragment) and not selection.guards:
            yield from _top_guards(selection.selections)
        else:
            yield selection.guards


def _under(prefix: Path, renames: Iterable[Rename]) -> list[Rename]:
    return [Rename((*prefix, *rename.path), rename.key, rename.to) for rename in renames]


def without_guards(selections: SelectionSet, guards: Guards) -> SelectionSet:
    """The selections without guards that are known to hold."""
    if not guards:
        return selections
    return tuple(
        replace(
            selection,
            guards=tuple(guard for guard in selection.guards if guard not in guards),
            selections=without_guards(selection.selections, guards),
        )
        for selection in selections
    )


def merge(selections: Iterable[Selection]) -> SelectionSet:
    """Selections where each response key and each type condition stands once for each set of guards."""
    merged: dict[object, Selection] = {}
    for selection in selections:
        name = selection.response_key if isinstance(selection, Field) else (selection.type_condition,)
        key = (name, selection.guards)
        known = merged.get(key)
        if known is None:
            merged[key] = selection
        elif selection.selections:
            merged[key] = replace(known, selections=merge((*known.selections, *selection.selections)))
    return tuple(merged.values())
