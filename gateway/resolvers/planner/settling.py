"""Settle the steps when the search is over: drop what nobody needs, ask for inputs under their consumers' guards, fix the waves."""

from collections.abc import Callable, Iterable, Iterator

from gateway.resolvers.planner.defers import Guards, deferred_block
from gateway.resolvers.planner.steps import Node, Opening, Step
from gateway.schema.query_graph import TYPENAME
from gateway.schema.selection import Guard
from gateway.types import SubgraphName


def settle(steps: Iterable[Step], may_wait: Callable[[Step], bool]) -> list[Step]:
    """The steps that bring something, each with its dependencies and the wave these allow.

    Root steps that ``may_wait`` share a later request to their subgraph, where there is one and nobody misses them. Consumers come before those they read from, so that an input is asked for only if its consumer is, and under the same guards.
    """
    live: list[Step] = []
    for step in sorted(steps, key=lambda s: (-s.planned, s.number)):
        step.openings = {slot: opening for slot, opening in step.openings.items() if opening.node.is_live}
        for opening in step.openings.values():
            _ask_for_inputs(opening)
        if step.openings:
            step.block = deferred_block(common_guards(effective_guards(o.node) for o in step.openings.values()))
            live.append(step)
    live.sort(key=lambda s: (s.planned, s.number))
    for step in live:
        step.wave = 1 + max((other.wave for other in step.depends_on), default=-1)
    delay(live, may_wait)
    return live


def _ask_for_inputs(opening: Opening) -> None:
    guards = effective_guards(opening.node)
    for reading in opening.readings:
        source, field = reading.source, reading.field
        key = TYPENAME if field.name == TYPENAME else source.position.scope.key_for(field)
        known = source.position.absolute_guards
        source.want(key, field, tuple(guard for guard in guards if guard not in known))
        for step in (source.step, *source.also):
            opening.node.step.depends_on[step] = None


def effective_guards(node: Node) -> Guards:
    """The guards that everything a node brings has in common: where they do not hold, it need not be asked for at all."""
    return common_guards(all_guards(node))


def common_guards(found: Iterable[Guards]) -> Guards:
    """The guards that are in all of the sets, sorted."""
    common: set[Guard] | None = None
    for guards in found:
        common = set(guards) if common is None else common & set(guards)
        if not common:
            return ()
    return tuple(sorted(common or ()))


def all_guards(node: Node) -> Iterator[Guards]:
    """The guards of every leaf."""
    known = node.position.absolute_guards
    if node.is_present:
        yield known
    for leaf in node.leaves.values():
        for guards in leaf.wanted:
            yield (*known, *guards)
    for child in node.children.values():
        yield from all_guards(child)


def delay(steps: list[Step], may_wait: Callable[[Step], bool]) -> None:
    """Let all entity steps of a subgraph, wave and deferred block wait for a later request to the same subgraph, where nobody misses them.

    When these have come to rest, root steps that ``may_wait`` do the same.

    This saves a request and costs no wave: nothing that reads from them starts before that later request has ended.
    """
    consumers: dict[Step, list[Step]] = {}
    for step in steps:
        for other in step.depends_on:
            consumers.setdefault(other, []).append(step)
    waves: dict[tuple[SubgraphName, str | None], set[int]] = {}
    for step in steps:
        if not step.is_root:
            waves.setdefault((step.graph, step.block), set()).add(step.wave)
    last = max((step.wave for step in steps), default=0)
    changed = True
    while changed:
        changed = any(
            _delay_group(group, consumers, waves[group[0].graph, group[0].block], last) for group in _groups(steps)
        )
    for step in steps:
        if step.is_root and may_wait(step):
            _delay_group([step], consumers, waves.get((step.graph, step.block), set()), last)


def _groups(steps: Iterable[Step]) -> list[list[Step]]:
    groups: dict[tuple[int, SubgraphName, str], list[Step]] = {}
    for step in steps:
        if not step.is_root:
            groups.setdefault((step.wave, step.graph, step.block or ""), []).append(step)
    return [groups[key] for key in sorted(groups)]


def _delay_group(group: list[Step], consumers: dict[Step, list[Step]], waves: set[int], last: int) -> bool:
    """Move a group to the next wave in which its subgraph is called, if no consumer has to wait for that."""
    wave = group[0].wave
    later = min((other for other in waves if other > wave), default=None)
    if later is None or any(later >= _latest_end(step, consumers, last) for step in group):
        return False
    for step in group:
        step.wave = later
    waves.discard(wave)
    return True


def _latest_end(step: Step, consumers: dict[Step, list[Step]], last: int) -> int:
    """The wave by which a step must have ended: its first consumer's."""
    return min((other.wave for other in consumers.get(step, ())), default=last + 1)
