"""What one fetch sends: its operation, its variables, and the entities that each ``_entities`` call asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.resolvers.executor.contexts import Group, collect_groups, numbered, repeat_calls
from gateway.resolvers.executor.guards import hold
from gateway.resolvers.executor.paths import JsonObject
from gateway.resolvers.executor.prepared import PreparedFetch
from gateway.resolvers.executor.representations import Batch, collect
from gateway.resolvers.query_plan import EntityPart
from gateway.schema.supergraph import Supergraph
from gateway.types import ResponseKey


@dataclass(frozen=True, slots=True)
class Call:
    """One ``_entities`` call, and the objects it is made for."""

    part: EntityPart
    batch: Batch


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One request's text and variables. ``calls`` are its ``_entities`` calls by response key; none for a root fetch."""

    operation: str
    variables: Mapping[str, Any]
    calls: Mapping[ResponseKey, Call] = field(default_factory=dict)


def dispatch(
    fetch: PreparedFetch, data: JsonObject, variables: Mapping[str, Any], supergraph: Supergraph
) -> Dispatch | None:
    """What to send for a fetch, given the data so far; None where there is nothing to ask for."""
    forwarded = {name: variables[name] for name in fetch.fetch.variables if name in variables}
    if not fetch.inputs:
        return Dispatch(fetch.fetch.operation, forwarded)
    if fetch.has_contexts:
        return _dispatch_by_context(fetch, data, variables, forwarded, supergraph)
    calls: dict[ResponseKey, Call] = {}
    for part, inputs in zip(fetch.entity_parts, fetch.inputs, strict=True):
        batch = Batch()
        if hold(part.guards, variables):
            collect(inputs, data, part.paths, batch)
        calls[part.alias] = Call(part, batch)
        forwarded[part.variable] = batch.representations
    if fetch.root_part is None and not any(call.batch.targets for call in calls.values()):
        return None
    return Dispatch(fetch.fetch.operation, forwarded, calls)


def _dispatch_by_context(
    fetch: PreparedFetch,
    data: JsonObject,
    variables: Mapping[str, Any],
    forwarded: dict[str, Any],
    supergraph: Supergraph,
) -> Dispatch | None:
    """The same where calls take values from enclosing objects: one call for each set of values."""
    calls: dict[ResponseKey, Call] = {}
    repeats = []
    for part, inputs in zip(fetch.entity_parts, fetch.inputs, strict=True):
        groups: list[Group] = []
        if hold(part.guards, variables):
            groups = collect_groups(part, inputs, data, fetch.required, supergraph)
        for number, group in enumerate(groups):
            calls[numbered(part.alias, number)] = Call(part, group.batch)
            forwarded[numbered(part.variable, number)] = group.batch.representations
            forwarded.update((numbered(name, number), value) for name, value in group.values.items())
        repeats.append((part.alias, len(groups), (part.variable, *(c.variable for c in part.contexts))))
    if not calls:
        return None
    return Dispatch(repeat_calls(fetch.fetch.operation, tuple(repeats)), forwarded, calls)
