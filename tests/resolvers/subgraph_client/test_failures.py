"""What is done about failing subgraphs: retries within a budget, breakers, and the deadline of the client's request."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import SubgraphError
from gateway.resolvers.request_context import RequestContext
from gateway.resolvers.subgraph_client import Endpoint, HttpAnswer, HttpClient, LeanTransport, SubgraphRequest
from gateway.resolvers.subgraph_client.failures import BreakerPolicy, FailurePolicy, ResilientTransport, RetryPolicy
from gateway.resolvers.subgraph_client.failures.breaker import Breaker, BreakerState
from gateway.resolvers.subgraph_client.failures.retry import retry_after
from gateway.resolvers.subgraph_client.transport import Failure, TransportError
from gateway.types import OperationKind

URL = "http://city/graphql"
OK = HttpAnswer(200, {"content-type": "application/json"}, b'{"data":{}}')
RETRY = FailurePolicy(RetryPolicy(attempts=3, budget=0.2, base_seconds=1.0))


class Script:
    """A transport that does what the script says, again and again the last line; ``posts`` counts."""

    def __init__(self, *lines: HttpAnswer | Failure) -> None:
        self.lines = list(lines)
        self.posts = 0

    async def post(self, url: str, **_: Any) -> HttpAnswer:
        self.posts += 1
        line = self.lines.pop(0) if len(self.lines) > 1 else self.lines[0]
        if isinstance(line, Failure):
            raise TransportError(line)
        return line

    async def close(self) -> None:
        """Nothing is open."""


def status(code: int, headers: Mapping[str, str] | None = None) -> HttpAnswer:
    return HttpAnswer(code, headers or {}, b"")


class Waits:
    """Sleeps in no time, and remembers for how long it was asked to."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


async def post(transport: ResilientTransport, *, seconds: float = 100, replayable: bool = True) -> HttpAnswer:
    deadline = asyncio.get_running_loop().time() + seconds
    return await transport.post(URL, headers={}, body=b"{}", deadline=deadline, replayable=replayable)


def resilient(script: Script, policy: FailurePolicy, waits: Waits | None = None) -> ResilientTransport:
    return ResilientTransport(script, lambda _: policy, chance=lambda: 0.5, sleep=waits or Waits())


@pytest.mark.parametrize(
    "line", [Failure.UNREACHABLE, Failure.CLOSED, status(502), status(503), status(504), status(429)]
)
async def test_what_may_be_over_at_the_next_try_is_sent_again(line: HttpAnswer | Failure) -> None:
    """The second answer counts, and what waited between is drawn by chance."""
    script, waits = Script(line, OK), Waits()
    assert await post(resilient(script, RETRY, waits)) is OK
    assert (script.posts, waits.seconds) == (2, [0.5])


@pytest.mark.parametrize(
    "line", [Failure.TIMED_OUT, Failure.TOO_LARGE, Failure.MALFORMED, status(500), status(404), OK]
)
async def test_what_would_not_change_is_not_sent_again(line: HttpAnswer | Failure) -> None:
    """A timeout has used the time up, and the others are as they are."""
    script = Script(line)
    came = await asyncio.gather(post(resilient(script, RETRY)), return_exceptions=True)
    assert [end.failure if isinstance(end, TransportError) else end for end in came] == [line]
    assert script.posts == 1


async def test_a_mutation_is_sent_once() -> None:
    """Nobody knows whether it had its effect."""
    script = Script(Failure.CLOSED)
    with pytest.raises(TransportError):
        await post(resilient(script, RETRY), replayable=False)
    assert script.posts == 1


async def test_each_wait_may_be_twice_as_long_and_the_attempts_end() -> None:
    """Then the failure is the caller's."""
    script, waits = Script(Failure.UNREACHABLE), Waits()
    with pytest.raises(TransportError, match="cannot be reached"):
        await post(resilient(script, RETRY, waits))
    assert (script.posts, waits.seconds) == (3, [0.5, 1.0])


