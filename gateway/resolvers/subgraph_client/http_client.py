"""GraphQL over HTTP, the client's side: a request becomes a POST, an answer becomes a response or a named failure."""

import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from gateway.errors import SubgraphError
from gateway.resolvers import codes
from gateway.resolvers.subgraph_client.protocol import Events, EventSource, SubgraphRequest, SubgraphResponse
from gateway.resolvers.subgraph_client.response import MalformedResponseError, read_response
from gateway.resolvers.subgraph_client.transport import (
    Failure,
    HttpAnswer,
    HttpTransport,
    StreamingTransport,
    TransportError,
)
from gateway.resolvers.subgraph_client.uploading import MultipartBody
from gateway.resolvers.uploads import UploadedFile, find_files
from gateway.types import OperationKind, SubgraphName

GRAPHQL_JSON: Final = "application/graphql-response+json"
PLAIN_JSON: Final = "application/json"
HEADERS: Final = {"content-type": PLAIN_JSON, "accept": f"{GRAPHQL_JSON}, {PLAIN_JSON};q=0.9"}
"""What a client says of itself (GraphQL over HTTP, section 5.2)."""
UPLOADS: Final = {"apollo-require-preflight": "true", "graphql-require-preflight": "1"}
"""What servers want to see with files, which a page of another site could make a browser send."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a subgraph is, and how many seconds one request may take."""

    url: str
    timeout: float = 30.0


class HttpClient:
    """A ``SubgraphClient`` that posts each request to its subgraph's endpoint. It owns the transport and closes it.

    ``deadline_header`` tells subgraphs in how many milliseconds nobody will wait for their answer any more; None tells nothing.
    ``streams`` brings the events of subscriptions, and is closed too; without it there are none. ``uploads`` carries requests with files.
    """

    def __init__(
        self,
        endpoints: Mapping[SubgraphName, Endpoint],
        transport: HttpTransport,
        *,
        deadline_header: str | None = None,
        streams: EventSource | None = None,
        uploads: StreamingTransport | None = None,
    ) -> None:
        self._endpoints = endpoints
        self._transport = transport
        self._deadline_header = deadline_header
        self._streams = streams
        self._uploads = uploads

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """The subgraph's response; raises ``SubgraphError`` where there is no usable one.

        Its message names the subgraph and the cause, never what an exception or a body says.
        """
        return read_answer(request.subgraph, await self.post(request))

    async def post(self, request: SubgraphRequest) -> HttpAnswer:
        """The answer as it came; raises ``SubgraphError`` as ``send`` does."""
        endpoint = self._endpoints.get(request.subgraph)
        if endpoint is None:
            raise SubgraphError(f"Subgraph {request.subgraph!r} has no address.", subgraph=request.subgraph)
        if request.context is not None and request.context.has_files and (files := find_files(request.variables)):
            return await self._post_files(request, endpoint, files)
        now = time.monotonic()  # as every event loop's clock, but asking for the loop is a system call
        deadline = now + (request.timeout or endpoint.timeout)
        if request.context is not None and request.context.deadline is not None:
            deadline = min(deadline, request.context.deadline)
        headers = {**request.headers, **HEADERS} if request.headers else HEADERS
        if self._deadline_header is not None:
            headers = {**headers, self._deadline_header: str(max(0, int((deadline - now) * 1000)))}
        try:
            return await self._transport.post(
                endpoint.url,
                headers=headers,
                body=encode_request(request),
                deadline=deadline,
                replayable=request.kind is OperationKind.QUERY,
            )
        except TransportError as error:
            raise _no_answer(request.subgraph, error) from error

    async def _post_files(
        self, request: SubgraphRequest, endpoint: Endpoint, files: Mapping[UploadedFile, list[str]]
    ) -> HttpAnswer:
        """The answer to a request with files, which are sent on as they come. It is never sent twice."""
        if self._uploads is None:
            message = f"Subgraph {request.subgraph!r} takes no files."
            raise SubgraphError(message, subgraph=request.subgraph, code=codes.FILE_UPLOADS_OPERATION_CANNOT_STREAM)
        body = MultipartBody(request, files)
        headers = {**request.headers, **HEADERS, **UPLOADS, "content-type": body.content_type}
        seconds = request.timeout or endpoint.timeout
        try:
            async with contextlib.aclosing(body.pieces()) as pieces:
                return await self._uploads.post_pieces(endpoint.url, headers=headers, pieces=pieces, seconds=seconds)
        except TransportError as error:
            if body.failure is None:
                raise _no_answer(request.subgraph, error) from error
            raise SubgraphError(str(body.failure), subgraph=request.subgraph, code=body.failure.code) from error

    def subscribe(self, request: SubgraphRequest) -> Events:
        """The subgraph's events; raises ``SubgraphError`` as ``Events`` says."""
        if self._streams is None:
            return no_events(request.subgraph)
        return self._streams.subscribe(request)

    async def close(self) -> None:
        """Close the transport, and end all subscriptions."""
        await self._transport.close()
        if self._uploads is not None:
            await self._uploads.close()
        if self._streams is not None:
            await self._streams.close()


async def no_events(subgraph: SubgraphName) -> Events:
    """Those of a subgraph that nobody can subscribe to: raises ``SubgraphError``."""
    message = f"Subgraph {subgraph!r} takes no subscriptions."
    raise SubgraphError(message, subgraph=subgraph)
    yield  # which makes it a generator


def encode_request(request: SubgraphRequest) -> bytes:
    """The body of a request (GraphQL over HTTP, section 5.4), if it is not yet written; what is empty is left out."""
    if request.body is not None:
        return request.body
    body: dict[str, Any] = {"query": request.query}
    if request.variables:
        body["variables"] = request.variables
    if request.operation_name is not None:
        body["operationName"] = request.operation_name
    return msgspec.json.encode(body)


def read_answer(subgraph: SubgraphName, answer: HttpAnswer) -> SubgraphResponse:
    """The GraphQL response in an HTTP answer; raises ``SubgraphError``.

    ``application/graphql-response+json`` counts whatever the status. With another status than 2xx, plain JSON counts only where it
    holds GraphQL errors: it may come from something between (GraphQL over HTTP, section 6.4).
    """
    media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    succeeded = 200 <= answer.status < 300  # HTTP's own class of success
    try:
        if media_type not in (GRAPHQL_JSON, PLAIN_JSON):
            raise MalformedResponseError("its content type is not that of a GraphQL response")
        response = read_response(answer.body, answer.headers)
    except MalformedResponseError as error:
        if not succeeded:
            raise _http_error(subgraph, answer.status) from error
        message = f"Subgraph {subgraph!r} did not answer with a GraphQL response: {error}."
        raise SubgraphError(message, subgraph=subgraph, code=codes.SUBREQUEST_MALFORMED_RESPONSE) from error
    if not succeeded and media_type == PLAIN_JSON and not response.errors:
        raise _http_error(subgraph, answer.status)
    return response


def _no_answer(subgraph: SubgraphName, error: TransportError) -> SubgraphError:
    code = codes.SUBREQUEST_CIRCUIT_OPEN if error.failure is Failure.OPEN else None
    return SubgraphError(f"Subgraph {subgraph!r} {error.failure.value}.", subgraph=subgraph, code=code)


def _http_error(subgraph: SubgraphName, status: int) -> SubgraphError:
    message = f"Subgraph {subgraph!r} answered with HTTP status {status}."
    return SubgraphError(message, subgraph=subgraph, extensions={"http": {"status": status}})
