"""One connection that sees all five databases, for tests that compare across them."""

import sqlite3
from collections.abc import Iterator

import pytest

from subgraphs.demo.seed import SUBGRAPHS
from tests.subgraphs.databases import MarketDatabases


@pytest.fixture(scope="session")
def databases(market_databases: MarketDatabases) -> Iterator[sqlite3.Connection]:
    """Each database is attached under its subgraph's name."""
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    for name in SUBGRAPHS:
        connection.execute(f"ATTACH '{market_databases.path(name)}' AS {name}")
    yield connection
    connection.close()
