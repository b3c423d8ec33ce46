"""Measures what clients get: how many answers of each status, and how long each operation takes."""

from collections.abc import Awaitable, Callable, Coroutine
from time import perf_counter
from typing import Any, Final, TypeVar

from gateway.errors import RequestError
from gateway.resolvers.messages import Answer, GraphQLRequest, GraphQLResponse
from gateway.telemetry.metrics.figures import Counter, Figures
from gateway.telemetry.metrics.names import OperationNames
from gateway.transport.asgi import AsgiApp, Headers, Message, Receive, Scope, Send, send_response
from gateway.transport.endpoint import GraphQLService

ERRORS_FIRST = b'{"errors"'
"""How a response begins that has errors: these are always written first."""


STATUSES: Final = {status: str(status) for status in range(100, 600)}


class MeasuredEndpoint:
    """An ASGI application around the endpoint that counts its responses by their HTTP status."""

    def __init__(self, app: AsgiApp, figures: Figures) -> None:
        self._app = app
        self._responses = figures.counter("http_responses", "Responses of the GraphQL endpoint.", "status")

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer as the application does."""
        return self._app(scope, receive, _CountingSend(send, self._responses))


class _CountingSend:
    """Sends one response, and counts it."""

    __slots__ = ("_responses", "_send")

    def __init__(self, send: Send, responses: Counter) -> None:
        self._send, self._responses = send, responses

    def __call__(self, message: Message) -> Awaitable[None]:  # no coroutine of its own: it hands on the one of send
        if message["type"] == "http.response.start":
            self._responses.add((STATUSES[message["status"]],))
        return self._send(message)

    def whole(self, status: int, headers: Headers, body: bytes) -> Awaitable[None]:
        """See ``WholeSend.whole``."""
        self._responses.add((STATUSES[status],))
        return send_response(self._send, status, headers, body)


T = TypeVar("T", bound=Answer)

OK: Final = 200


class MeasuredService:
    """A ``GraphQLService`` around another one that measures each operation. ``names`` bounds how many are told apart."""

    def __init__(self, service: GraphQLService, figures: Figures, names: OperationNames) -> None:
        self._service = service
        self._names = names
        self._in_flight = 0
        self._requests = figures.counter(
            "requests",
            "GraphQL requests by operation, by whether the response has errors, and by the status that the request itself stands for.",
            "operation",
            "outcome",
            "status",
        )
        self._seconds = figures.histogram("request_seconds", "How long GraphQL requests take.", "operation")
        figures.watch(
            "requests_in_flight", "gauge", "GraphQL requests that are being answered.", lambda: [((), self._in_flight)]
        )

    def execute(self, request: GraphQLRequest) -> Coroutine[Any, Any, GraphQLResponse]:
        """The service's answer; raises as it does."""
        return self._measure(request, self._service.execute)

    def stream(self, request: GraphQLRequest) -> Coroutine[Any, Any, Answer]:
        """The same for an answer in several payloads, whose time ends with the first of them."""
        return self._measure(request, self._service.stream)

    async def _measure(self, request: GraphQLRequest, work: Callable[[GraphQLRequest], Awaitable[T]]) -> T:
        self._in_flight += 1
        began = perf_counter()
        try:
            response = await work(request)
        except RequestError as error:
            self._count(request, began, error.status, answered=False)
            raise
        finally:
            self._in_flight -= 1
        if not isinstance(response, GraphQLResponse):
            self._count(request, began, OK, answered=True, outcome="stream")
            return response
        outcome = "errors" if response.body.startswith(ERRORS_FIRST) else "data"
        self._count(request, began, response.status, answered=response.executed, outcome=outcome)
        return response

    def _count(
        self, request: GraphQLRequest, began: float, status: int, *, answered: bool, outcome: str = "errors"
    ) -> None:
        label = self._names.label(request, answered=answered)
        self._requests.add((label, outcome, STATUSES[status]))
        self._seconds.observe(perf_counter() - began, (label,))
