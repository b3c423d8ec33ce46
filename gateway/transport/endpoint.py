"""GraphQL over HTTP: the one route that must be fast, by bare ASGI."""

import logging
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

import msgspec

from gateway.errors import RequestError
from gateway.resolvers import codes
from gateway.resolvers.messages import Answer, GraphQLRequest, GraphQLResponse, GraphQLStream
from gateway.resolvers.uploads import find_files
from gateway.transport.asgi import (
    WHOLE_BODY,
    ClientLeftError,
    Headers,
    KnownHeaders,
    Receive,
    Scope,
    Send,
    read_body,
    read_headers,
    send_response,
    send_without_body,
)
from gateway.transport.batching import Batch, answer_batch, read_batch, take_batch
from gateway.transport.coding import decode_body
from gateway.transport.conditional import NOT_MODIFIED, has_it, may_be_kept, validator_of
from gateway.transport.csrf import check_preflight
from gateway.transport.leaving import unless_client_leaves
from gateway.transport.media_types import GRAPHQL_RESPONSE, HTML, JSON, choose_media_type, essence, is_utf_8
from gateway.transport.parameters import Parameters, check_asked, read_json, read_object, read_url
from gateway.transport.streaming import Carrier, Carriers, read_carriers, send_stream, single
from gateway.transport.uploads import MULTIPART, UploadOptions, receive_upload

logger = logging.getLogger(__name__)

ANSWERS: Final = (JSON, GRAPHQL_RESPONSE)
"""What is offered to programs. The first is for those that take anything, as clients that are older than the second expect."""

WITH_PAGE: Final = (*ANSWERS, HTML)

METHOD_NOT_ALLOWED: Final = 405

PLAN_HEADER: Final = "apollo-expose-query-plan"

MAX_REMEMBERED: Final = 4
MAX_REMEMBERED_BODY: Final = 4_000
"""How many bodies are remembered for each known head, and how long each may be."""

Header = tuple[bytes, bytes]

NO_SNIFFING: Final[Header] = (b"x-content-type-options", b"nosniff")
NOT_STORED: Final[Header] = (b"cache-control", b"no-store")
VARY: Final[Header] = (b"vary", b"accept, accept-encoding")
HEADERS: Final[Mapping[str, Headers]] = {
    media_type: ((b"content-type", f"{media_type}; charset=utf-8".encode()), VARY, NO_SNIFFING)
    for media_type in WITH_PAGE
}
"""What every answer of a media type has."""


class GraphQLService(Protocol):
    """What answers requests: an engine, or whatever stands before one."""

    async def execute(self, request: GraphQLRequest) -> GraphQLResponse:
        """The answer; raises RequestError where the service cannot take the request at all."""
        ...

    async def stream(self, request: GraphQLRequest) -> Answer:
        """The answer in the payloads that the request takes, or whole; raises as ``execute`` does."""
        ...


class HttpAnswer(msgspec.Struct, frozen=True):
    """A response ready to send, but for its length."""

    status: int
    media_type: str
    body: bytes
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class Page:
    """What browsers get: an HTML page and its headers."""

    html: bytes
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class EndpointOptions:
    """What the endpoint lets through. An empty ``csrf_headers`` switches the CSRF check off. What follows ``path`` names a document."""

    path: str = "/graphql"
    body_bytes: int = 2_000_000
    body_seconds: float = 30.0
    csrf_headers: tuple[str, ...] = ("apollo-require-preflight", "x-apollo-operation-name")
    expose_plan: bool = False
    batch: int = 1
    """How many requests one body may hold, as a JSON array; 1 takes no arrays."""
    heartbeat: float = 12.0
    """After how many seconds without an event a subscription's response shows that it is alive."""
    uploads: UploadOptions | None = None
    """How files are taken; None takes none."""


