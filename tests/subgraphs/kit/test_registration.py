"""A subgraph registers itself from inside its own program, which goes on whatever comes of it."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from subgraphs.kit import registration
from subgraphs.kit.registration import Registration, State, Wanted, explain, publish, register
from tests.app.markets import CITY as CITY_SCHEMA
from tests.app.markets import subgraph, url_of
from tests.registry.gateways import admin_token, gateway, registry_settings
from tests.registry.markets import CITY

DONE: dict[str, Any] = {
    "data": {"publish": {"outcome": "PUBLISHED", "waiting": False, "version": {"number": 1}, "check": {}}}
}
REFUSED = {
    "outcome": "REFUSED",
    "waiting": True,
    "check": {
        "errors": [{"code": "NO_QUERIES", "message": "There is no query.", "mend": "Write one."}],
        "broken": [{"reasons": ["title is gone."], "operation": {"text": "{title}", "clients": []}}],
    },
}


class FakeRegistry(BaseHTTPRequestHandler):
    """Answers each POST with the next of its answers, and remembers what came."""

    answers: ClassVar[list[tuple[int, Any]]] = []
    came: ClassVar[list[tuple[str | None, Any]]] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.came.append((self.headers.get("authorization"), body["variables"]))
        status, answer = self.answers.pop(0)
        text = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
        self.send_response(status)
        if status == 307:
            self.send_header("location", "/elsewhere")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def fake_registry(*answers: tuple[int, Any]) -> Iterator[str]:
    FakeRegistry.answers, FakeRegistry.came = list(answers), []
    with ThreadingHTTPServer(("127.0.0.1", 0), FakeRegistry) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/registry"
        finally:
            server.shutdown()
            thread.join()


def wanted(registry: str) -> Wanted:
    return Wanted("marine", "http://127.0.0.1:4006/graphql", "type Query { a: Int }", registry, token="secret")


def test_it_is_tried_until_it_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program goes on at once; each attempt carries the token in its header."""
    monkeypatch.setattr(registration, "FIRST_PAUSE_SECONDS", 0.0)
    with fake_registry(
        (503, {"errors": [{"message": "not yet"}]}), (200, {"data": {"publish": REFUSED}}), (200, DONE)
    ) as url:
        running = register(
            name="marine", url="http://m/graphql", sdl="type Query { a: Int }", registry=url, token="secret"
        )
        assert running.wait(30)
    assert (running.state, running.reason) == (State.REGISTERED, "")
    assert [token for token, _ in FakeRegistry.came] == ["Bearer secret"] * 3
    assert FakeRegistry.came[0][1]["subgraph"]["name"] == "marine"


MEMBER_DONE: dict[str, Any] = {"data": {"publishMember": DONE["data"]["publish"]}}
NO_SUBGRAPH = {"errors": [{"message": "There is no subgraph marine.", "extensions": {"code": "NOT_FOUND"}}]}


def test_a_member_waits_for_its_subgraph(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """It may be there first: that is no warning. Then it is published under its partition, with its own SDL."""
    monkeypatch.setattr(registration, "FIRST_PAUSE_SECONDS", 0.0)
    with fake_registry((200, NO_SUBGRAPH), (200, MEMBER_DONE)) as url:
        running = register(name="marine", partition="3309", url="http://m/graphql", sdl="type A", registry=url)
        assert running.wait(30)
    assert [body["member"] for _, body in FakeRegistry.came] == [
        {"partition": "3309", "urls": ["http://m/graphql"], "sdl": "type A"}
    ] * 2
    assert caplog.text == ""


def test_only_a_member_waits_for_what_is_not_there() -> None:
    """To anybody else it is a failure like others."""
    with fake_registry((200, NO_SUBGRAPH)) as url:
        assert publish(wanted(url)) == "There is no subgraph marine."


def test_it_can_be_stopped() -> None:
    """Then it is not tried again."""
    stopped = Registration(wanted("http://127.0.0.1:1/"))

    def refuse(_: Wanted) -> str:
        stopped.stop()
        return "no"

    stopped.run(publish=refuse)
    assert (stopped.state, stopped.reason) == (State.STOPPED, "no")
    assert not stopped.wait(0)


FAILURES = {
    "refusal": ((200, {"errors": [{"message": "The token is for city, not for marine."}]}), "The token is for city"),
    "status": ((502, "<html>"), "does not answer as a registry does"),
    "list": ((200, []), "its answer is no JSON object"),
    "redirect": ((307, ""), "does not answer as a registry does"),
}


@pytest.mark.parametrize("case", sorted(FAILURES))
def test_a_failure_is_a_reason(case: str) -> None:
    """Never an exception; and a redirect is not followed."""
    answer, words = FAILURES[case]
    with fake_registry(answer, (200, DONE)) as url:
        assert words in publish(wanted(url))
    assert len(FakeRegistry.came) == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/registry", "file:///etc/passwd", "nowhere"])
def test_a_registry_that_is_not_there_is_a_reason(url: str) -> None:
    """Nobody listens, or it is no address at all."""
    assert "does not answer as a registry does" in publish(wanted(url))


def test_a_refusal_is_explained() -> None:
    """By composition's errors and by whom it would break."""
    assert explain(REFUSED) == (
        "It waits for the other subgraphs that it needs. NO_QUERIES: There is no query. Write one. "
        "it would break {title}: title is gone."
    )


def test_a_program_without_a_registry_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is done, and that is logged."""
    monkeypatch.delenv("TONGFEN_REGISTRY", raising=False)
    assert register(name="marine", url="http://m/", sdl="").state is State.STOPPED
    assert "no registry is named" in caplog.text


async def test_a_real_registry_takes_it(tmp_path: Path) -> None:
    """Published, served, and unchanged at the next start."""
    url = f"sqlite+aiosqlite:///{tmp_path}/registry.db"
    token = await admin_token(url)
    async with subgraph(CITY_SCHEMA, sdl=CITY) as city, gateway(registry_settings(tmp_path, url), token) as running:
        registry = str(running.client._build_url("/registry"))
        made = Wanted("city", url_of(city), CITY, registry, token=token, kind="city", region="330200")
        reasons = [await asyncio.to_thread(publish, made) for _ in range(2)]
        assert reasons == ["", ""]
        await running.until(
            '{ achievement(id: "330100-A-000001") { title } }', {"data": {"achievement": {"title": "人工耳蜗"}}}
        )
        listed = await running.ask("{ subgraphs { kind region } versions { number author } }")
    assert listed == {
        "subgraphs": [{"kind": "city", "region": "330200"}],
        "versions": [{"number": 1, "author": "admin"}],
    }
