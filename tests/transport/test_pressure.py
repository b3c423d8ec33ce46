"""Clients that send too much, too slowly, in too many at once, or leave: none of them costs another one anything."""

import asyncio
import contextlib
import gzip
import json
import zlib
from collections.abc import Awaitable, Callable
from typing import Final

import brotli  # type: ignore[import-untyped]  # it has no types
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import RequestError
from gateway.resolvers.messages import GraphQLRequest, GraphQLResponse
from gateway.transport.admission import Admission
from gateway.transport.asgi import ClientLeftError, Message
from gateway.transport.coding import decode_body
from gateway.transport.endpoint import EndpointOptions, GraphQLEndpoint
from gateway.transport.leaving import PATIENCE, unless_client_leaves
from tests.transport.exchange import ANSWER, FakeService, post

QUERY = {"query": "{ hello }"}
BODY = json.dumps(QUERY).encode()


def endpoint(service: FakeService | Admission, **options: float) -> GraphQLEndpoint:
    return GraphQLEndpoint(service, options=EndpointOptions(**options))  # type: ignore[arg-type]


CODINGS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "gzip": lambda body: gzip.compress(body, mtime=0),
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}


@pytest.mark.parametrize("coding", CODINGS)
async def test_a_compressed_body_is_read(coding: str) -> None:
    """RFC 9110, section 8.4.1, and the codings registered since; whatever the letters' case."""
    service = FakeService()
    for written in (coding, coding.title()):
        response = await post(endpoint(service), CODINGS[coding](BODY), content_encoding=written)
        assert (response.status, service.asked[-1].query) == (200, "{ hello }")


@pytest.mark.parametrize("coding", CODINGS)
async def test_a_small_body_that_inflates_to_a_large_one_is_refused(coding: str) -> None:
    """The limit of the body holds for what comes out as well."""
    bomb = CODINGS[coding](b" " * 10_000_000)
    response = await post(endpoint(FakeService(), body_bytes=20_000), bomb, content_encoding=coding)
    assert (len(bomb) < 20_000, response.status, response.code) == (True, 413, "REQUEST_TOO_LARGE")


@pytest.mark.parametrize("coding", CODINGS)
async def test_a_damaged_compressed_body_is_refused(coding: str) -> None:
    """What is not in its coding, or not whole, or nothing."""
    for body in (BODY, CODINGS[coding](BODY * 100)[:-5], b""):
        response = await post(endpoint(FakeService()), body, content_encoding=coding)
        assert (response.status, response.code) == (400, "BAD_REQUEST")


@given(st.binary(max_size=200), st.sampled_from([*CODINGS, "identity", "br, gzip", "x"]))
def test_any_bytes_under_any_coding_are_a_body_or_a_refusal(body: bytes, coding: str) -> None:
    """Nothing else comes out."""
    with contextlib.suppress(RequestError):
        assert len(decode_body(body, coding, 100)) <= 200


class Held(FakeService):
    """Answers when the test says so; ``cancelled`` counts those whose client has left."""

    def __init__(self) -> None:
        super().__init__()
        self.go = asyncio.Event()
        self.cancelled = 0
        self.came = asyncio.Condition()

    async def are_there(self, number: int) -> None:
        """Wait for so many requests."""
        async with self.came:
            await self.came.wait_for(lambda: len(self.asked) >= number)

    async def execute(self, request: GraphQLRequest) -> GraphQLResponse:
        async with self.came:
            self.asked.append(request)
            self.came.notify_all()
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return ANSWER


async def test_requests_beyond_the_limit_are_told_to_come_back() -> None:
    """503 with ``Retry-After`` for those, an answer for the others, and room again afterwards."""
    held = Held()
    app = endpoint(Admission(held, 2))
    first = [asyncio.create_task(post(app, QUERY)) for _ in range(2)]
    await held.are_there(2)
    refused = await post(app, QUERY)
    assert (refused.status, refused.code, refused.headers["retry-after"]) == (503, "REQUEST_CONCURRENCY_LIMITED", "1")
    held.go.set()
    assert [response.status for response in await asyncio.gather(*first)] == [200, 200]
    assert (await post(app, QUERY)).status == 200


async def test_a_failing_request_gives_its_room_back() -> None:
    """Whatever it ended by."""
    admission = Admission(FakeService(failure=RuntimeError()), 1)
    for _ in range(3):
        with pytest.raises(RuntimeError):
            await admission.execute(GraphQLRequest("{ a }"))


async def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    """408, though the client is still there."""

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", b"application/json")], "query_string": b""}
    await endpoint(FakeService(), body_seconds=0.01)(scope, receive, send)
    assert sent[0]["status"] == 408
    assert json.loads(sent[1]["body"])["errors"][0]["extensions"]["code"] == "REQUEST_TIMEOUT"


async def test_a_client_that_leaves_takes_its_work_with_it() -> None:
    """The service's work is cancelled, nothing is sent, and the task itself goes on."""
    held, gone = Held(), asyncio.Event()

    async def receive() -> Message:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def serve() -> str:
        with pytest.raises(ClientLeftError):
            await unless_client_leaves({}, receive, held.execute(GraphQLRequest("{ a }")))
        await asyncio.sleep(0)
        return "went on"

    task = asyncio.create_task(serve())
    await asyncio.sleep(0)
    gone.set()
    assert (await task, held.cancelled) == ("went on", 1)


async def test_the_server_may_still_cancel() -> None:
    """A cancellation that is not the client's goes through as one."""
    held = Held()

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    task = asyncio.create_task(_served(unless_client_leaves({}, receive, held.execute(GraphQLRequest("{ a }")))))
    await asyncio.sleep(PATIENCE * 2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert held.cancelled == 1


async def _served(work: Awaitable[GraphQLResponse]) -> GraphQLResponse:
    return await work
