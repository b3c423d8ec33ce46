"""Run a compiled operation. It is optimistic: at the first surprise the plain executor takes over, with the answers already here."""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import msgspec

from gateway.errors import SubgraphError
from gateway.resolvers.executor.compiled.compilation import CompiledCall, CompiledFetch, CompiledOperation
from gateway.resolvers.executor.compiled.reasons import Surprise, SurpriseError
from gateway.resolvers.executor.compiled.traces import Step, Trace, Traces
from gateway.resolvers.executor.run import release
from gateway.resolvers.request_context import RequestContext
from gateway.resolvers.subgraph_client import HttpAnswer, LastingAnswer, SubgraphClient, SubgraphRequest
from gateway.types import SubgraphName

OK = 200
NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})
JSON_TYPES = ("application/json", "application/graphql-response+json")


class Exchange(msgspec.Struct, frozen=True):
    """A request that was sent, and what came of it."""

    subgraph: SubgraphName
    query: str
    body: bytes
    answer: HttpAnswer | SubgraphError


class CompiledRun(msgspec.Struct):
    """One run of a compiled operation. ``exchanges`` are there for the plain executor, should it have to take over."""

    operation: CompiledOperation
    client: SubgraphClient
    variables: Mapping[str, Any]
    headers: Mapping[SubgraphName, Mapping[str, str]]
    context: RequestContext | None = None
    traces: Traces | None = None
    exchanges: list[Exchange] = msgspec.field(default_factory=list)
    surprise: Surprise | None = None
    _steps: dict[int, Step] = msgspec.field(default_factory=dict)
    _known: dict[tuple[SubgraphName, bytes], HttpAnswer | SubgraphError] = msgspec.field(default_factory=dict)

    async def answer(self) -> bytes:
        """The ``data`` of the response as JSON; raises ``SurpriseError``."""
        traces = self.traces
        trace = traces.find(self.operation, self.variables) if traces is not None else None
        if trace is not None:
            retracing = Retracing(self.operation, self.client, self.variables, self.headers, self.context, trace=trace)
            if await retracing.succeeds():
                return trace.data
            self._known = retracing.known
        operation = self.operation
        state = operation.new_state()
        if operation.introspect is not None:
            for attribute, value in operation.introspect(self.variables).items():
                setattr(state.root, attribute, value)
        await self._run(state)
        if self.surprise is not None:
            raise SurpriseError(self.surprise)
        if state.is_patchy:
            operation.mend(state)
        operation.finish(state)
        data = msgspec.json.encode(state.root)
        if traces is not None and self._steps and len(self._steps) == len(self.exchanges):
            traces.keep(Trace(operation, self._steps, data), self.variables)
        return data

    async def _run(self, state: Any) -> None:
        if self.operation.chain:
            for fetch in self.operation.chain:
                if not await self._run_fetch(fetch, state):
                    break
        elif self.operation.fetches:
            await self._run_all(state)

    async def _run_all(self, state: Any) -> None:
        waiting = dict(self.operation.dependencies)
        async with asyncio.TaskGroup() as group:
            first, *others = self.operation.initial
            for other in others:
                group.create_task(self._run_from(other, state, waiting, group))
            await self._run_from(first, state, waiting, group)

    async def _run_from(self, first: int, state: Any, waiting: dict[int, int], group: asyncio.TaskGroup) -> None:
        """Run a fetch, then those that waited for it alone. A method, for a closure that calls itself would be garbage that
        only the cycle collector finds, and the answer with it."""
        ready = [first]
        while ready:
            for other in ready[1:]:
                group.create_task(self._run_from(other, state, waiting, group))
            if not await self._run_fetch(self.operation.fetches[ready[0]], state):
                return
            ready = release(self.operation.dependants[ready[0]], waiting)

    async def _run_fetch(self, fetch: CompiledFetch, state: Any) -> bool:
        """Run one fetch; False after a surprise, which ends this way through the plan but none that is under way."""
        try:
            await self._fetch(fetch, state)
        except SurpriseError as surprise:
            self.surprise = surprise.reason
        except SubgraphError:
            self.surprise = Surprise.NO_ANSWER
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            self.surprise = self.surprise or Surprise.UNEXPECTED_VALUE
        return self.surprise is None

    async def _fetch(self, fetch: CompiledFetch, state: Any) -> None:
        variables = {name: self.variables[name] for name in fetch.variables if name in self.variables}
        collected = [call.collect(state) for call in fetch.calls]
        if fetch.take is None and not any(representations for representations, *_ in collected):
            return
        for call, (representations, *_) in zip(fetch.calls, collected, strict=True):
            variables[call.variable] = representations
        for name in fetch.idle:
            variables[name] = ()
        body = fetch.head + msgspec.json.encode(variables) + fetch.tail
        request = SubgraphRequest(
            fetch.subgraph,
            fetch.kind,
            fetch.query,
            variables,
            fetch.operation_name,
            self.headers.get(fetch.subgraph, NO_HEADERS),
            body=body,
            context=self.context,
        )
        try:
            known = self._known.pop((fetch.subgraph, body), None) if self._known else None
            if isinstance(known, SubgraphError):
                raise known
            answer = await self.client.post(request) if known is None else known  # nothing is asked twice
        except SubgraphError as error:
            self.exchanges.append(Exchange(fetch.subgraph, fetch.query, body, error))
            raise
        if answer.__class__ is LastingAnswer:
            self._steps[fetch.id] = Step(fetch.subgraph, variables, body, answer)
        self._take(fetch, state, request, answer, collected)

    def _take(
        self, fetch: CompiledFetch, state: Any, request: SubgraphRequest, answer: HttpAnswer, collected: list[Any]
    ) -> None:
        """Put an answer where it belongs."""
        self.exchanges.append(Exchange(fetch.subgraph, fetch.query, request.body or b"", answer))
        if answer.status != OK or not answer.headers.get("content-type", "").startswith(JSON_TYPES):
            raise SurpriseError(Surprise.HTTP_STATUS)
        response = fetch.decoder.decode(answer.body)
        if response.errors:
            raise SurpriseError(Surprise.SUBGRAPH_ERROR)
        if fetch.take is not None:
            fetch.take(state, response.data)
        for call, (representations, *groups) in zip(fetch.calls, collected, strict=True):
            entities = getattr(response.data, call.attribute)
            if len(entities) != len(representations):
                raise SurpriseError(Surprise.ENTITY_COUNT)
            _spread(call, state, entities, groups)