async def test_a_server_that_names_its_time_is_asked_then() -> None:
    """``Retry-After`` and a drawn bit more, so that not all come at once."""
    script, waits = Script(status(503, {"retry-after": "7"}), OK), Waits()
    assert await post(resilient(script, RETRY, waits)) is OK
    assert waits.seconds == [7.5]


async def test_a_retry_that_could_not_end_in_time_is_left_out() -> None:
    """The answer that there is comes at once."""
    script = Script(status(503, {"retry-after": "7"}), OK)
    assert (await post(resilient(script, RETRY), seconds=5)).status == 503
    assert script.posts == 1


async def test_retries_are_a_share_of_the_requests() -> None:
    """A server that is down gets its ten first retries, then one for every five requests."""
    script = Script(Failure.UNREACHABLE)
    transport = resilient(script, RETRY)
    for _ in range(200):
        with pytest.raises(TransportError):
            await post(transport)
    assert 240 <= script.posts <= 250


BREAKER = BreakerPolicy(window_seconds=10, min_requests=4, failure_ratio=0.5, open_seconds=2, max_open_seconds=5)


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_breaker_opens_at_its_share_of_failures_and_not_before() -> None:
    """Too few requests say nothing, and neither do failures of an earlier window."""
    clock = Clock()
    breaker = Breaker(BREAKER, clock)
    for _ in range(3):
        breaker.fail()
    clock.now = 10
    for end in (breaker.succeed, breaker.succeed, breaker.fail):
        end()
        assert breaker.admit()
    breaker.fail()
    assert (breaker.state, breaker.admit()) == (BreakerState.OPEN, False)


def test_an_open_breaker_lets_one_request_try_and_waits_longer_each_time() -> None:
    """2, 4, 5 and 5 seconds; after a success it starts from the beginning."""
    clock = Clock()
    breaker = Breaker(BREAKER, clock)
    for _ in range(4):
        breaker.fail()
    for wait in (2, 4, 5, 5):
        clock.now += wait - 0.01
        assert not breaker.admit()
        clock.now += 0.01
        assert [breaker.admit() for _ in range(3)] == [True, False, False]
        breaker.fail()
    clock.now += 5
    assert breaker.admit()
    breaker.succeed()
    assert [breaker.admit() for _ in range(3)] == [True] * 3


def test_a_try_that_nobody_waited_for_leaves_the_try_to_the_next() -> None:
    """Else a client that leaves would keep the breaker open for ever."""
    clock = Clock()
    breaker = Breaker(BREAKER, clock)
    for _ in range(4):
        breaker.fail()
    clock.now = 2
    assert breaker.admit()
    breaker.abandon()
    assert breaker.admit()


@given(st.lists(st.tuples(st.sampled_from(["ok", "fail", "abandon"]), st.floats(0, 3)), max_size=60))
def test_a_breaker_always_comes_to_try_again(steps: list[tuple[str, float]]) -> None:
    """Whatever happened, after the longest wait a request goes out, and a success closes the breaker."""
    clock = Clock()
    breaker = Breaker(BREAKER, clock)
    for end, seconds in steps:
        clock.now += seconds
        if breaker.admit():
            {"ok": breaker.succeed, "fail": breaker.fail, "abandon": breaker.abandon}[end]()
    clock.now += 5
    assert breaker.admit()
    breaker.succeed()
    assert breaker.state is BreakerState.CLOSED


async def test_a_server_that_keeps_failing_is_not_asked() -> None:
    """Its requests fail at once, under their own name; another server is asked as before."""
    script = Script(Failure.TIMED_OUT)
    transport = resilient(script, FailurePolicy(breaker=BREAKER))
    for _ in range(10):
        with pytest.raises(TransportError):
            await post(transport)
    assert (script.posts, transport.breaker_state(URL)) == (4, BreakerState.OPEN)
    with pytest.raises(TransportError, match="left alone"):
        await post(transport)
    script.lines = [OK]
    deadline = asyncio.get_running_loop().time() + 9
    other = await transport.post("http://core/", headers={}, body=b"", deadline=deadline, replayable=True)
    assert other is OK


