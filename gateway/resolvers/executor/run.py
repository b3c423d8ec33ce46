"""Run a plan: every fetch starts when those it waits for are done, and its failure is nobody else's."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from gateway.errors import SubgraphError
from gateway.resolvers import codes
from gateway.resolvers.executor.calls import Dispatch, dispatch
from gateway.resolvers.executor.failures import ErrorPolicy, report_errors, report_failure
from gateway.resolvers.executor.guards import hold
from gateway.resolvers.executor.merging import apply_renames, copy_json, drop_typenames, merge_entity, merge_into
from gateway.resolvers.executor.paths import JsonObject, find_objects
from gateway.resolvers.executor.prepared import PreparedFetch, PreparedOperation
from gateway.resolvers.query_plan import Fetch, RootPart
from gateway.resolvers.request_context import RequestContext
from gateway.resolvers.subgraph_client import SubgraphClient, SubgraphRequest
from gateway.types import SubgraphName

LOG = logging.getLogger("gateway.executor")


class RunOptions(msgspec.Struct, frozen=True):
    """What a run needs beside the plan: the client, coerced variables, headers for each subgraph, what errors may say, whom it serves."""

    client: SubgraphClient
    variables: Mapping[str, Any] = msgspec.field(default_factory=dict)
    headers: Mapping[SubgraphName, Mapping[str, str]] = msgspec.field(default_factory=dict)
    error_policy: ErrorPolicy = msgspec.field(default_factory=ErrorPolicy)
    context: RequestContext | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run: all data in one tree, and the errors in the order of the plan's fetches."""

    data: JsonObject
    errors: tuple[JsonObject, ...]


async def run_plan(prepared: PreparedOperation, options: RunOptions) -> Outcome:
    """Fetch all that the plan says. Raises nothing but cancellation, which also stops whatever is under way."""
    run = Run(prepared, options)
    await run.all()
    errors = (error for fetch in prepared.plan.fetches for error in run.errors[fetch.id])
    return Outcome(run.data, tuple(_without_repeats(errors)))


def _without_repeats(errors: Iterable[JsonObject]) -> Iterator[JsonObject]:
    """A field that several subgraphs tried in vain is one failure to the client (GraphQL specification, section 6.4.4)."""
    seen: set[tuple[str, tuple[str | int, ...]]] = set()
    for error in errors:
        key = (error["message"], tuple(error.get("path", ())))
        if key not in seen:
            seen.add(key)
            yield error


class Run:
    """A run under way. ``waiting`` counts for each fetch those that it still waits for; ``errors`` has those that have ended.

    ``on_ended`` is called after each.
    (A class, for a closure that calls itself would be garbage that only the cycle collector finds, and the data with it.)
    """

    def __init__(
        self, prepared: PreparedOperation, options: RunOptions, *, on_ended: Callable[[], None] | None = None
    ) -> None:
        self.prepared, self.options, self.on_ended = prepared, options, on_ended
        self.data: JsonObject = {}
        self.errors: dict[int, list[JsonObject]] = {}
        self.waiting = {fetch.id: len(fetch.depends_on) for fetch in prepared.plan.fetches}

    async def all(self) -> None:
        """Run every fetch. Raises nothing but cancellation."""
        async with asyncio.TaskGroup() as group:
            for fetch_id in [fetch_id for fetch_id, count in self.waiting.items() if count == 0]:
                group.create_task(self.run_from(fetch_id, group))

    async def run_from(self, first: int, group: asyncio.TaskGroup) -> None:
        """Run a fetch, then those that waited for it alone; others that are ready get a task each."""
        ready = [first]
        while ready:
            for other in ready[1:]:
                group.create_task(self.run_from(other, group))
            fetch = self.prepared.fetches[ready[0]]
            self.errors[ready[0]] = await _run_safely(self.prepared, fetch, self.data, self.options)
            if self.on_ended is not None:
                self.on_ended()
            ready = release(self.prepared.dependants[ready[0]], self.waiting)


def release(dependants: Iterable[int], waiting: dict[int, int]) -> list[int]:
    """Count one dependency of each dependant as done; those that have no other are ready."""
    ready = []
    for dependant in dependants:
        waiting[dependant] -= 1
        if waiting[dependant] == 0:
            ready.append(dependant)
    return ready


async def _run_safely(
    prepared: PreparedOperation, fetch: PreparedFetch, data: JsonObject, options: RunOptions
) -> list[JsonObject]:
    """Run one fetch; whatever goes wrong becomes its errors, each with a path that the client knows."""
    try:
        errors = await _run_fetch(prepared, fetch, data, options)
    except SubgraphError as failure:
        errors = list(report_failure(fetch.fetch, failure))
    except Exception:
        LOG.exception("fetch %d from subgraph %r failed", fetch.fetch.id, fetch.fetch.subgraph)
        unexpected = SubgraphError(
            "The gateway failed while it fetched this.", subgraph=fetch.fetch.subgraph, code=codes.INTERNAL_SERVER_ERROR
        )
        errors = list(report_failure(fetch.fetch, unexpected))
    return [prepared.clip_error(error) for error in errors]


async def _run_fetch(
    prepared: PreparedOperation, fetch: PreparedFetch, data: JsonObject, options: RunOptions
) -> list[JsonObject]:
    if not hold(fetch.fetch.guards, options.variables):
        return []
    sent = dispatch(fetch, data, options.variables, prepared.supergraph)
    if sent is None:
        return []
    plan = fetch.fetch
    response = await options.client.send(
        SubgraphRequest(
            subgraph=plan.subgraph,
            kind=plan.kind,
            query=sent.operation,
            variables=sent.variables,
            operation_name=plan.operation_name,
            headers=options.headers.get(plan.subgraph, {}),
            context=options.context,
        )
    )
    if response.data is not None:
        if fetch.hidden_typenames:
            drop_typenames(response.data, fetch.hidden_typenames)
        _merge(plan, sent, response.data, data, is_partial=bool(response.errors))
    if not response.errors:
        return []
    return list(report_errors(plan, response.errors, sent.calls, data, options.error_policy))


def _merge(fetch: Fetch, sent: Dispatch, answer: JsonObject, data: JsonObject, *, is_partial: bool) -> None:
    """Merge an answer into the data; raises ``SubgraphError`` where it is not the answer to what was sent."""
    entities_by_alias = {alias: answer.pop(alias, None) for alias in sent.calls}
    (first, *_) = fetch.parts
    if isinstance(first, RootPart):
        _merge_root(first, answer, data)
    for alias, call in sent.calls.items():
        entities = entities_by_alias[alias]
        if entities is None and is_partial:
            continue
        if not isinstance(entities, list) or len(entities) != len(call.batch.targets):
            raise _wrong_entities(fetch.subgraph)
        for targets, entity in zip(call.batch.targets, entities, strict=True):
            if isinstance(entity, dict):
                apply_renames(entity, call.part.renames)
                merge_entity(targets, entity)
            elif entity is not None:
                raise _wrong_entities(fetch.subgraph)


def _merge_root(part: RootPart, answer: JsonObject, data: JsonObject) -> None:
    apply_renames(answer, part.renames)
    targets = find_objects(data, part.path)
    for target in targets[1:]:
        merge_into(target, copy_json(answer))
    for target in targets[:1]:
        merge_into(target, answer)


def _wrong_entities(subgraph: SubgraphName) -> SubgraphError:
    message = f"Subgraph {subgraph!r} did not answer with one entity for each representation."
    return SubgraphError(message, subgraph=subgraph, code=codes.SUBREQUEST_MALFORMED_RESPONSE)
