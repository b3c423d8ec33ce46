"""``tongfen serve`` as an operator uses it: a process, its port, its messages."""

import signal
import socket
from pathlib import Path

import pytest

from tests.app.markets import SUPERGRAPH
from tests.cli.processes import ask, failure, serving


@pytest.fixture
def supergraph(tmp_path: Path) -> Path:
    path = tmp_path / "supergraph.graphql"
    path.write_text(SUPERGRAPH, encoding="utf-8")
    return path


def test_a_supergraph_file_is_enough(supergraph: Path) -> None:
    """``--supergraph`` serves at the address that is printed, and Ctrl-C ends it with exit code 0 and no noise."""
    with serving("--supergraph", str(supergraph), "--port", "0", "--workers", "1") as (process, address):
        assert ask(address) == {"data": {"__typename": "Query"}}
        process.send_signal(signal.SIGINT)
        _, messages = process.communicate()
        assert process.returncode == 0
        assert "Traceback" not in messages


def test_settings_come_from_a_file(supergraph: Path) -> None:
    """``--config`` names the settings; ``--port`` goes before what they say."""
    path = supergraph.parent / "gateway.yaml"
    path.write_text("supergraph: {file: supergraph.graphql}\nlisten: {port: 1}\ngraphql: {path: /api}\n")
    with serving("--config", str(path), "--port", "0", "--workers", "1") as (_, address):
        assert address.endswith("/api")
        assert ask(address) == {"data": {"__typename": "Query"}}


def test_a_taken_port_is_one_message(supergraph: Path) -> None:
    """It names the port and what to do, exit code 1."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, messages = failure("--supergraph", str(supergraph), "--port", str(port))
    assert code == 1
    assert messages == (
        f"Error: Cannot listen on 127.0.0.1 port {port}: Address already in use. "
        "Stop what is there, or choose another: --port N.\n"
    )


def test_a_wrong_setting_is_one_message(supergraph: Path) -> None:
    """The key and its line, exit code 1."""
    path = supergraph.parent / "gateway.yaml"
    path.write_text("supergraph: {file: supergraph.graphql}\nlisten: {prot: 1}\n")
    code, messages = failure("--config", str(path))
    assert code == 1
    assert messages == f"Error: listen.prot: there is no such key; did you mean listen.port? ({path}, line 2)\n"


def test_a_file_that_is_no_supergraph_is_one_message(tmp_path: Path) -> None:
    """The file and what is wrong with it, exit code 1."""
    path = tmp_path / "schema.graphql"
    path.write_text("type Query {")
    code, messages = failure("--supergraph", str(path), "--port", "0")
    assert code == 1
    assert messages.startswith(f"Error: {path}: ")
    assert "Traceback" not in messages


def test_something_must_be_served() -> None:
    """Neither option is wrong use, exit code 2."""
    code, messages = failure()
    assert code == 2
    assert "--supergraph FILE or --config FILE" in messages


def test_settings_that_only_the_application_reads_are_checked_at_the_start(supergraph: Path) -> None:
    """A manifest of documents that is not there is one message too, though a worker finds it."""
    path = supergraph.parent / "gateway.yaml"
    path.write_text("supergraph: {file: supergraph.graphql}\ndocuments: {trusted: [nowhere.json]}\n")
    code, messages = failure("--config", str(path), "--port", "0", "--workers", "2")
    assert code == 1
    assert messages.startswith("Error: ")
    assert "nowhere.json" in messages
    assert "Traceback" not in messages
