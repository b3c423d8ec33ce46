"""The five databases of the demo, read by plain SQL: the truth that the gateway's answers are compared with."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Row = dict[str, Any]
NAMES = ("core", "city", "agriculture", "carbon", "healthcare")


class Databases:
    """One read-only connection for each subgraph's database in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._connections = {}
        for name in NAMES:
            connection = sqlite3.connect(f"file:{folder / name}.db?mode=ro", uri=True)
            connection.row_factory = sqlite3.Row
            self._connections[name] = connection

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


@contextmanager
def opened(folder: Path) -> Iterator[Databases]:
    databases = Databases(folder)
    try:
        yield databases
    finally:
        databases.close()


def money(fen: int | None) -> Row | None:
    return None if fen is None else {"amountFen": fen}


def moment(text: str | None) -> str | None:
    """SQLite's text for a moment in UTC as the ``DateTime`` scalar writes it."""
    return None if text is None else text.replace(" ", "T").removesuffix(".000000") + "+00:00"


def listed(text: str) -> list[Any]:
    values = json.loads(text)
    assert isinstance(values, list)
    return values