class Retracing(CompiledRun, kw_only=True):
    """A run beside an earlier one: as long as it gets the same answers it sends the same requests. ``known`` is what it has got."""

    trace: Trace
    known: dict[tuple[SubgraphName, bytes], HttpAnswer | SubgraphError] = msgspec.field(default_factory=dict)

    async def succeeds(self) -> bool:
        """Whether all answers are the same."""
        await self._run(None)
        return self.surprise is None

    async def _fetch(self, fetch: CompiledFetch, state: Any) -> None:  # noqa: ARG002  # there is none
        step = self.trace.steps.get(fetch.id)
        if step is None:
            return
        request = SubgraphRequest(
            fetch.subgraph,
            fetch.kind,
            fetch.query,
            step.variables,
            fetch.operation_name,
            self.headers.get(fetch.subgraph, NO_HEADERS),
            body=step.body,
            context=self.context,
        )
        try:
            answer = await self.client.post(request)
        except SubgraphError as error:
            self.known[fetch.subgraph, step.body] = error
            raise
        self.known[fetch.subgraph, step.body] = answer
        if answer is not step.answer:
            self.surprise = Surprise.UNEXPECTED_VALUE  # Nobody is told of it: the ordinary run follows.


def _spread(call: CompiledCall, state: Any, entities: list[Any], groups: list[Any]) -> None:
    """Give each group's objects what their entities brought. Where there are several groups, entities are read for each that wants them."""
    if not call.decoders:
        call.spread[0](state, entities, groups[0])
        return
    for spread, decoder, group in zip(call.spread, call.decoders, groups, strict=True):
        wanted = zip(entities, group, strict=True)
        spread(state, [decoder.decode(raw) if objects else None for raw, objects in wanted], group)
