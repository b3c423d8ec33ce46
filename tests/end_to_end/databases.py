"""The databases of the demo, read by plain SQL: the truth that the gateway's answers are compared with."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.subgraphs.databases import MarketDatabases

Row = dict[str, Any]
MARKETS = ("core", "agriculture", "carbon", "healthcare")
CITIES = tuple(f"city-{partition}" for partition in range(3301, 3312))
CITY_TABLES = ("achievement", "demand", "demand_answer", "physical_market", "broker", "broker_county")


class Databases:
    """A read-only connection for each market's database in ``folder``, one for each city's, and ``city`` for the union of the eleven."""

    def __init__(self, folder: Path) -> None:
        self._connections = {name: connect(folder, name) for name in (*MARKETS, *CITIES)}
        self._connections["city"] = connect_union(folder)

    def rows(self, name: str, sql: str, *values: Any) -> list[Row]:
        return [dict(row) for row in self._connections[name].execute(sql, values)]

    def row(self, name: str, sql: str, *values: Any) -> Row | None:
        found = self.rows(name, sql, *values)
        return found[0] if found else None

    def value(self, name: str, sql: str, *values: Any) -> Any:
        row = self.row(name, sql, *values)
        return None if row is None else next(iter(row.values()))

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()


def connect(folder: Path, name: str) -> sqlite3.Connection:
    connection = sqlite3.connect(f"file:{folder / name}.db?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    return connection


def connect_union(folder: Path) -> sqlite3.Connection:
    """The eleven cities' tables as one: the first city's database with the other ten attached, which is as many as SQLite takes."""
    connection = connect(folder, CITIES[0])
    others = [name.replace("-", "_") for name in CITIES[1:]]
    for schema, name in zip(others, CITIES[1:], strict=True):
        connection.execute(f"ATTACH 'file:{folder / name}.db?mode=ro' AS {schema}")
    for table in CITY_TABLES:
        parts = " UNION ALL ".join(f"SELECT * FROM {schema}.{table}" for schema in ("main", *others))
        connection.execute(f"CREATE TEMP VIEW {table} AS {parts}")
    return connection


@contextmanager
def opened(folder: Path) -> Iterator[Databases]:
    databases = Databases(folder)
    try:
        yield databases
    finally:
        databases.close()


def beside(databases: MarketDatabases, folder: Path) -> Path:
    """A folder for a demo of one's own over the data that all tests share, which is only read."""
    (folder / "market").symlink_to(databases.directory)
    return folder


def money(fen: int | None) -> Row | None:
    return None if fen is None else {"amountFen": fen}


def moment(text: str | None) -> str | None:
    """SQLite's text for a moment in UTC as the ``DateTime`` scalar writes it."""
    return None if text is None else text.replace(" ", "T").removesuffix(".000000") + "+00:00"


def listed(text: str) -> list[Any]:
    values = json.loads(text)
    assert isinstance(values, list)
    return values
