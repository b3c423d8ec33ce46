"""Drafts: the ``_entities`` calls that steps make, joined where one call can do the work of several."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from gateway.resolvers.planner.defers import Guards
from gateway.resolvers.planner.outputs import merge, read_output, without_guards
from gateway.resolvers.planner.settling import effective_guards
from gateway.resolvers.planner.shapes import Shapes
from gateway.resolvers.planner.steps import Node, Opening, Step
from gateway.resolvers.planner.tree import OperationPosition
from gateway.resolvers.query_plan import ContextInput, EntityInput, Path, Rename
from gateway.schema.query_graph import TYPENAME, QueryGraph
from gateway.schema.selection import Argument, Field, InlineFragment, SelectionSet
from gateway.types import FieldName, SubgraphName, TypeName


@dataclass(frozen=True, slots=True)
class Draft:
    """One ``_entities`` call. ``selections`` maps each type to select on to what to select; equal drafts may be one."""

    subgraph: SubgraphName
    paths: tuple[Path, ...]
    inputs: tuple[EntityInput, ...]
    selections: tuple[tuple[TypeName, SelectionSet], ...]
    guards: Guards
    renames: tuple[Rename, ...]
    contexts: tuple[tuple[ContextInput, str], ...]
    serves: tuple[str, ...]


def draft_steps(graph: QueryGraph, steps: Iterable[Step]) -> Iterator[Draft]:
    """The calls of steps that share a request: one for each position, unless parts of it must not share their inputs' fate."""
    by_position: dict[OperationPosition, list[list[Opening]]] = {}
    for step in steps:
        groups = by_position.setdefault(step.position, [])
        for opening in step.openings.values():
            group = next((g for g in groups if all(_can_share(graph, opening, other) for other in g)), None)
            if group is None:
                groups.append([opening])
            else:
                group.append(opening)
    for groups in by_position.values():
        yield from (_draft(graph, group) for group in groups)


def _can_share(graph: QueryGraph, a: Opening, b: Opening) -> bool:
    """Whether one list of representations can serve both, without one losing its answer for want of the other's inputs."""
    if a.contexts or b.contexts or a.key != b.key or a.node.slot.type != b.node.slot.type:
        return False
    if effective_guards(a.node) != effective_guards(b.node):
        return False
    if _join_inputs(a.inputs, b.inputs) is None:
        return False
    return all(o.is_read_together or _is_nullable(graph, o.node.slot.type, o.requires) for o in (a, b))


def _is_nullable(graph: QueryGraph, type_name: TypeName, selections: SelectionSet) -> bool:
    """Whether everything that a requirement reads may be null, so that its absence keeps no entity from being sent."""
    for selection in selections:
        if isinstance(selection, InlineFragment):
            if not _is_nullable(graph, selection.type_condition or type_name, selection.selections):
                return False
        elif selection.name != TYPENAME:
            text = graph.supergraph.field_types[type_name][selection.name]
            if text.endswith("!") or not _is_nullable(graph, text.strip("[]!"), selection.selections):
                return False
    return True


def _join_inputs(a: SelectionSet, b: SelectionSet) -> SelectionSet | None:
    """Both inputs in one, or None where they read the same field by different keys."""
    joined = merge((*a, *b))
    return joined if _reads_alike(joined, {}) else None


def _reads_alike(selections: SelectionSet, outer: Mapping[FieldName, str]) -> bool:
    """Whether each field is read by one key, also where it is read of one type, and below other fields."""
    keys = dict(outer)
    fields = [selection for selection in selections if isinstance(selection, Field)]
    for field in fields:
        if keys.setdefault(field.name, field.response_key) != field.response_key:
            return False
    fragments = [selection for selection in selections if isinstance(selection, InlineFragment)]
    return all(_reads_alike(field.selections, {}) for field in fields) and all(
        _reads_alike(fragment.selections, keys) for fragment in fragments
    )


