"""``tongfen demo`` from an empty folder to the ten queries, with a market lost and found."""

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import Queue
from typing import IO, Any

from gateway.transport.graphiql import Example, read_examples
from tests.cli.processes import wait_until_gone
from tests.cli.test_processes import is_running

ROOT = Path(__file__).parents[2]
EXAMPLES = tuple(each for each in read_examples(ROOT / "config" / "examples") if "\nsubscription " not in each.query)
PATIENCE_SECONDS = 60.0


@dataclass
class Demo:
    """A demo that answers: what it printed, and what it says on the side."""

    process: subprocess.Popen[str]
    text: str
    messages: Queue[str] = field(default_factory=Queue)

    @property
    def address(self) -> str:
        found = re.search(r"answers at (http://\S+)", self.text)
        assert found
        return found[1]

    @property
    def pids(self) -> dict[str, int]:
        return {name: int(pid) for name, _, pid in self.processes()}

    @property
    def ports(self) -> dict[str, int]:
        return {name: int(port) for name, port, _ in self.processes()}

    def processes(self) -> list[tuple[str, str, str]]:
        """Name, port and process of each: ``core``, ``city 3302``."""
        return re.findall(r"^  (\w+(?: \d+)?) +port (\d+) +pid (\d+)", self.text, re.MULTILINE)

    def ask(self, example: Example) -> Any:
        """The answer to one of the ten queries."""
        body = {"query": example.query, "variables": json.loads(example.variables or "{}")}
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(self.address, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as response:
            return json.load(response)

    def wait_for_message(self, beginning: str) -> str:
        """The next message on standard error that begins so."""
        while not (message := self.messages.get(timeout=PATIENCE_SECONDS)).startswith(beginning):
            pass
        return message


def listen(lines: IO[str], messages: Queue[str]) -> None:
    for line in lines:
        messages.put(line)


@contextmanager
def demo(folder: Path, **environment: str) -> Iterator[Demo]:
    """A demo on free ports that has printed its whole text; its markets inherit the environment."""
    process = subprocess.Popen(
        [sys.executable, "-m", "gateway", "demo", "--port", "0", "--data", str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"} | environment,
    )
    assert process.stdout
    assert process.stderr
    running = Demo(process, "")
    reading = threading.Thread(target=listen, args=(process.stderr, running.messages))
    reading.start()
    try:
        while "curl" not in running.text:
            line = process.stdout.readline()
            assert line, list(running.messages.queue)
            running.text += line
        yield running
    finally:
        process.kill()
        process.wait()
        reading.join()
        process.stdout.close()
        process.stderr.close()


def errors_of(answer: Any) -> list[str]:
    return [error["message"] for error in answer.get("errors", ())]


def test_the_demo_answers_loses_a_market_and_finds_it_again(tmp_path: Path) -> None:
    """All ten queries without an error; healthcare killed, what was asked before stays whole, and of what was not one error names it.

    Restarted, all is whole. Ctrl-C then stops everything, and its exit code is 0.
    """
    with demo(tmp_path / "demo") as running:
        answers = {example.name: running.ask(example) for example in EXAMPLES}
        assert {name: errors_of(answer) for name, answer in answers.items() if errors_of(answer)} == {}
        assert len(answers) == 10

        detail = EXAMPLES[1]
        other = replace(detail, variables=json.dumps({"id": "330300-A-000124"}))
        os.kill(running.pids["healthcare"], signal.SIGKILL)
        running.wait_for_message("healthcare has ended.")
        assert running.ask(detail)["data"] == answers[detail.name]["data"]
        partial = running.ask(other)
        (message,) = errors_of(partial)
        assert "healthcare" in message
        lost = {"medical", "regulatoryClass"}
        assert all(partial["data"]["achievement"][name] is None for name in lost)
        assert partial["data"]["achievement"]["title"]

        command = shlex.split(running.wait_for_message("  "))
        with subprocess.Popen(command, cwd=ROOT) as restarted:
            end = time.monotonic() + PATIENCE_SECONDS
            while errors_of(whole := running.ask(other)):
                assert time.monotonic() < end
            assert whole["data"]["achievement"]["regulatoryClass"]
            restarted.terminate()

        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(PATIENCE_SECONDS) == 0
        assert not any(is_running(pid) for pid in running.pids.values())


def test_a_killed_demo_leaves_nothing_behind(tmp_path: Path) -> None:
    """Even SIGKILL, which it cannot answer, ends its subgraphs and all eleven cities."""
    with demo(tmp_path / "demo") as running:
        pids = running.pids
        assert len(pids) == 16
        running.process.kill()
        running.process.wait()
        for pid in pids.values():
            wait_until_gone([pid])


def test_a_taken_port_stops_the_demo_before_anything_is_made(tmp_path: Path) -> None:
    """One message, exit code 1, and no data."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "gateway", "demo", "--data", str(tmp_path / "demo")],
            cwd=ROOT,
            env=os.environ | {"PORT": str(port)},
            capture_output=True,
            text=True,
        )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Error: Cannot listen on 127.0.0.1 port {port}: Address already in use. ")
    assert not (tmp_path / "demo").exists()
