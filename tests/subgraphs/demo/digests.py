"""A digest of each table's rows. ``python -m tests.subgraphs.demo.digests`` writes them anew after a wanted change of the data."""

import asyncio
import json
from datetime import date, datetime
from enum import Enum
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import create_engine, select

from subgraphs.demo.rows.all import TABLES
from subgraphs.demo.seed import database_file, seed_directory
from tests.subgraphs.databases import show_nothing

GOLDEN = Path(__file__).with_name("digests.json")


def digest_tables(directory: Path) -> dict[str, str]:
    """The number of rows and a hash of them all, in the order of their keys, for each table of each database."""
    digests = {}
    for name, metadata in TABLES.items():
        engine = create_engine(f"sqlite:///{database_file(directory, name)}")
        with engine.connect() as connection:
            for table in sorted(metadata.tables.values(), key=lambda table: table.name):
                digest, count = sha256(), 0
                for row in connection.execute(select(table).order_by(*table.primary_key)):
                    digest.update(json.dumps(row._asdict(), default=plain, ensure_ascii=False, sort_keys=True).encode())
                    count += 1
                digests[f"{name}.{table.name}"] = f"{count} {digest.hexdigest()[:24]}"
        engine.dispose()
    return digests


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
