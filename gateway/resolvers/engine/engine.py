"""One request, as a paragraph: read, plan, fetch, write."""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from msgspec.structs import replace

from gateway.errors import PlanningError, RequestError, SubgraphError
from gateway.resolvers import codes
from gateway.resolvers.access import AccessOptions, read_access_rules
from gateway.resolvers.engine.access import ALL_MET, AccessGate, Unmet, refusals_of
from gateway.resolvers.engine.answers import WholeAnswers
from gateway.resolvers.engine.boarding import BoardingClient
from gateway.resolvers.engine.files import check_files
from gateway.resolvers.engine.keys import identify, query_key
from gateway.resolvers.engine.labels import draw_labels
from gateway.resolvers.engine.observer import UNOBSERVED, EngineObserver, Plain
from gateway.resolvers.engine.prepared_cache import KnownOperation, PreparedCache
from gateway.resolvers.engine.ready import ReadyOperation
from gateway.resolvers.engine.responses import NO_CONTEXT, respond, respond_to, with_reports, write_parts
from gateway.resolvers.engine.streaming import StreamedOperation, find_streamed, stream_list
from gateway.resolvers.engine.tracing import TracingClient
from gateway.resolvers.executor import (
    ErrorPolicy,
    Executed,
    RunOptions,
    asks_for_schema,
    execute_operation,
    prepare,
)
from gateway.resolvers.executor.compiled import (
    CompiledOperation,
    CompiledRun,
    ReplayClient,
    Surprise,
    SurpriseError,
    Traces,
)
from gateway.resolvers.executor.failures import report_failure
from gateway.resolvers.executor.streaming import EventClient, run_in_parts, source_request
from gateway.resolvers.flights import Flights
from gateway.resolvers.headers import HeaderRules
from gateway.resolvers.messages import Answer, GraphQLRequest, GraphQLResponse, GraphQLStream, Incremental
from gateway.resolvers.operation import Limits, Operation, coerce_variables, read_operation, with_incremental_directives
from gateway.resolvers.planner import plan_operation
from gateway.resolvers.query_plan import QueryPlan
from gateway.resolvers.request_context import RequestContext
from gateway.resolvers.subgraph_client import SubgraphClient
from gateway.schema.query_graph import build_query_graph
from gateway.schema.supergraph import Supergraph
from gateway.types import Label, OperationKind, SubgraphName

LOG: Final = logging.getLogger("gateway.engine")

NO_HEADERS: Final[Mapping[SubgraphName, Mapping[str, str]]] = MappingProxyType({})

NO_LABELS: Final[frozenset[Label]] = frozenset()

PlanOperation = Callable[[Operation, frozenset[Label]], QueryPlan]
"""Makes the plan of an operation while these labels are active; raises ``PlanningError``."""


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """How an engine treats requests.

    ``headers`` say which of the client's headers subgraphs get, ``headers_by_subgraph`` what single subgraphs get instead.
    ``active_labels`` are override labels that are always active, besides those drawn by chance. ``cached_operations`` are how many
    operations are kept ready to run. ``seconds`` are how long one request may take in all. ``compiled`` operations run as generated
    code where they can; their answers are the same. ``share_queries``: equal queries of clients in flight are one run. ``shares_requests`` tells of which subgraphs the client
    makes one request of equal ones in flight. ``access`` says how the supergraph's requirements are held against a user's claims.
    ``streams_lists`` tells which subgraphs answer ``@stream`` item by item.
    """

    introspection: bool = True
    error_policy: ErrorPolicy = field(default_factory=ErrorPolicy)
    headers: HeaderRules = field(default_factory=HeaderRules)
    headers_by_subgraph: Mapping[SubgraphName, HeaderRules] = field(default_factory=dict)
    active_labels: frozenset[Label] = frozenset()
    cached_operations: int = 1_000
    seconds: float | None = None
    compiled: bool = True
    share_queries: bool = False
    shares_requests: Callable[[SubgraphName], bool] | None = None
    access: AccessOptions = field(default_factory=AccessOptions)
    streams_lists: Callable[[SubgraphName], bool] = lambda _: False


