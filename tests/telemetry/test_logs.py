"""Logs know their request, and nothing of what it holds."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.telemetry.logs import JsonFormatter, Logged
from gateway.transport.asgi import AsgiApp, Receive, Scope, Send
from gateway.transport.endpoint import EndpointOptions, GraphQLEndpoint
from tests.app.markets import SUPERGRAPH
from tests.cli.processes import ask, serving, wait_for_message
from tests.transport.exchange import FakeService, exchange, post

TRACE = "0af7651916cd43dd8448eb211c80319c"
TRACE_PARENT = f"00-{TRACE}-b7ad6b7169203331-01"


class Lines(logging.Handler):
    """What was logged, as JSON."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[dict[str, Any]] = []
        self.setFormatter(JsonFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        self.entries.append(json.loads(self.format(record)))


@pytest.fixture
def lines() -> Iterator[Lines]:
    handler, root = Lines(), logging.getLogger("gateway")
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield handler
    root.removeHandler(handler)
    root.setLevel(before)


def app_of(failure: Exception | None = None, *, access: bool = True) -> AsgiApp:
    return Logged(GraphQLEndpoint(FakeService(failure=failure), options=EndpointOptions()), access=access)


async def test_every_response_has_a_line(lines: Lines) -> None:
    """Method, path, status, time and size, with the ids that the client gave."""
    response = await post(app_of(), {"query": "{ a }"}, x_request_id="abc-1", traceparent=TRACE_PARENT)
    (entry,) = lines.entries
    assert (entry["logger"], entry["level"], entry["message"]) == ("gateway.access", "info", "POST /graphql 200")
    assert (entry["method"], entry["path"], entry["status"]) == ("POST", "/graphql", 200)
    assert entry["bytes"] == len(response.body)
    assert entry["milliseconds"] > 0
    assert (entry["request_id"], entry["trace_id"]) == ("abc-1", TRACE)
    assert response.headers["x-request-id"] == "abc-1"


@pytest.mark.parametrize("given", ["", "a b", 'x" injected', "ü", "x" * 129])
async def test_an_unfit_id_is_replaced(given: str, lines: Lines) -> None:
    """It could write into the log what it likes."""
    response = await post(app_of(), {"query": "{ a }"}, x_request_id=given, traceparent="00-no-trace")
    assert response.headers["x-request-id"] not in ("", given)
    assert lines.entries[0]["request_id"] == response.headers["x-request-id"]
    assert "trace_id" not in lines.entries[0]


async def test_nothing_that_clients_send_is_logged(lines: Lines) -> None:
    """Neither variables nor tokens, the address's query, or the message of an exception."""
    secret = "330106199001011234"
    failure = ValueError(f"no such person: {secret}")
    body = {"query": "query Q($id: ID!) { a(id: $id) }", "variables": {"id": secret}}
    await post(app_of(failure), body, authorization=f"Bearer {secret}")
    await exchange(app_of(), "GET", query_string=f"query={secret}", headers={"apollo-require-preflight": "1"})
    text = json.dumps(lines.entries)
    assert secret not in text
    failed = next(entry for entry in lines.entries if entry["level"] == "error")
    assert failed["exception"] == "ValueError"
    assert any("exchange.py" in frame for frame in failed["stack"])


async def test_a_client_that_left_has_status_0(lines: Lines) -> None:
    """There was no response."""
    await exchange(app_of(), headers={"content-type": "application/json"}, chunks=[b"{"], leaves=True)
    assert lines.entries[0]["status"] == 0


async def test_without_an_access_log_lines_know_their_request_all_the_same(lines: Lines) -> None:
    """Only the line for each response is left out."""
    response = await post(app_of(RuntimeError(), access=False), {"query": "{ a }"})
    (entry,) = lines.entries
    assert entry["request_id"] == response.headers["x-request-id"]
    assert entry["logger"] != "gateway.access"


async def test_other_protocols_pass_through(lines: Lines) -> None:
    """What is not HTTP has no line."""
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    async def nothing(*_: Any) -> Any: ...

    await Logged(app, access=True)({"type": "websocket"}, nothing, nothing)
    assert (seen, lines.entries) == (["websocket"], [])


def test_the_settings_choose_the_format(tmp_path: Path) -> None:
    """``log: {format: json, access: true}`` makes every line JSON, that of each request too."""
    (tmp_path / "supergraph.graphql").write_text(SUPERGRAPH, encoding="utf-8")
    path = tmp_path / "gateway.yaml"
    path.write_text(
        "supergraph: {file: supergraph.graphql}\nlisten: {port: 0}\nworkers: {count: 1}\nlog: {format: json, access: true}\n"
    )
    with serving("--config", str(path)) as (process, address):
        ask(address)
        entry = json.loads(wait_for_message(process, "gateway.access"))
    assert (entry["status"], entry["path"]) == (200, "/graphql")
