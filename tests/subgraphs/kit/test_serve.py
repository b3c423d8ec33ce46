"""A market as a process: its command answers over HTTP, stops at once and quietly, and says in one line what is wrong."""

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tests.subgraphs.databases import MarketDatabases

QUESTIONS = {
    "core": "{ figures { cities } }",
    "city": "{ demands(first: 1) { totalCount } }",
    "agriculture": "{ agriculturalAchievements(crop: TEA, first: 1) { agriculture { crops } } }",
    "carbon": "{ carbonSectors { code listings(first: 0) { id } } }",
    "healthcare": "{ medicalAchievements(regulatoryClass: DRUG, first: 1) { medical { trialBases { uscc } } } }",
}


def command(name: str, port: int, database: str) -> list[str]:
    return [sys.executable, "-m", f"subgraphs.{name}", "--port", str(port), "--database", database]


@contextmanager
def started(name: str, database: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The market's process on a free port, with its address; it is ended whatever happens."""
    with subprocess.Popen(
        command(name, 0, database), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            match = re.search(r"http://127\.0\.0\.1:\d+", line)
            assert match, line
            yield match.group(), process
        finally:
            process.kill()


def post(address: str, query: str) -> Any:
    request = Request(f"{address}/graphql", json.dumps({"query": query}).encode(), {"content-type": "application/json"})
    with urlopen(request, timeout=30) as response:
        return json.load(response)


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_process_answers_and_stops_quietly(name: str, market_databases: MarketDatabases) -> None:
    """Ready, asked over HTTP, stopped by SIGTERM with code 0 and not a word on stderr."""
    with started(name, market_databases.url(name)) as (address, process):
        with urlopen(f"{address}/health/ready", timeout=30) as response:
            assert response.status == 200
        answer = post(address, QUESTIONS[name])
        assert answer["data"]
        assert "errors" not in answer
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")


def test_ctrl_c_stops_it_as_quietly(market_databases: MarketDatabases) -> None:
    """SIGINT is a wish like any other."""
    with started("carbon", market_databases.url("carbon")) as (_, process):
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")


def test_a_taken_port_is_one_clear_line(market_databases: MarketDatabases) -> None:
    """Code 1, the address and the reason, no stack trace."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = subprocess.run(
            command("core", port, market_databases.url("core")), capture_output=True, text=True, timeout=60, check=False
        )
    assert result.returncode == 1
    assert result.stderr == f"Error: core cannot listen on 127.0.0.1:{port}: Address already in use.\n"


@pytest.mark.parametrize("url", ["nonsense", "mysql+nodriver://x/y"])
def test_a_database_that_cannot_be_opened_is_one_clear_line(url: str) -> None:
    """Code 1 and the reason, no stack trace."""
    result = subprocess.run(command("core", 0, url), capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 1
    assert result.stderr.startswith("Error: core cannot open its database: ")
    assert result.stderr.count("\n") == 1