async def test_a_cancelled_try_does_not_keep_a_server_away() -> None:
    """The breaker lets the next request try."""

    class Hanging(Script):
        async def post(self, url: str, **_: Any) -> HttpAnswer:
            await asyncio.Event().wait()
            raise AssertionError

    policy = BreakerPolicy(min_requests=1, open_seconds=0, max_open_seconds=0)
    script = Script(Failure.UNREACHABLE)
    transport = resilient(script, FailurePolicy(breaker=policy))
    with pytest.raises(TransportError):
        await post(transport)
    transport._inner = Hanging(OK)
    task = asyncio.create_task(post(transport))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    transport._inner = Script(OK)
    assert await post(transport) is OK


NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        ("Mon, 23 Nov 2026 12:00:30 GMT", 30.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        ("-1", None),
        ("１", None),
    ],
)
def test_retry_after_is_a_number_or_a_date(value: str, seconds: float | None) -> None:
    """RFC 9110, section 10.2.3; what is neither is not there."""
    assert retry_after({"retry-after": value}, NOW) == seconds


Handler = Callable[[web.Request], Any]


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    application = web.Application()
    application.router.add_post("/graphql", handler)
    runner = web.AppRunner(application, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0]
    try:
        yield f"http://{host}:{port}/graphql"
    finally:
        await runner.cleanup()


async def test_nobody_waits_beyond_the_deadline_of_the_clients_request() -> None:
    """It counts before the subgraph's own timeout, however long that is."""
    released = asyncio.Event()

    async def hang(_: web.Request) -> web.Response:
        await released.wait()
        return web.Response()

    async with serving(hang) as url:
        client = HttpClient({"city": Endpoint(url, 1000)}, LeanTransport(limit=1, max_body_bytes=1000))
        context = RequestContext(deadline=asyncio.get_running_loop().time() + 0.05)
        request = SubgraphRequest("city", OperationKind.QUERY, "{ a }", {}, context=context)
        with pytest.raises(SubgraphError, match="did not answer in time"):
            await client.send(request)
        released.set()
        await client.close()


async def test_a_subgraph_that_is_left_alone_has_its_own_code() -> None:
    """Clients and operators can tell it from a failure that was just seen."""
    policy = FailurePolicy(breaker=BreakerPolicy(min_requests=1))
    client = HttpClient({"city": Endpoint(URL)}, resilient(Script(Failure.UNREACHABLE), policy))
    request = SubgraphRequest("city", OperationKind.QUERY, "{ a }", {})
    codes = []
    for _ in range(2):
        with pytest.raises(SubgraphError) as caught:
            await client.send(request)
        codes.append(caught.value.code)
    assert codes == ["SUBREQUEST_HTTP_ERROR", "SUBREQUEST_CIRCUIT_OPEN"]


async def test_subgraphs_are_told_how_much_time_is_left() -> None:
    """What is left of the client's deadline, or of the subgraph's own timeout if that ends before."""
    heard: list[int] = []

    class Listening(Script):
        async def post(self, url: str, *, headers: Mapping[str, str], **others: Any) -> HttpAnswer:
            heard.append(int(headers["x-time-left"]))
            return await super().post(url, **others)

    client = HttpClient({"city": Endpoint(URL, 5)}, Listening(OK), deadline_header="x-time-left")
    now = asyncio.get_running_loop().time()
    for deadline in (None, now + 2, now + 100, now - 1):
        context = RequestContext(deadline=deadline)
        await client.send(SubgraphRequest("city", OperationKind.QUERY, "{ a }", {}, context=context))
    assert [-(-left // 1000) for left in heard] == [5, 2, 5, 0]
