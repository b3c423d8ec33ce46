"""A digest of each table's rows. ``python -m tests.subgraphs.demo.digests`` writes them anew after a wanted change of the data."""

import asyncio
import json
from datetime import date, datetime
from enum import Enum
from functools import partial
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Table, create_engine, select

from subgraphs.demo.rows.all import CITY_DATABASES, TABLES
from subgraphs.demo.seed import SUBGRAPHS, database_file, seed_directory
from tests.subgraphs.databases import show_nothing

GOLDEN = Path(__file__).with_name("digests.json")


def digest_tables(directory: Path) -> dict[str, str]:
    """The number of rows and a hash of them all, in the order of their keys, for each table of each subgraph.

    What the eleven cities have in their databases counts as one: a row that several have counts once.
    """
    digests = {}
    for name in SUBGRAPHS:
        files = [database_file(directory, each) for each in (CITY_DATABASES if name == "city" else (name,))]
        for table in sorted(TABLES[name].tables.values(), key=lambda table: table.name):
            rows = dict(row for file in files for row in read_rows(file, table))
            digest = sha256()
            for key in sorted(rows):
                digest.update(rows[key].encode())
            digests[f"{name}.{table.name}"] = f"{len(rows)} {digest.hexdigest()[:24]}"
    return digests


def read_rows(file: Path, table: Table) -> list[tuple[tuple[Any, ...], str]]:
    """The rows of a table as JSON, each by its key."""
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        found = [row._asdict() for row in connection.execute(select(table))]
    engine.dispose()
    names = [column.name for column in table.primary_key]
    write = partial(json.dumps, default=plain, ensure_ascii=False, sort_keys=True)
    return [(tuple(row[name] for name in names), write(row)) for row in found]


def plain(value: object) -> Any:
    """What JSON has no form for."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"{value!r} should not be in a database.")


def write_golden() -> None:
    with TemporaryDirectory() as folder:
        directory = Path(folder) / "market"
        asyncio.run(seed_directory(directory, show_nothing))
        GOLDEN.write_text(json.dumps(digest_tables(directory), indent=1) + "\n")


if __name__ == "__main__":
    write_golden()
