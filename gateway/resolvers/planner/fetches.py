"""From settled steps to fetches: one request for all entities of a subgraph and wave, with its operation text."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gateway.resolvers.operation import Operation
from gateway.resolvers.planner.defers import Guards, block_of, deferred_block, is_deferred, shown
from gateway.resolvers.planner.drafts import Draft, coordinates, draft_steps, join_drafts
from gateway.resolvers.planner.outputs import merge, read_output, without_guards
from gateway.resolvers.planner.settling import all_guards, common_guards, effective_guards
from gateway.resolvers.planner.steps import Node, Step
from gateway.resolvers.query_plan import EntityPart, Fetch, RootPart
from gateway.schema.query_graph import QueryGraph
from gateway.schema.selection import Field, InlineFragment, Selection, print_selections
from gateway.types import OperationKind, SubgraphName

ENTITIES = "_entities"
REPRESENTATIONS = "representations"


@dataclass(frozen=True, slots=True)
class FetchMaker:
    """Makes the fetches of one operation. Those of ``unbatched`` subgraphs carry one ``_entities`` call each."""

    graph: QueryGraph
    operation: Operation
    unbatched: frozenset[SubgraphName] = frozenset()

    def make(self, steps: Iterable[Step], *, first_id: int = 0, after: tuple[int, ...] = ()) -> list[Fetch]:
        """The fetches of settled steps, numbered from ``first_id``; root fetches wait for ``after``."""
        ids: dict[Step, list[int]] = {}
        fetches: list[Fetch] = []
        for group in _requests(steps):
            depends_on = sorted({i for step in group for other in step.depends_on for i in ids[other]})
            number = first_id + len(fetches)
            made = self._make_request(group, number, tuple(depends_on) or after)
            fetches += made
            for step in group:
                ids[step] = [fetch.id for fetch in made]
        return fetches

    def _make_request(self, group: list[Step], number: int, depends_on: tuple[int, ...]) -> list[Fetch]:
        if group[0].is_root and len(group) == 1:
            return [self._make_root(group[0], number, depends_on)]
        roots = [step for step in group if step.is_root]
        drafts = join_drafts(self.graph, draft_steps(self.graph, [step for step in group if not step.is_root]))
        if roots and any(draft.contexts for draft in drafts):  # these calls are repeated, which root fields must not be
            made = [self._make_root(root, number + n, ()) for n, root in enumerate(roots)]
            return [*made, self._make_entities(drafts, number + len(made), depends_on, _blocks_of(group))]
        batches = [[draft] for draft in drafts] if group[0].graph in self.unbatched else [drafts]
        blocks = _blocks_of(group)
        return [self._make_entities(batch, number + n, depends_on, blocks, roots) for n, batch in enumerate(batches)]

    def _make_root(self, step: Step, number: int, depends_on: tuple[int, ...]) -> Fetch:
        guards = common_guards(effective_guards(node) for node in _nodes(step))
        is_reentry = step.position.parent is not None
        kind = OperationKind.QUERY if is_reentry else self.operation.kind
        part = self._root_part(step, guards)
        selections = part.selections
        name = self._operation_name(step.graph, number)
        variables = _variables(selections)
        text = f"{self._head(kind, name, variables)} {{ {print_selections(selections)} }}"
        serves = tuple(dict.fromkeys(c for node in _nodes(step) for c in coordinates(node)))
        return Fetch(
            id=number,
            subgraph=step.graph,
            kind=kind,
            operation=text,
            operation_name=name,
            variables=variables,
            parts=(part,),
            depends_on=depends_on,
            guards=shown(guards),
            serves=serves,
            deferred=deferred_block(guards),
            blocks=_blocks_of([step]),
        )

    def _root_part(self, step: Step, known: Guards) -> RootPart:
        outputs = [read_output(self.graph, node) for node in _nodes(step)]
        selections = without_guards(merge(s for output in outputs for s in output.selections), known)
        renames = tuple(rename for output in outputs for rename in output.renames)
        return RootPart(selections, step.position.path, renames)

    def _make_entities(
        self,
        drafts: list[Draft],
        number: int,
        depends_on: tuple[int, ...],
        blocks: tuple[str, ...],
        roots: Sequence[Step] = (),
    ) -> Fetch:
        """One request for entities, and for root fields that waited for it."""
        own_guards = [effective_guards(node) for root in roots for node in _nodes(root)]
        guards = common_guards([*(draft.guards for draft in drafts), *own_guards])
        root_parts = tuple(self._root_part(root, guards) for root in roots)
        taken = {_key(selection) for part in root_parts for selection in part.selections}
        parts = tuple(self._part(draft, n, guards, taken, is_alone=len(drafts) == 1) for n, draft in enumerate(drafts))
        subgraph = drafts[0].subgraph
        name = self._operation_name(subgraph, number)
        contexts = {c.variable: type_text for draft in drafts for c, type_text in draft.contexts}
        all_parts: tuple[RootPart | EntityPart, ...] = (*root_parts, *parts)
        used = _variables(selection for part in all_parts for selection in part.selections)
        variables = tuple(v for v in used if v not in contexts)
        declared = {part.variable: "[_Any!]!" for part in parts} | contexts
        calls = " ".join(_print_call(part) for part in parts)
        fields = " ".join([*(print_selections(part.selections) for part in root_parts), calls])
        text = f"{self._head(OperationKind.QUERY, name, variables, declared)} {{ {fields} }}"
        of_roots = (c for root in roots for node in _nodes(root) for c in coordinates(node))
        serves = tuple(dict.fromkeys((*of_roots, *(c for draft in drafts for c in draft.serves))))
        return Fetch(
            id=number,
            subgraph=subgraph,
            kind=OperationKind.QUERY,
            operation=text,
            operation_name=name,
            variables=variables,
            parts=all_parts,
            depends_on=depends_on,
            guards=shown(guards),
            serves=serves,
            deferred=deferred_block(guards),
            blocks=blocks,
        )

    def _part(self, draft: Draft, number: int, known: Guards, taken: set[str], *, is_alone: bool) -> EntityPart:
        """``taken`` are the response keys of root fields in the same request."""
        selections = tuple(InlineFragment(name, selections=inner) for name, inner in draft.selections)
        alias = ENTITIES if is_alone else f"_e{number}"
        while alias in taken:
            alias = f"{alias}_"
        return EntityPart(
            alias=alias,
            variable=self._free_variable(REPRESENTATIONS if is_alone else f"{REPRESENTATIONS}_{number}"),
            paths=draft.paths,
            inputs=draft.inputs,
            selections=without_guards(selections, known),
            guards=shown(tuple(guard for guard in draft.guards if guard not in known)),
            renames=draft.renames,
            contexts=tuple(context for context, _ in draft.contexts),
        )

    def _free_variable(self, name: str) -> str:
        taken = {definition.name for definition in self.operation.variables}
        while name in taken:
            name = f"_{name}"
        return name

    def _operation_name(self, subgraph: SubgraphName, number: int) -> str | None:
        if self.operation.name is None:
            return None
        return f"{self.operation.name}__{_identifier(subgraph)}__{number}"

    def _head(
        self, kind: OperationKind, name: str | None, variables: tuple[str, ...], declared: dict[str, str] | None = None
    ) -> str:
        own = [f"${name}: {type_text}" for name, type_text in (declared or {}).items()]
        for definition in self.operation.variables:
            if definition.name in variables:
                default = f" = {definition.default}" if definition.default is not None else ""
                own.append(f"${definition.name}: {definition.type}{default}")
        return f"{kind.value}{' ' + name if name else ''}{'(' + ', '.join(own) + ')' if own else ''}"


def _nodes(step: Step) -> list[Node]:
    return [opening.node for opening in step.openings.values()]


def _key(selection: Selection) -> str:
    return selection.response_key if isinstance(selection, Field) else ""


def _requests(steps: Iterable[Step]) -> list[list[Step]]:
    """Steps by request, in the order of their waves: entity steps by subgraph and wave, root steps with these where they waited for them.

    A root step that goes out at once, or at another position than the root, is alone.
    """
    groups: dict[tuple[object, ...], list[Step]] = {}
    for step in sorted(steps, key=lambda s: (s.wave, s.number)):
        is_alone = step.is_root and (step.wave == 0 or step.position.parent is not None)
        key = (step.number,) if is_alone else (step.graph, step.wave, step.block)
        groups.setdefault(key, []).append(step)
    return sorted(groups.values(), key=lambda group: (group[0].wave, group[0].number))


def _blocks_of(steps: Iterable[Step]) -> tuple[str, ...]:
    """The deferred blocks that steps bring something of."""
    found = (g for s in steps for o in s.openings.values() for guards in all_guards(o.node) for g in guards)
    return tuple(sorted({block_of(guard) for guard in found if is_deferred(guard)}))


def _print_call(part: EntityPart) -> str:
    alias = "" if part.alias == ENTITIES else f"{part.alias}: "
    return f"{alias}{ENTITIES}(representations: ${part.variable}) {{ {print_selections(part.selections)} }}"


def _variables(selections: Iterable[Selection]) -> tuple[str, ...]:
    """The variables that selections use, sorted."""
    return tuple(sorted(set(_used_variables(selections))))


def _used_variables(selections: Iterable[Selection]) -> Iterator[str]:
    for selection in selections:
        yield from (guard.variable for guard in selection.guards)
        arguments = [a for d in selection.directives for a in d.arguments]
        if isinstance(selection, Field):
            arguments += selection.arguments
        for argument in arguments:
            yield from argument.variables
        yield from _used_variables(selection.selections)


def _identifier(subgraph: SubgraphName) -> str:
    return re.sub(r"\W", "_", subgraph, flags=re.ASCII)
