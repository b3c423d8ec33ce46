"""Members of a market as one program: a process each, which live and die for themselves, and end with it."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from tests.cli.processes import wait_until_gone
from tests.subgraphs.databases import MarketDatabases
from tests.subgraphs.kit.test_serve import post

PARTITIONS = ("3302", "3303", "3309")
QUESTION = "{ demands(first: 1) { totalCount } }"
TOTALS = {"3302": 375, "3303": 225, "3309": 50}


@dataclass
class Program:
    """The program that runs, and where each member listens."""

    process: subprocess.Popen[str]
    ports: dict[str, int]
    pids: dict[str, int]

    def next_line(self) -> Any:
        assert self.process.stdout
        return json.loads(self.process.stdout.readline())

    def total(self, partition: str) -> int:
        answer = post(f"http://127.0.0.1:{self.ports[partition]}", QUESTION)
        return int(answer["data"]["demands"]["totalCount"])

    def wait_until_ready(self) -> None:
        """A connection waits in the listener's queue, but the listener must be there."""
        for port in self.ports.values():
            while True:
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break


def free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        sockets = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [int(free.getsockname()[1]) for free in sockets]


@contextmanager
def program(databases: dict[str, str]) -> Iterator[Program]:
    """The program, once it has told of every member; it is ended whatever happens."""
    ports = dict(zip(databases, free_ports(len(databases)), strict=True))
    command = [sys.executable, "-m", "subgraphs.city.members"]
    for partition, database in databases.items():
        command += ["--member", partition, str(ports[partition]), database]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        running = Program(process, ports, {})
        try:
            for _ in databases:
                line = running.next_line()
                running.pids[line["partition"]] = line["pid"]
            yield running
        finally:
            process.kill()


@pytest.fixture
def cities(market_databases: MarketDatabases) -> dict[str, str]:
    return {partition: market_databases.url(f"city-{partition}") for partition in PARTITIONS}


def test_each_member_answers_for_its_own_data(cities: dict[str, str]) -> None:
    """Each in a process of its own; all stop by one signal with code 0, and nothing is said."""
    with program(cities) as running:
        running.wait_until_ready()
        assert {partition: running.total(partition) for partition in PARTITIONS} == TOTALS
        assert len({running.process.pid, *running.pids.values()}) == 4
        running.process.send_signal(signal.SIGTERM)
        out, errors = running.process.communicate(timeout=30)
    ends = [json.loads(line) for line in out.splitlines()]
    assert sorted((end["partition"], end["pid"], end["code"]) for end in ends) == sorted(
        (partition, pid, 0) for partition, pid in running.pids.items()
    )
    assert (running.process.returncode, errors) == (0, "")


def test_a_member_that_is_killed_leaves_the_others(cities: dict[str, str]) -> None:
    """Its end is told with the signal, and the others answer on."""
    with program(cities) as running:
        running.wait_until_ready()
        os.kill(running.pids["3302"], signal.SIGKILL)
        assert running.next_line() == {"partition": "3302", "pid": running.pids["3302"], "code": -signal.SIGKILL}
        assert running.total("3303") == TOTALS["3303"]


def test_a_member_that_cannot_start_leaves_the_others(cities: dict[str, str]) -> None:
    """One line says whose database is wrong; when all have ended, nobody wished it: code 1."""
    with program(cities | {"3302": "nonsense"}) as running:
        assert running.next_line() == {"partition": "3302", "pid": running.pids["3302"], "code": 1}
        del running.ports["3302"]
        running.wait_until_ready()
        assert running.total("3309") == TOTALS["3309"]
        for partition in ("3303", "3309"):
            os.kill(running.pids[partition], signal.SIGKILL)
        _, errors = running.process.communicate(timeout=30)
    assert errors.startswith("Error: city 3302 cannot open its database: ")
    assert errors.count("\n") == 1
    assert running.process.returncode == 1


def test_no_member_outlives_a_program_that_is_killed(cities: dict[str, str]) -> None:
    """Not even by SIGKILL, which it cannot pass on."""
    with program(cities) as running:
        running.wait_until_ready()
        running.process.kill()
        running.process.wait()
        wait_until_gone(list(running.pids.values()))