def _draft(graph: QueryGraph, openings: list[Opening]) -> Draft:
    first = openings[0].node
    guards = effective_guards(first)
    contexts = tuple(context for opening in openings for context in _contexts(opening))
    read = merge(selection for opening in openings for selection in (*opening.key, *opening.inputs))
    inputs = tuple(s for s in read if not isinstance(s, Field) or s.name != TYPENAME)
    outputs = [read_output(graph, opening.node, _variables(opening)) for opening in openings]
    selections = without_guards(merge(s for output in outputs for s in output.selections), guards)
    position = first.position
    return Draft(
        subgraph=first.slot.graph,
        paths=(position.object_position.path,),
        inputs=(EntityInput((position.type,) if position.branch is not None else (), first.slot.type, inputs),),
        selections=((first.slot.type, selections),),
        guards=guards,
        renames=tuple(dict.fromkeys(rename for output in outputs for rename in output.renames)),
        contexts=contexts,
        serves=tuple(dict.fromkeys(c for opening in openings for c in coordinates(opening.node))),
    )


def _contexts(opening: Opening) -> Iterator[tuple[ContextInput, str]]:
    names = [argument.value.removeprefix("$") for argument in _variables(opening)]
    for name, context in zip(names, opening.contexts, strict=True):
        path = context.position.object_position.path
        yield ContextInput(name, path, context.selections), context.argument.type


def _variables(opening: Opening) -> tuple[Argument, ...]:
    step = opening.node.step.number
    return tuple(
        Argument(
            context.argument.name, f"$contextualArgument_{step}_{number}", (f"contextualArgument_{step}_{number}",)
        )
        for number, context in enumerate(opening.contexts)
    )


def coordinates(node: Node) -> Iterator[str]:
    """The schema coordinates of the leaves that a node brings."""
    for leaf in node.leaves.values():
        if leaf.field.name != TYPENAME:
            yield f"{node.position.type}.{leaf.field.name}"
    for child in node.children.values():
        yield from coordinates(child)


def join_drafts(graph: QueryGraph, drafts: Iterable[Draft]) -> list[Draft]:
    """Fewer drafts for the same work: several types of one path in one call, and equal calls for several paths in one."""
    return _join(_join(list(drafts), lambda a, b: _join_types(graph, a, b)), _join_paths)


def _join(drafts: list[Draft], pair: Callable[[Draft, Draft], Draft | None]) -> list[Draft]:
    joined: list[Draft] = []
    for draft in drafts:
        for index, known in enumerate(joined):
            if (both := pair(known, draft)) is not None:
                joined[index] = both
                break
        else:
            joined.append(draft)
    return joined


def _join_types(graph: QueryGraph, a: Draft, b: Draft) -> Draft | None:
    """Two calls for the same objects' different types."""
    if a.paths != b.paths or a.guards != b.guards or a.contexts or b.contexts:
        return None
    types = [name for part in (a, b) for one in part.inputs for name in one.on]
    if len(set(types)) < len(types) or not all(one.on for part in (a, b) for one in part.inputs):
        return None
    selections = dict(a.selections)
    for name, own in b.selections:
        if selections.setdefault(name, own) != own:
            return None
    if not _agree(graph, a, b):
        return None
    inputs = tuple(_join_equal_inputs((*a.inputs, *b.inputs)))
    return _both(replace(a, inputs=inputs, selections=tuple(sorted(selections.items(), key=lambda item: item[0]))), b)


def _agree(graph: QueryGraph, a: Draft, b: Draft) -> bool:
    shapes = Shapes(graph, a.subgraph)
    return all(shapes.selections_agree(one, other) for one in a.selections for other in b.selections if one != other)


def _join_equal_inputs(inputs: Iterable[EntityInput]) -> Iterator[EntityInput]:
    """One input for all types that are read and sent alike."""
    joined: dict[tuple[TypeName | None, SelectionSet], EntityInput] = {}
    for one in inputs:
        key = (one.typename, one.selections)
        known = joined.get(key)
        joined[key] = replace(known, on=tuple(sorted({*known.on, *one.on}))) if known is not None else one
    yield from joined.values()


def _join_paths(a: Draft, b: Draft) -> Draft | None:
    """Two calls that differ only in where their objects are."""
    same = (a.inputs, a.selections, a.guards, a.renames) == (b.inputs, b.selections, b.guards, b.renames)
    if not same or a.contexts or b.contexts:
        return None
    return _both(replace(a, paths=tuple(dict.fromkeys((*a.paths, *b.paths)))), b)


def _both(a: Draft, b: Draft) -> Draft:
    return replace(
        a,
        renames=tuple(dict.fromkeys((*a.renames, *b.renames))),
        serves=tuple(dict.fromkeys((*a.serves, *b.serves))),
    )
