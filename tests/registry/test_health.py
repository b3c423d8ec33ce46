"""Subgraphs are asked how they are, and webhooks are told: signed, again until they have heard."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from gateway.registry.events import Event, EventKind
from gateway.registry.health.prober import Prober
from gateway.registry.members import put_member
from gateway.registry.model import Member
from gateway.registry.proposals import Proposal
from gateway.registry.registry import RegistryOptions
from gateway.registry.store.database import Database
from gateway.registry.store.health import HealthState, read_health
from gateway.registry.store.leases import take_lease
from gateway.registry.store.webhooks import DeliveryState, Webhook, read_deliveries, remove_webhook, save_webhook
from gateway.registry.webhooks.delivery import PAUSES, Deliverer, sign
from gateway.registry.webhooks.outbox import Outbox
from gateway.resolvers.subgraph_client.guard import AddressGuard
from tests.registry.clock import TestClock
from tests.registry.markets import ADMIN, CITY, HEALTH, OPEN_TERMS, make_publisher

OPTIONS = RegistryOptions("production", terms=OPEN_TERMS)


@dataclass
class Server:
    """Answers every POST with what it is set to, and remembers what came."""

    status: int = 200
    body: Any = field(default_factory=lambda: {"data": {"_service": {"sdl": CITY}}})
    asked: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(({name.lower(): value for name, value in request.headers.items()}, await request.read()))
        if isinstance(self.body, str):
            return web.Response(status=self.status, text=self.body)
        return web.json_response(self.body, status=self.status)


@asynccontextmanager
async def serving(server: Server) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/", server.answer)
    running = TestServer(app)
    await running.start_server()
    try:
        yield str(running.make_url("/"))
    finally:
        await running.close()


async def test_a_subgraph_is_asked_how_it_is(database: Database, clock: TestClock) -> None:
    """Healthy with its latency and schema; then unhealthy with the reason and when it was seen last; then healthy again."""
    told: list[Event] = []

    async def tell(event: Event) -> None:
        told.append(event)

    server, prober = Server(), Prober(database, OPTIONS, tell)
    async with serving(server) as url:
        await make_publisher(database).publish(ADMIN, "production", [Proposal("city", url, CITY)])
        (healthy,) = await prober.probe_all()
        assert (healthy.state, healthy.reason, healthy.last_seen, healthy.drift) == (
            HealthState.HEALTHY,
            "",
            clock(),
            False,
        )
        assert healthy.latency_ms is not None
        seen = clock()
        clock.turn(minutes=1)
        server.status, server.body = 502, "<html>"
        (ill,) = await prober.probe_all()
        assert (ill.state, ill.reason, ill.last_seen) == (
            HealthState.UNHEALTHY,
            "city does not answer with JSON.",
            seen,
        )
        await prober.probe_all()
        server.status, server.body = 200, {"data": {"_service": {"sdl": CITY}}}
        (back,) = await prober.probe_all()
    assert back.state is HealthState.HEALTHY
    assert await read_health(database, "production") == (back,)
    assert [(event.kind, event.subgraph) for event in told] == [
        (EventKind.UNHEALTHY, "city"),
        (EventKind.RECOVERED, "city"),
    ]


async def test_another_schema_than_was_published_is_drift(database: Database) -> None:
    """The subgraph works, but it is not what was composed."""
    server = Server(body={"data": {"_service": {"sdl": HEALTH}}})
    async with serving(server) as url:
        await make_publisher(database).publish(ADMIN, "production", [Proposal("city", url, CITY)])
        (found,) = await Prober(database, OPTIONS, Outbox(database).put).probe_all()
    assert (found.state, found.drift) == (HealthState.HEALTHY, True)


ILL = {
    "errors": (200, {"errors": [{"message": "no"}]}, "answers with HTTP status 200, without its SDL"),
    "redirect": (302, {}, "answers with HTTP status 302"),
    "empty": (200, "", "does not answer with JSON"),
}


@pytest.mark.parametrize("case", sorted(ILL))
async def test_an_answer_without_sdl_is_ill(case: str, database: Database) -> None:
    """Whatever it is instead."""
    status, body, words = ILL[case]
    async with serving(Server(status, body)) as url:
        await make_publisher(database).publish(ADMIN, "production", [Proposal("city", url, CITY)])
        (found,) = await Prober(database, OPTIONS, Outbox(database).put).probe_all()
    assert found.state is HealthState.UNHEALTHY
    assert words in found.reason


async def test_each_member_is_asked(database: Database) -> None:
    """Its own address, and its own schema; what was taken out is forgotten."""
    publisher = make_publisher(database)
    async with serving(Server()) as url:
        await publisher.publish(ADMIN, "production", [Proposal("city", "http://127.0.0.1:1/", CITY)])
        prober = Prober(database, OPTIONS, Outbox(database).put)
        await prober.probe_all()
        for member in (Member("3301", (url,)), Member("3302", ("http://127.0.0.1:1/",))):
            await put_member(publisher, ADMIN, "production", "city", member, terms=OPEN_TERMS)
        await prober.probe_all()
    found = [(one.partition, one.state.value) for one in await read_health(database, "production")]
    assert found == [("3301", "healthy"), ("3302", "unhealthy")]


def test_pauses_differ() -> None:
    """By up to a fifth, so that probes of many processes do not fall together."""
    pauses = [Prober(None, OPTIONS, None, chance=lambda chance=chance: chance).next_pause() for chance in (0, 0.5, 1)]  # type: ignore[arg-type, misc]
    assert pauses == [8.0, 10.0, 12.0]


async def test_one_process_holds_the_lease(database: Database, clock: TestClock) -> None:
    """The next one takes it over when the holder has not come for long enough."""
    assert await take_lease(database, "caretaker", "a", seconds=30)
    assert not await take_lease(database, "caretaker", "b", seconds=30)
    clock.turn(seconds=20)
    assert await take_lease(database, "caretaker", "a", seconds=30)
    clock.turn(seconds=20)
    assert not await take_lease(database, "caretaker", "b", seconds=30)
    clock.turn(seconds=20)
    assert await take_lease(database, "caretaker", "b", seconds=30)
    assert not await take_lease(database, "caretaker", "a", seconds=30)


def hook(url: str, *events: EventKind) -> Webhook:
    return Webhook("hook", "production", url, events or (EventKind.PUBLISHED,), "secret", "admin")


async def test_a_webhook_is_told_signed(database: Database) -> None:
    """The signature is over the time and the body; each event goes to who wants it."""
    server = Server()
    async with serving(server) as url:
        await save_webhook(database, hook(url))
        outbox = Outbox(database)
        for kind in (EventKind.FAILED, EventKind.PUBLISHED):
            await outbox.put(Event(kind, "production", "city", database.now(), {"version": 7}))
        assert await Deliverer(database, AddressGuard.of("127.0.0.0/8")).deliver_due() == 1
    ((headers, body),) = server.asked
    assert json.loads(body) == {
        "event": "published",
        "environment": "production",
        "subgraph": "city",
        "at": "2026-11-23T12:00:00+00:00",
        "detail": {"version": 7},
    }
    assert headers["tongfen-signature"] == f"sha256={sign('secret', headers['tongfen-timestamp'], body)}"
    assert sign("other", headers["tongfen-timestamp"], body) not in headers["tongfen-signature"]
    (delivery,) = await read_deliveries(database, "hook", first=9)
    assert (delivery.state, delivery.attempts, delivery.status) == (DeliveryState.DELIVERED, 1, 200)
    assert headers["tongfen-delivery"] == delivery.id


async def test_a_webhook_is_told_again_with_growing_pauses(database: Database, clock: TestClock) -> None:
    """Until it answers well; the log says why it did not."""
    server = Server(status=503)
    async with serving(server) as url:
        await save_webhook(database, hook(url))
        await Outbox(database).put(Event(EventKind.PUBLISHED, "production", "city", database.now()))
        deliverer = Deliverer(database, AddressGuard.of("127.0.0.0/8"))
        assert await deliverer.deliver_due() == 0
        assert await deliverer.deliver_due() == 0
        assert len(server.asked) == 1
        clock.turn(seconds=PAUSES[0])
        assert await deliverer.deliver_due() == 0
        (waiting,) = await read_deliveries(database, "hook", first=9)
        assert (waiting.state, waiting.attempts, waiting.reason) == (
            DeliveryState.WAITING,
            2,
            "answered with HTTP status 503",
        )
        server.status = 204
        clock.turn(seconds=PAUSES[1])
        assert await deliverer.deliver_due() == 1


async def test_a_webhook_that_never_hears_is_given_up(database: Database, clock: TestClock) -> None:
    """After all pauses; an address that became forbidden is never connected to."""
    await save_webhook(database, hook("http://127.0.0.1:1/"))
    await Outbox(database).put(Event(EventKind.PUBLISHED, "production", "city", database.now()))
    deliverer = Deliverer(database, AddressGuard())
    for pause in (*PAUSES, 0):
        await deliverer.deliver_due()
        clock.turn(seconds=pause)
    (delivery,) = await read_deliveries(database, "hook", first=9)
    assert (delivery.state, delivery.attempts) == (DeliveryState.GIVEN_UP, len(PAUSES) + 1)
    assert delivery.reason == "is at an address that may not be asked"


async def test_a_webhook_that_was_removed_is_told_nothing_more(database: Database) -> None:
    """What waits is still sent; nothing new is written for it."""
    await save_webhook(database, hook("http://127.0.0.1:1/"))
    await remove_webhook(database, "hook", actor="admin")
    await Outbox(database).put(Event(EventKind.PUBLISHED, "production", "city", database.now()))
    assert await read_deliveries(database, "hook", first=9) == ()
