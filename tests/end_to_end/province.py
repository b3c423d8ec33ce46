"""The demo over a copy of the data, asked over HTTP; its cities behind relays, lost, and started again."""

import json
import sqlite3
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.demo_places import CITIES
from gateway.transport.graphiql import Example
from subgraphs.demo.seed import database_file
from tests.cli.test_demo import PATIENCE_SECONDS, Demo, demo
from tests.end_to_end.databases import opened
from tests.end_to_end.listening import Relay, relay
from tests.subgraphs.databases import MarketDatabases

ROOT = Path(__file__).parents[2]
NINGBO, WENZHOU, ZHOUSHAN = "3302", "3303", "3309"
PUT_MEMBER = """mutation ($member: MemberInput!) { publishMember(subgraph: "city", member: $member) { outcome } }"""
NEWEST = "SELECT id FROM demand WHERE status = 'OPEN' ORDER BY published_at DESC, id"


@dataclass
class Province:
    """The demo over a copy of the data, with a relay before each city."""

    demo: Demo
    folder: Path
    relays: dict[str, Relay]

    def ask(self, query: str, **variables: Any) -> Any:
        return self.demo.ask(Example("", {}, {}, query, json.dumps(variables)))

    def data(self, query: str, **variables: Any) -> Any:
        answer = self.ask(query, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def rows(self, partition: str, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """What a statement finds in one city's own database."""
        with closing(sqlite3.connect(database_file(self.folder, f"city-{partition}"))) as connection:
            return connection.execute(sql, values).fetchall()

    def union(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """What a statement finds in the eleven databases, one behind the other."""
        return [row for partition in CITIES for row in self.rows(partition, sql, *values)]

    def asked(self) -> dict[str, list[str]]:
        """What each city was asked since the last call, without those that were asked nothing."""
        found = {partition: list(each.asked) for partition, each in self.relays.items() if each.asked}
        for each in self.relays.values():
            each.asked.clear()
        return found


@pytest.fixture(scope="module")
def folder(market_databases: MarketDatabases, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the data, for what is published here."""
    copy = tmp_path_factory.mktemp("demo") / "market"
    market_databases.copy_all(copy)
    return copy


@contextmanager
def listening_demo(folder: Path) -> Iterator[Province]:
    """A demo whose cities are asked through relays: each is registered anew, without a restart of anything."""
    with ExitStack() as stack:
        running = stack.enter_context(demo(folder.parent))
        relays = {each: stack.enter_context(relay(each, running.ports[f"city {each}"])) for each in CITIES}
        for partition, each in relays.items():
            put_member(running, {"partition": partition, "urls": [each.url]})
        province = Province(running, folder, relays)
        wait_until(
            lambda: len(province.ask("{ demands(first: 1) { totalCount } }") and province.asked()) == len(CITIES)
        )
        yield province


def put_member(running: Demo, member: dict[str, Any]) -> None:
    """Register a member, which the gateway takes in within a moment."""
    body = json.dumps({"query": PUT_MEMBER, "variables": {"member": member}}).encode()
    address = running.address.replace("/graphql", "/registry")
    request = urllib.request.Request(address, body, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as response:
        assert json.load(response)["data"]["publishMember"]["outcome"] in ("PUBLISHED", "UNCHANGED")


def wait_until(holds: Callable[[], bool]) -> None:
    """Ask until something holds."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < end


def current(folder: Path) -> list[str]:
    """All open demands as they are now, by plain SQL on the union of the eleven databases."""
    with opened(folder) as databases:
        return [row["id"] for row in databases.rows("city", NEWEST)]


@contextmanager
def started_again(command: list[str]) -> Iterator[None]:
    """A city's program, started by hand, until the end of the block."""
    with subprocess.Popen(command, cwd=ROOT) as process:
        try:
            yield
        finally:
            process.terminate()


def sources(answer: Any) -> dict[str, str]:
    """The status of each member that the answer speaks of."""
    return {each["partition"]: each["status"] for each in answer.get("extensions", {}).get("sources", ())}
