"""One asynchronous engine for a subgraph's own database: SQLite by a file, PostgreSQL by a URL."""

import asyncio
import json
from contextlib import AbstractAsyncContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Final
from weakref import WeakKeyDictionary

from sqlalchemy import MetaData, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

_SQLITE_PRAGMAS: Final = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA journal_mode = WAL",  # readers go on while one writer writes
    "PRAGMA synchronous = NORMAL",  # with WAL this cannot corrupt; only the last commits may be lost with the power
    "PRAGMA busy_timeout = 5000",
    "PRAGMA cache_size = -32000",
)

_TURNS: Final[WeakKeyDictionary[AsyncEngine, asyncio.Lock]] = WeakKeyDictionary()


def sqlite_url(path: Path) -> str:
    """The URL of a SQLite file, in the form that :func:`open_database` takes."""
    return f"sqlite+aiosqlite:///{path}"


def open_database(url: str) -> AsyncEngine:
    """Open the database at a URL, ``sqlite+aiosqlite:///FILE`` or ``postgresql+asyncpg://…``.

    Nothing is connected yet. JSON is written with its Chinese text readable. Raises ``sqlalchemy.exc.ArgumentError`` for
    a URL that is none, ``ModuleNotFoundError`` where the driver's extra is not installed.
    """
    engine = create_async_engine(make_url(url), json_serializer=partial(json.dumps, ensure_ascii=False))
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _set_pragmas)
    return engine


def writing(engine: AsyncEngine) -> AbstractAsyncContextManager[object]:
    """A turn at writing, which who changes something takes for the whole of his transaction.

    SQLite has one writer at a time, and those who wait for it come in no order: under contention some would wait until they are
    refused. In this process they stand in line. PostgreSQL locks rows, and needs no turns.
    """
    if engine.dialect.name != "sqlite":
        return nullcontext()
    return _TURNS.setdefault(engine, asyncio.Lock())


async def create_tables(engine: AsyncEngine, metadata: MetaData) -> None:
    """Create every table, index and search index that is not there yet."""
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)


def _set_pragmas(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    for pragma in _SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()