class Engine:
    """Answers GraphQL requests from one supergraph. A new supergraph gets a new engine; the client belongs to who made it."""

    def __init__(
        self,
        supergraph: Supergraph,
        client: SubgraphClient,
        *,
        limits: Limits | None = None,
        options: EngineOptions | None = None,
        planner: PlanOperation | None = None,
        chance: Callable[[], float] = random.random,
        observer: EngineObserver = UNOBSERVED,
        answers: WholeAnswers | None = None,
    ) -> None:
        """``planner`` makes plans instead of the gateway's own; ``chance`` gives numbers from 0 to 1 for ``percent(…)`` labels.

        ``answers`` keeps whole answers; None keeps none, and says nothing of keeping them.
        """
        supergraph = supergraph.with_api_schema(with_incremental_directives(supergraph.api_schema))
        self._supergraph = supergraph
        self._client = client
        self._limits = limits or Limits()
        self._options = options or EngineOptions()
        self._plan = planner or _own_planner(supergraph)
        self._chance = chance
        self._observer = observer
        self._answers = answers
        self._flights: Flights[GraphQLResponse] = Flights()
        self._traces = Traces()
        self._prepared = PreparedCache(self._options.cached_operations)
        self._access = _make_gate(supergraph, self._options)

    async def execute(self, request: GraphQLRequest) -> GraphQLResponse:
        """The response to one request. Raises nothing but cancellation, which stops its requests upstream."""
        try:
            return await self._execute(request, self._prepare(request))
        except Exception as error:
            return respond_to(error)

    async def stream(self, request: GraphQLRequest) -> Answer:
        """The answer in several payloads where the operation has such a one and the request takes it; else as ``execute``.

        Raises nothing but cancellation.
        """
        if not request.subscriptions and request.incremental is None:
            return await self.execute(request)
        try:
            ready = self._prepare(request)
            plan = ready.prepared.plan
            if request.dry_run:
                return await self._execute(request, ready)
            if plan.kind is OperationKind.SUBSCRIPTION and plan.fetches:
                return GraphQLStream(self._events(request, ready, self._coerce(request, ready)))
            if request.incremental is not None and (streamed := self._streamed(request, ready)):
                variables = self._coerce(request, ready)
                if streamed.streamed.initial_count(variables) is not None:
                    return self._begin_list(request, ready, variables, streamed, request.incremental)
            if plan.deferred and request.incremental is not None:
                return await self._begin_parts(request, ready, request.incremental)
            return await self._execute(request, ready)
        except Exception as error:
            return respond_to(error)

    async def _execute(self, request: GraphQLRequest, ready: ReadyOperation) -> GraphQLResponse:
        prepared = ready.prepared
        variables = self._coerce(request, ready)
        if request.dry_run:
            return respond(Executed(None, (), ()), NO_CONTEXT, prepared.plan)
        context = self._context(request)
        options = self._run_options(request, variables, prepared.plan, context)
        if request.expose_plan:
            self._observer.on_plain_run(Plain.PLAN_SHOWN)
            traced = replace(options, client=TracingClient(options.client, prepared.plan))
            executed = await execute_operation(prepared, traced, ready.refusals)
            return respond(executed, context, prepared.plan)
        if request.files:
            self._observer.on_plain_run(Plain.FILES)
            return respond(await execute_operation(prepared, options, ready.refusals), context)
        if prepared.operation.kind is not OperationKind.QUERY:
            return await self._run(ready, options, context)
        if self._options.share_queries:
            answer = partial(self._answer_query, ready, options, context)
            return await self._flights.share(query_key(request, ready, options), answer, deadline=context.deadline)
        if ready.is_shared and self._answers is None:
            key = query_key(request, ready, options)
            board = partial(self._board, key, ready, options, context)
            return await self._flights.share(key, board, deadline=context.deadline)
        return await self._answer_query(ready, options, context)

    async def _board(
        self, key: Hashable, ready: ReadyOperation, options: RunOptions, context: RequestContext
    ) -> GraphQLResponse:
        """Run for all who ask the same before the first answer has come; see ``gateway.resolvers.engine.boarding``."""
        client = BoardingClient(options.client, partial(self._flights.close, key))
        return await self._run(ready, replace(options, client=client), context)

    def _streamed(self, request: GraphQLRequest, ready: ReadyOperation) -> StreamedOperation | None:
        """The operation as one whose list may come item by item, if its subgraph can."""
        operation = ready.prepared.operation
        if not operation.streamed or ready.refusals or self._supergraph.labels or request.expose_plan:
            return None
        if ready.streamed is None:
            found = find_streamed(operation, ready.prepared.plan, self._options.streams_lists, self._plan)
            ready.streamed = () if found is None else (found.prepared(ready.prepared, self._supergraph),)
        return next(iter(ready.streamed), None)

    def _begin_list(
        self,
        request: GraphQLRequest,
        ready: ReadyOperation,
        variables: Mapping[str, Any],
        streamed: StreamedOperation,
        form: Incremental,
    ) -> GraphQLStream:
        """The answer to an operation whose list comes item by item: each lot has a deadline of its own."""
        context = RequestContext(request.headers, request.extensions, request.claims)
        options = self._run_options(request, variables, ready.prepared.plan, context)

        def renewed() -> RunOptions:
            return replace(options, context=replace(context, deadline=self._deadline()))

        return GraphQLStream(stream_list(streamed, options, form, renewed), form, context.response_headers)

    async def _begin_parts(self, request: GraphQLRequest, ready: ReadyOperation, form: Incremental) -> Answer:
        """The answer to an operation with deferred blocks; whole, where none is deferred now."""
        prepared = ready.prepared
        variables = self._coerce(request, ready)
        context = self._context(request)
        options = self._run_options(request, variables, prepared.plan, context)
        if request.expose_plan:
            options = replace(options, client=TracingClient(options.client, prepared.plan))
        shown = prepared.plan if request.expose_plan else None
        parts = run_in_parts(prepared, options, ready.refusals)
        first = await anext(parts)
        if first.has_next:
            payloads = write_parts(parts, first, form, context, shown)
            return GraphQLStream(payloads, form, context.response_headers)
        await parts.aclose()
        return respond(Executed(first.data, first.errors, first.problems), context, shown)

    async def _events(
        self, request: GraphQLRequest, ready: ReadyOperation, variables: Mapping[str, Any]
    ) -> AsyncGenerator[bytes, None]:
        """The answer to each event of a subscription (GraphQL specification, section 6.2.3.2)."""
        context = RequestContext(request.headers, request.extensions, request.claims)
        options = self._run_options(request, variables, ready.prepared.plan, context)
        source = source_request(ready.prepared.plan.fetches[0], options)
        try:
            async with contextlib.aclosing(self._client.subscribe(source)) as events:
                async for event in events:
                    own = RequestContext(request.headers, request.extensions, request.claims, self._deadline())
                    client = EventClient(self._client, event, source.query)
                    yield (await self._run(ready, replace(options, client=client, context=own), own)).body
        except SubgraphError as error:
            errors = report_failure(ready.prepared.plan.fetches[0], error)
            executed = Executed(None, tuple(ready.prepared.clip_error(each) for each in errors), ())
            yield respond(executed, NO_CONTEXT).body
        except Exception as error:
            yield respond_to(error).body

    def _context(self, request: GraphQLRequest) -> RequestContext:
        """What all requests to subgraphs share. With files nobody knows how long the client takes: each request has its own time only."""
        if not request.files:
            return RequestContext(request.headers, request.extensions, request.claims, self._deadline())
        return RequestContext(request.headers, request.extensions, request.claims, has_files=True)

    def _coerce(self, request: GraphQLRequest, ready: ReadyOperation) -> Mapping[str, Any]:
        if request.files:
            check_files(request.variables, ready.prepared.plan)
        operation = ready.prepared.operation
        variables = coerce_variables(self._supergraph.api_schema, operation.variables, request.variables)
        for use in operation.variable_uses:
            use.check(variables)
        return variables

    def most_used(self, count: int) -> tuple[KnownOperation, ...]:
        """So many of the operations that are kept ready, the most used first: what to warm the next engine with."""
        return self._prepared.most_used(count)

    async def warm(self, operations: Iterable[KnownOperation]) -> int:
        """Make operations ready and compile them, before the first request comes; gives how many this supergraph can serve.

        Others are left out. The event loop gets its turn after each, so whoever serves meanwhile goes on serving.
        """
        warmed = 0
        for known in operations:
            request = GraphQLRequest(known.query, known.operation_name)
            try:
                labels = known.labels & frozenset(self._supergraph.labels)
                ready = self._make_ready(request, labels, known.unmet)
            except (RequestError, PlanningError):
                continue
            if self._options.compiled:
                ready.warm(known.settings, self._observer)
            warmed += 1
            await asyncio.sleep(0)
        return warmed

    def _answer_query(
        self, ready: ReadyOperation, options: RunOptions, context: RequestContext
    ) -> Coroutine[Any, Any, GraphQLResponse]:
        """What is kept of the whole answer, else what a run gives."""
        if self._answers is None:
            return self._run(ready, options, context)
        return self._answers.serve(ready, options, context, partial(self._run, ready, options, context))

    async def _run(self, ready: ReadyOperation, options: RunOptions, context: RequestContext) -> GraphQLResponse:
        """Run the compiled operation; where there is none, or at a surprise, the plain executor."""
        form = ready.form(options.variables, self._observer) if self._options.compiled else Plain.SWITCHED_OFF
        if not isinstance(form, CompiledOperation):
            self._observer.on_plain_run(form)
            return respond(await execute_operation(ready.prepared, options, ready.refusals), context)
        self._observer.on_compiled_run()
        run = CompiledRun(form, options.client, options.variables, options.headers, context, self._traces)
        try:
            body = with_reports(await run.answer(), context.reports)
            return GraphQLResponse(body, executed=True, headers=context.response_headers)
        except SurpriseError as surprise:
            self._observer.on_fallback(surprise.reason)
        except Exception:
            if ready.prepared.operation.kind is not OperationKind.QUERY:
                raise  # What may have been sent, unanswered, must not be sent again.
            LOG.exception("a compiled operation failed; the plain executor takes over")
            self._observer.on_fallback(Surprise.GATEWAY)
        known = ReplayClient(options.client, ready.prepared.plan, run.exchanges)
        return respond(await execute_operation(ready.prepared, replace(options, client=known)), context)

    def _prepare(self, request: GraphQLRequest) -> ReadyOperation:
        known = self._supergraph.labels
        labels = draw_labels(known, self._options.active_labels, self._chance) if known else NO_LABELS
        unmet = ALL_MET if self._access is None else self._unmet(self._access, request)
        ready = self._prepared.get((request.query, request.operation_name, labels, unmet))
        if ready is None:
            ready = self._make_ready(request, labels, unmet)
        else:
            self._check(request, ready.prepared.operation)
            self._observer.on_reused()
        ready.uses += 1
        return ready

    def _unmet(self, access: AccessGate, request: GraphQLRequest) -> Unmet:
        key = (request.query, request.operation_name)
        if not access.knows(key):
            access.learn(key, self._read(request))
        return access.unmet(key, request.claims)

    def _make_ready(self, request: GraphQLRequest, labels: frozenset[Label], unmet: Unmet) -> ReadyOperation:
        began = time.perf_counter()
        operation = self._read(request)
        self._check(request, operation)
        if unmet and self._access is not None:
            ready = self._make_narrowed(self._access, operation, labels, unmet)
        else:
            ready = ReadyOperation(prepare(operation, self._plan(operation, labels), self._supergraph))
        ready.identity = identify((request.query, request.operation_name, sorted(labels), sorted(map(repr, unmet))))
        shares, fetches = self._options.shares_requests, ready.prepared.plan.fetches
        ready.is_shared = shares is not None and bool(fetches) and all(shares(fetch.subgraph) for fetch in fetches)
        self._prepared.put((request.query, request.operation_name, labels, unmet), ready)
        self._observer.on_prepared(time.perf_counter() - began)
        return ready

    def _make_narrowed(
        self, access: AccessGate, operation: Operation, labels: frozenset[Label], unmet: Unmet
    ) -> ReadyOperation:
        """The operation without what its user may not see; raises RequestError where that refuses it as a whole."""
        narrowed, forbidden = access.narrow(operation, unmet)
        refusals = refusals_of(narrowed)
        if refusals and self._options.access.reject:
            raise RequestError("Unauthorized", code=codes.UNAUTHORIZED_FIELD_OR_TYPE, errors=refusals, status=403)
        plan = self._plan(narrowed.operation, labels)
        return ReadyOperation(prepare(operation, plan, self._supergraph, forbidden=forbidden), refusals)

    def _read(self, request: GraphQLRequest) -> Operation:
        return read_operation(self._supergraph.api_schema, request.query, request.operation_name, self._limits)

    def _check(self, request: GraphQLRequest, operation: Operation) -> None:
        """Refuse what this request may not do, however valid it is."""
        if operation.kind is OperationKind.SUBSCRIPTION and not request.subscriptions:
            message = (
                "A subscription needs a transport that can stream, and one answer over HTTP cannot: ask over a WebSocket, "
                "or accept text/event-stream or multipart/mixed."
            )
            raise RequestError(message, code=codes.SUBSCRIPTION_NOT_SUPPORTED)
        if request.read_only and operation.kind is OperationKind.MUTATION:
            raise RequestError("A mutation must be sent by POST.", code=codes.METHOD_NOT_ALLOWED, status=405)
        if not self._options.introspection and asks_for_schema(operation.selections):
            message = "Introspection is switched off: __schema and __type cannot be asked for."
            raise RequestError(message, code=codes.INTROSPECTION_DISABLED)

    def _run_options(
        self, request: GraphQLRequest, variables: Mapping[str, Any], plan: QueryPlan, context: RequestContext
    ) -> RunOptions:
        return RunOptions(
            client=self._client,
            variables=variables,
            headers=self._headers_of(plan, request),
            error_policy=self._options.error_policy,
            context=context,
        )

    def _deadline(self) -> float | None:
        seconds = self._options.seconds
        return None if seconds is None else time.monotonic() + seconds  # as every event loop's clock

    def _headers_of(self, plan: QueryPlan, request: GraphQLRequest) -> Mapping[SubgraphName, Mapping[str, str]]:
        if not self._options.headers.rules and not self._options.headers_by_subgraph:
            return NO_HEADERS
        return {name: self._headers_for(name, request) for name in {fetch.subgraph for fetch in plan.fetches}}

    def _headers_for(self, subgraph: SubgraphName, request: GraphQLRequest) -> Mapping[str, str]:
        return self._options.headers_by_subgraph.get(subgraph, self._options.headers).apply(request.headers)


def _make_gate(supergraph: Supergraph, options: EngineOptions) -> AccessGate | None:
    rules = read_access_rules(supergraph) if options.access.enabled else None
    return AccessGate(rules, supergraph, options.access, options.cached_operations) if rules else None


def _own_planner(supergraph: Supergraph) -> PlanOperation:
    query_graph = build_query_graph(supergraph)
    return lambda operation, labels: plan_operation(query_graph, operation, labels=labels)
