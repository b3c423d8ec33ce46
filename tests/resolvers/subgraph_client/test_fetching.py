"""Requests on somebody else's word: bounded, never redirected, never into our own network unless that is listed."""

import asyncio
import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from gateway.resolvers.subgraph_client.fetching import fetch
from gateway.resolvers.subgraph_client.guard import AddressGuard
from gateway.resolvers.subgraph_client.transport import Failure, TransportError

STRICT = AddressGuard()
LOOPBACK = AddressGuard((ipaddress.ip_network("127.0.0.0/8"),))


@asynccontextmanager
async def server() -> AsyncIterator[TestServer]:
    """Counts its visitors at /, redirects to itself at /away, and never ends at /long."""
    visits: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        visits.append(request.method)
        return web.Response(text=f"{len(visits)} {await request.text()}")

    async def away(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"location": "/"})

    async def long(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"x" * 5_000)
        await asyncio.Event().wait()
        return response

    app = web.Application()
    app.router.add_route("*", "/", answer)
    app.router.add_get("/away", away)
    app.router.add_get("/long", long)
    running = TestServer(app)
    await running.start_server()
    try:
        yield running
    finally:
        await running.close()


async def failure_of(url: str, guard: AddressGuard | None = None, **options: float) -> Failure:
    with pytest.raises(TransportError) as caught:
        await fetch(url, guard=guard, timeout=options.get("timeout", 30.0), max_bytes=1_000)
    return caught.value.failure


async def test_an_answer_is_read() -> None:
    """Method and body go out; status, headers and body come back."""
    async with server() as running:
        answer = await fetch(str(running.make_url("/")), method="POST", body=b"hello")
    assert (answer.status, answer.body, answer.headers["content-type"][:10]) == (200, b"1 hello", "text/plain")


async def test_a_redirect_is_not_followed() -> None:
    """It is the answer."""
    async with server() as running:
        answer = await fetch(str(running.make_url("/away")))
        assert answer.status == 302
        assert (await fetch(str(running.make_url("/")))).body == b"1 "


async def test_an_answer_is_bounded() -> None:
    """In size, and in time."""
    async with server() as running:
        assert await failure_of(str(running.make_url("/long"))) is Failure.TOO_LARGE
        with pytest.raises(TransportError) as caught:
            await fetch(str(running.make_url("/long")), timeout=0.05)
    assert caught.value.failure is Failure.TIMED_OUT


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "[::ffff:127.0.0.1]"])
async def test_a_forbidden_address_is_never_connected_to(host: str) -> None:
    """However it is written, and by whatever name; some writings are no address to begin with."""
    async with server() as running:
        failure = await failure_of(f"http://{host}:{running.port}/", STRICT)
        assert failure in (Failure.FORBIDDEN, Failure.MALFORMED)
        assert (await fetch(str(running.make_url("/")))).body == b"1 "


async def test_a_listed_network_is_allowed() -> None:
    """The operator's list goes before."""
    async with server() as running:
        answer = await fetch(f"http://localhost:{running.port}/", guard=LOOPBACK)
    assert answer.status == 200


INSIDE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",  # noqa: S104  # not bound
    "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:10.0.0.1", "2002:7f00:1::",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_inside_are_forbidden(address: str) -> None:
    """Loopback, link-local, private, shared, multicast, unspecified; also wrapped in IPv6."""
    assert STRICT.forbids(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"])
def test_public_addresses_are_allowed(address: str) -> None:
    """So that the check can also pass."""
    assert not STRICT.forbids(address)


def test_a_list_allows_no_more_than_it_says() -> None:
    """One network, in either writing of its addresses."""
    assert not LOOPBACK.forbids("127.0.0.1")
    assert not LOOPBACK.forbids("::ffff:127.0.0.1")
    assert LOOPBACK.forbids("10.0.0.1")
    assert LOOPBACK.forbids("::1")


REFUSALS = {
    "ftp://example.org/": "no http or https address",
    "http://": "no http or https address",
    "http://user:secret@example.org/": "user name or password",
    "http://127.0.0.1:4001/graphql": "127.0.0.1 is 127.0.0.1, an address inside our network",
    "http://localhost/": "localhost is ",
}


@pytest.mark.parametrize("url", sorted(REFUSALS))
async def test_an_address_is_judged_before_it_is_kept(url: str) -> None:
    """The reason says what is wrong with it."""
    reason = await STRICT.check(url)
    assert reason is not None
    assert REFUSALS[url] in reason


async def test_an_address_without_objection_is_kept() -> None:
    """A listed one, and a name that has no address yet."""
    assert await LOOPBACK.check("http://127.0.0.1:4001/graphql") is None
    assert await STRICT.check("http://nowhere.invalid/graphql") is None
