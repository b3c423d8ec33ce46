"""Rows straight from a market's database, by SQL and nothing else: what its answers are compared with."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any


def rows(path: Path, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """What a statement finds in a SQLite file."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql, parameters).fetchall()


def column(path: Path, sql: str, *parameters: Any) -> list[Any]:
    """The first column of what a statement finds."""
    return [row[0] for row in rows(path, sql, *parameters)]
