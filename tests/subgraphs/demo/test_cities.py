"""Each city has a database of its own, which together are the one database of all cities."""

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from subgraphs.city.tables import Base
from subgraphs.demo.rows.all import CITY_DATABASES
from tests.subgraphs.databases import MarketDatabases

PROVINCE = "330000"


def read(path: Path, table: str) -> list[tuple[object, ...]]:
    """All rows of a table, each with its key in front."""
    keys = ", ".join(column.name for column in Base.metadata.tables[table].primary_key)
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"SELECT {keys}, * FROM {table}").fetchall()


@pytest.mark.parametrize("table", sorted(Base.metadata.tables))
def test_the_eleven_together_are_the_one(market_databases: MarketDatabases, table: str) -> None:
    """No row is lost, none is there twice; but the province lies around each."""
    found = Counter(row for name in CITY_DATABASES for row in read(market_databases.path(name), table))
    assert found.keys() == set(read(market_databases.path("city"), table))
    assert {row[0]: count for row, count in found.items() if count > 1} == ({PROVINCE: 11} if table == "region" else {})


@pytest.mark.parametrize("name", CITY_DATABASES)
def test_a_city_keeps_nothing_of_another(market_databases: MarketDatabases, name: str) -> None:
    """Every key begins with its partition, and there is something in every table in which there is anything at all."""
    partition = name.removeprefix("city-")
    for table in Base.metadata.tables:
        keys = [str(row[0]) for row in read(market_databases.path(name), table)]
        assert all(key.startswith(partition) or (table, key) == ("region", PROVINCE) for key in keys)
        assert bool(keys) == bool(read(market_databases.path("city"), table))