class GraphQLEndpoint:
    """An ASGI application for one route: GET and POST in, JSON out; a browser gets the page, if there is one."""

    def __init__(self, service: GraphQLService, *, options: EndpointOptions, page: Page | None = None) -> None:
        self._service = service
        self._options = options
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; every failure is an answer too."""
        known = recall(scope)
        media_type: str | None
        if known is not None:
            media_type = known.media_type
        else:
            headers = read_headers(scope)
            media_type = self._choose(scope["method"], headers)
            carriers = read_carriers(headers.get("accept"))
        try:
            if known is not None:
                response = await unless_client_leaves(scope, receive, self._service.execute(known.request))
                answer = to_http(response, known.media_type)
            elif uploads := self._uploads(scope, headers):
                answer = await self._answer_upload(scope, receive, headers, media_type, uploads)
            elif carriers.any is not None and media_type != HTML:
                await self._stream(scope, receive, send, headers, media_type, carriers)
                return
            else:
                answer = await self._answer(scope, receive, headers, media_type)
        except ClientLeftError:
            return
        except RequestError as error:
            answer = refusal(error, media_type or JSON)
        except Exception:
            logger.exception("A request failed by a fault of the gateway")
            answer = refusal(
                RequestError("Internal server error", code=codes.INTERNAL_SERVER_ERROR, status=500), media_type or JSON
            )
        await send_answer(send, answer)

    def _choose(self, method: str, headers: Mapping[str, str]) -> str | None:
        accept = headers.get("accept")
        if not accept:
            return JSON
        return choose_media_type(accept, WITH_PAGE if self._page and method == "GET" else ANSWERS)

    async def _answer(
        self, scope: Scope, receive: Receive, headers: Mapping[str, str], media_type: str | None
    ) -> HttpAnswer:
        method = scope["method"]
        check_method(method)
        if media_type is None:
            raise not_acceptable()
        if media_type == HTML and self._page:
            return HttpAnswer(200, HTML, self._page.html, self._page.headers)
        request = await self._read_request(scope, receive, headers)
        if isinstance(request, Batch):
            return await self._answer_batch(request, scope, receive, media_type)
        if method == "POST":
            remember(scope, request, media_type)
        response = await unless_client_leaves(scope, receive, self._service.execute(request))
        answer = to_http(response, media_type)
        if method == "GET" and may_be_kept(response.headers):
            return if_modified(answer, headers.get("if-none-match"))
        return answer

    def _uploads(self, scope: Scope, headers: Mapping[str, str]) -> UploadOptions | None:
        """How the files of this request are taken, if it brings some and they are."""
        uploads = self._options.uploads
        if uploads is None or scope["method"] != "POST" or essence(headers.get("content-type", "")) != MULTIPART:
            return None
        return uploads

    async def _answer_upload(
        self,
        scope: Scope,
        receive: Receive,
        headers: Mapping[str, str],
        media_type: str | None,
        uploads: UploadOptions,
    ) -> HttpAnswer:
        """Answer a request with files, which may still be coming meanwhile. The answer comes whole."""
        self._check_preflight(headers)
        if media_type is None:
            raise not_acceptable()
        if headers.get("content-encoding"):
            raise unsupported("Files are taken as they are: send the request without a content-encoding.")
        async with receive_upload(receive, headers["content-type"], uploads) as operations:
            batch = take_batch(operations, self._options.batch)
            if batch is not None:
                requests = tuple(self._make_upload(each, headers, scope) for each in batch)
                return HttpAnswer(
                    200, media_type, await answer_batch(Batch(requests), self._service.execute), (NOT_STORED,)
                )
            request = self._make_upload(operations, headers, scope)
            return to_http(await self._service.execute(request), media_type)

    async def _stream(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        headers: Mapping[str, str],
        media_type: str | None,
        carriers: Carriers,
    ) -> None:
        """Answer a client that takes streams: in the form it likes best, or whole where there is but one payload."""
        check_method(scope["method"])
        request = await self._read_request(scope, receive, headers)
        if isinstance(request, Batch):
            return await send_answer(send, await self._answer_batch(request, scope, receive, media_type or JSON))
        request = replace(request, subscriptions=carriers.subscription is not None, incremental=carriers.incremental)
        response = await unless_client_leaves(scope, receive, self._service.stream(request))
        if isinstance(response, GraphQLResponse):
            if media_type is not None or response.status == METHOD_NOT_ALLOWED:  # which must be the status itself
                return await send_answer(send, to_http(response, media_type or JSON))
            response = GraphQLStream(single(response.body), carriers.incremental, response.headers)
        carrier = carriers.subscription if response.incremental is None else carriers.deferred
        sending = send_stream(
            send, response, carrier or carriers.any or Carrier.EVENTS, (), heartbeat=self._options.heartbeat
        )
        try:
            await unless_client_leaves(scope, receive, sending)
        except ClientLeftError:
            return None
        except Exception:
            # Its head is sent: the client sees it break off.
            logger.exception("A stream failed by a fault of the gateway")

    async def _answer_batch(self, batch: Batch, scope: Scope, receive: Receive, media_type: str) -> HttpAnswer:
        body = await unless_client_leaves(scope, receive, answer_batch(batch, self._service.execute))
        return HttpAnswer(200, media_type, body, (NOT_STORED,))

    async def _read_request(self, scope: Scope, receive: Receive, headers: Mapping[str, str]) -> GraphQLRequest | Batch:
        self._check_preflight(headers)
        if scope["method"] == "GET":
            return self._make_request(read_url(scope["query_string"]), headers, scope)
        check_content(headers)
        return self._read_parameters(await self._read_body(headers, receive), headers, scope)

    def _check_preflight(self, headers: Mapping[str, str]) -> None:
        if self._options.csrf_headers:
            check_preflight(headers, self._options.csrf_headers)

    def _read_parameters(self, body: bytes, headers: Mapping[str, str], scope: Scope) -> GraphQLRequest | Batch:
        batch = read_batch(body, self._options.batch)
        if batch is not None:
            return Batch(tuple(self._make_request(parameters, headers, scope) for parameters in batch))
        return self._make_request(read_json(body), headers, scope)

    async def _read_body(self, headers: Mapping[str, str], receive: Receive) -> bytes:
        limit = self._options.body_bytes
        try:
            seconds = self._options.body_seconds
            body = await read_body(receive, limit=limit, announced=headers.get("content-length"), seconds=seconds)
        except TimeoutError:
            message = f"The request's body was not whole after {self._options.body_seconds:g} seconds."
            raise RequestError(message, code=codes.REQUEST_TIMEOUT, status=408) from None
        coding = headers.get("content-encoding")
        return decode_body(body, coding, limit) if coding else body

    def _make_request(self, parameters: Parameters, headers: Mapping[str, str], scope: Scope) -> GraphQLRequest:
        document_id = scope["path"].removeprefix(self._options.path).lstrip("/") or parameters.document_id or None
        check_asked(parameters, document_id)
        plan = headers.get(PLAN_HEADER, "").strip().lower() if self._options.expose_plan else ""
        return GraphQLRequest(
            query=parameters.query or "",
            document_id=document_id,
            operation_name=parameters.operation_name or None,
            variables=parameters.variables or {},
            extensions=parameters.extensions or {},
            headers=headers,
            read_only=scope["method"] == "GET",
            expose_plan=plan in ("true", "dry-run"),
            dry_run=plan == "dry-run",
        )

    def _make_upload(self, operations: Any, headers: Mapping[str, str], scope: Scope) -> GraphQLRequest:
        parameters = read_object(operations)
        files = tuple(find_files(parameters.variables or {}))
        return replace(self._make_request(parameters, headers, scope), files=files)


@dataclass(frozen=True, slots=True)
class Known:
    """A request that has come before, and the media type of its answer."""

    request: GraphQLRequest
    media_type: str


def recall(scope: Scope) -> Known | None:
    """The request that has come before with the same headers and the same body: it says the same again."""
    raw = scope["headers"]
    return raw.seen.get(scope[WHOLE_BODY]) if isinstance(raw, KnownHeaders) else None


def remember(scope: Scope, request: GraphQLRequest, media_type: str) -> None:
    """Keep what a POST says for ``recall``. It has passed all checks."""
    raw = scope["headers"]
    if isinstance(raw, KnownHeaders) and len(scope[WHOLE_BODY]) <= MAX_REMEMBERED_BODY:
        if len(raw.seen) >= MAX_REMEMBERED:
            raw.seen.clear()
        raw.seen[scope[WHOLE_BODY]] = Known(request, media_type)


class MethodError(RequestError):
    """This HTTP method is not for this request; ``allow`` lists those that are (RFC 9110, section 15.5.6)."""

    code = codes.METHOD_NOT_ALLOWED

    def __init__(self, message: str, *, allow: str) -> None:
        super().__init__(message, status=METHOD_NOT_ALLOWED)
        self.allow = allow


def check_method(method: str) -> None:
    """GraphQL is asked by POST or GET. Raises MethodError."""
    if method not in ("POST", "GET"):
        raise MethodError(f"GraphQL is asked by POST or GET, not by {method}.", allow="GET, POST")


def check_content(headers: Mapping[str, str]) -> None:
    """A POST's body is JSON in UTF-8. Raises RequestError with status 415."""
    content_type = headers.get("content-type")
    if not content_type:
        raise unsupported("The request has no content type; send 'content-type: application/json'.")
    if essence(content_type) == MULTIPART:
        raise unsupported("Files are not taken here (uploads.enabled); send 'content-type: application/json'.")
    if essence(content_type) != JSON:
        raise unsupported(f"The content type {content_type!r} is not taken; send 'content-type: application/json'.")
    if not is_utf_8(content_type):
        raise unsupported("The body must be in UTF-8, the only encoding of JSON.")


