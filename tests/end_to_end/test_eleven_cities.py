"""Eleven cities, one subgraph: lists and sums of the whole province, one city's own affairs, and a city that is gone, back, or late."""

import json
import os
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from subgraphs.demo.seed import DATABASES, database_file
from gateway.cli.demo_places import CITIES
from gateway.transport.graphiql import Example
from tests.cli.test_demo import PATIENCE_SECONDS, Demo, demo, errors_of
from tests.end_to_end.listening import Relay, relay
from tests.subgraphs.conftest import market_databases
from tests.subgraphs.databases import MarketDatabases

__all__ = ["market_databases"]

ROOT = Path(__file__).parents[2]
NINGBO, WENZHOU, ZHOUSHAN = "3302", "3303", "3309"
PAGE = """query ($first: Int, $after: String, $last: Int, $before: String) {
  demands(status: OPEN, first: $first, after: $after, last: $last, before: $before) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id publishedAt } }
  }
}"""
NEWEST = "ORDER BY published_at DESC, id"


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

    def cities_asked(self) -> dict[str, list[str]]:
        """What each city was asked since the last call, without those that were asked nothing."""
        asked = {partition: list(each.asked) for partition, each in self.relays.items() if each.asked}
        for each in self.relays.values():
            each.asked.clear()
        return asked
