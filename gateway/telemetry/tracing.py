"""Traces by OpenTelemetry: a span for each request of a client, for each planning, and for each request to a subgraph.

Spans name operations, subgraphs and statuses. Texts of operations, variables, headers and messages of errors are not in them: they may hold
what belongs to somebody.
"""

import time
from collections.abc import Awaitable
from contextlib import AbstractContextManager
from typing import Final, TypeVar

from msgspec.structs import replace
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from gateway.errors import SubgraphError
from gateway.resolvers.engine import Unobserved
from gateway.resolvers.executor.compiled import Surprise
from gateway.resolvers.messages import Answer, GraphQLRequest, GraphQLResponse
from gateway.resolvers.subgraph_client import HttpAnswer, SubgraphClient, SubgraphRequest, SubgraphResponse
from gateway.resolvers.subgraph_client.protocol import Events
from gateway.telemetry.metrics.names import ANONYMOUS, first_name
from gateway.telemetry.metrics.requests import ERRORS_FIRST
from gateway.telemetry.requests import CURRENT
from gateway.transport.asgi import AsgiApp, Message, Receive, Scope, Send
from gateway.transport.endpoint import GraphQLService

W3C: Final = TraceContextTextMapPropagator()
"""``traceparent`` and ``tracestate`` (W3C Trace Context)."""

SERVER_ERROR: Final = 500

T = TypeVar("T")


class TracedEndpoint:
    """An ASGI application around another one. Each request is a span, in the trace that its client names."""

    def __init__(self, app: AsgiApp, tracer: Tracer) -> None:
        self._app, self._tracer = app, tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with self._start(scope) as span:
            if request := CURRENT.get():
                request.trace_id = trace.format_trace_id(span.get_span_context().trace_id)

            def note_and_send(message: Message) -> Awaitable[None]:
                if message["type"] == "http.response.start":
                    note_status(span, message["status"])
                return send(message)

            await self._app(scope, receive, note_and_send)

    def _start(self, scope: Scope) -> AbstractContextManager[Span]:
        carrier = {
            name.decode("latin-1"): value.decode("latin-1")
            for name, value in scope["headers"]
            if name in (b"traceparent", b"tracestate")
        }
        return self._tracer.start_as_current_span(
            f"{scope['method']} {scope['path']}",
            context=W3C.extract(carrier),
            kind=SpanKind.SERVER,
            attributes={"http.request.method": scope["method"], "url.path": scope["path"]},
            record_exception=False,
        )


class TracedService:
    """A ``GraphQLService`` around another one, which gives the request's span the name of its operation."""

    def __init__(self, service: GraphQLService) -> None:
        self._service = service

    async def execute(self, request: GraphQLRequest) -> GraphQLResponse:
        """The service's answer."""
        name_span(request)
        response = await self._service.execute(request)
        note_errors(response)
        return response

    async def stream(self, request: GraphQLRequest) -> Answer:
        """The service's answer."""
        name_span(request)
        answer = await self._service.stream(request)
        if isinstance(answer, GraphQLResponse):
            note_errors(answer)
        return answer


class TracedClient:
    """A ``SubgraphClient`` around another one. Each request is a span, which the subgraph is told of."""

    def __init__(self, inner: SubgraphClient, tracer: Tracer) -> None:
        self._inner, self._tracer = inner, tracer

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """The inner client's response."""
        with self._start(request) as span:
            return await failing(span, self._inner.send(told(request)))

    async def post(self, request: SubgraphRequest) -> HttpAnswer:
        """The inner client's answer."""
        with self._start(request) as span:
            answer = await failing(span, self._inner.post(told(request)))
            note_status(span, answer.status)
            return answer

    def subscribe(self, request: SubgraphRequest) -> Events:
        """The inner client's events."""
        return self._inner.subscribe(told(request))

    async def close(self) -> None:
        """Close the inner client."""
        await self._inner.close()

    def _start(self, request: SubgraphRequest) -> AbstractContextManager[Span]:
        attributes = {"tongfen.subgraph": request.subgraph, "graphql.operation.type": request.kind.value}
        return self._tracer.start_as_current_span(
            f"fetch {request.subgraph}", kind=SpanKind.CLIENT, attributes=attributes, record_exception=False
        )


class TracedEngine(Unobserved):
    """An ``EngineObserver``: planning and compiling are spans, a fallback is an event of the request's span."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def on_prepared(self, seconds: float) -> None:
        """See ``EngineObserver``."""
        self._note("plan", seconds)

    def on_compiled(self, seconds: float) -> None:
        """See ``EngineObserver``."""
        self._note("compile", seconds)

    def on_fallback(self, reason: Surprise) -> None:
        """See ``EngineObserver``."""
        trace.get_current_span().add_event("fallback", {"reason": reason.value})

    def _note(self, name: str, seconds: float) -> None:
        """A span of something that has just ended."""
        now = time.time_ns()
        self._tracer.start_span(name, start_time=now - int(seconds * 1e9)).end(now)


def make_tracer(provider: TracerProvider) -> Tracer:
    """What makes the gateway's spans."""
    return provider.get_tracer("tongfen")


def told(request: SubgraphRequest) -> SubgraphRequest:
    """The request with the headers that tell of the current span, in the place of those that the client sent."""
    headers = dict(request.headers)
    W3C.inject(headers)
    return replace(request, headers=headers)


async def failing(span: Span, work: Awaitable[T]) -> T:
    """What ``work`` comes to; a SubgraphError is noted by its code."""
    try:
        return await work
    except SubgraphError as error:
        span.set_attribute("error.type", error.code)
        span.set_status(StatusCode.ERROR)
        raise


def note_status(span: Span, status: int) -> None:
    span.set_attribute("http.response.status_code", status)
    if status >= SERVER_ERROR:
        span.set_status(StatusCode.ERROR)


def note_errors(response: GraphQLResponse) -> None:
    if response.body.startswith(ERRORS_FIRST):
        trace.get_current_span().set_attribute("tongfen.has_errors", True)


def name_span(request: GraphQLRequest) -> None:
    name = request.operation_name or first_name(request.query)
    if name != ANONYMOUS:
        span = trace.get_current_span()
        span.update_name(f"graphql {name}")
        span.set_attribute("graphql.operation.name", name)