def not_acceptable() -> RequestError:
    message = f"The answer can be {' or '.join(ANSWERS)}; accept one of them."
    return RequestError(message, code=codes.NOT_ACCEPTABLE, status=406)


def unsupported(message: str) -> RequestError:
    return RequestError(message, code=codes.UNSUPPORTED_MEDIA_TYPE, status=415)


def to_http(response: GraphQLResponse, media_type: str) -> HttpAnswer:
    """The status that the media type wants (GraphQL over HTTP, section 6.4): plain JSON is 200 for every well-formed request.

    Only a mutation by GET is 405 in either (section 5.3).
    """
    headers: Headers = ()
    if response.headers:
        headers = tuple(
            [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in response.headers.items()]
        )
    if response.status == METHOD_NOT_ALLOWED:
        return HttpAnswer(METHOD_NOT_ALLOWED, media_type, response.body, (*headers, (b"allow", b"POST")))
    status = 200 if media_type == JSON else response.status
    return HttpAnswer(status, media_type, response.body, headers)


def refusal(error: RequestError, media_type: str) -> HttpAnswer:
    """The answer to a request that is not executed. It has no ``data`` entry (GraphQL, section 7.1.2)."""
    body = msgspec.json.encode({"errors": error.errors})
    headers: Headers = (NOT_STORED,)
    if isinstance(error, MethodError):
        headers += ((b"allow", error.allow.encode("ascii")),)
    elif error.status == 401:  # Unauthorized (RFC 9110, section 11.6.1)
        headers += ((b"www-authenticate", b"Bearer"),)
    elif error.status == 503:  # Service Unavailable
        headers += ((b"retry-after", b"1"),)
    return HttpAnswer(error.status, JSON if media_type == HTML else media_type, body, headers)


def if_modified(answer: HttpAnswer, if_none_match: str | None) -> HttpAnswer:
    """The answer with its validator, or only the news that the client has it (RFC 9110, section 15.4.5)."""
    validator = validator_of(answer.body)
    headers = (*answer.headers, (b"etag", validator.encode("ascii")))
    if has_it(if_none_match, validator):
        return HttpAnswer(NOT_MODIFIED, answer.media_type, b"", headers)
    return HttpAnswer(answer.status, answer.media_type, answer.body, headers)


def send_answer(send: Send, answer: HttpAnswer) -> Awaitable[None]:
    """Send an answer with the headers that every answer has."""
    if answer.status == NOT_MODIFIED:
        return send_without_body(send, answer.status, (VARY, *answer.headers))
    headers = HEADERS[answer.media_type]
    return send_response(send, answer.status, headers + answer.headers if answer.headers else headers, answer.body)
