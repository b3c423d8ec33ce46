"""One connection to the registry's database, and the two ways to use it: reading, and writing one after another."""

import contextlib
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from gateway.errors import SettingsError
from gateway.registry.errors import StoreError
from gateway.registry.store.migrations import migrate

Clock = Callable[[], datetime]

WRITERS_LOCK: Final = 7_209_414
"""The number of the advisory lock that writers on PostgreSQL hold, so that they come one after another as on SQLite."""

SQLITE_PRAGMAS: Final = (
    "PRAGMA busy_timeout = 10000",  # first: the next ones may have to wait
    "PRAGMA foreign_keys = ON",
    "PRAGMA synchronous = FULL",  # what was answered is on the disk
)


POSTGRESQL_OPTIONS: Final[dict[str, Any]] = {
    "pool_pre_ping": True,
    "connect_args": {"timeout": 5, "command_timeout": 30},
}
"""Connections that were lost are noticed before they are used, and a server that says nothing is not waited for."""

MODE_ATTEMPTS: Final = 100
MODE_SECONDS: Final = 0.01
"""How often, and how long after one another, the journal's mode is set."""


def utc_now() -> datetime:
    """The machine's time."""
    return datetime.now(UTC)


class Database:
    """The registry's database. Every failure of it is a StoreError."""

    def __init__(self, engine: AsyncEngine, *, clock: Clock = utc_now) -> None:
        self.engine = engine
        self._clock = clock
        self._latest = datetime.fromtimestamp(0, UTC)

    def now(self) -> datetime:
        """The time, which never goes back while this process lives, whatever the machine's clock does."""
        self._latest = max(self._latest, self._clock())
        return self._latest

    def not_before(self, moment: datetime) -> None:
        """Something has happened at this time: it is not earlier now."""
        self._latest = max(self._latest, moment)

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reading one consistent state."""
        with store_errors():
            async with self.engine.connect() as connection:
                yield connection

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction for writing, committed at the end. Writers come one after another."""
        with store_errors():
            async with self.engine.execution_options(writes=True).begin() as connection:
                if connection.dialect.name == "postgresql":
                    await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITERS_LOCK})
                yield connection

    async def prepare(self) -> None:
        """Create or upgrade the tables. Raises StoreError."""
        async with self.writing() as connection:
            await migrate(connection)

    async def close(self) -> None:
        """Close all connections."""
        await self.engine.dispose()


def open_database(url: str, *, clock: Clock = utc_now) -> Database:
    """The database at ``sqlite+aiosqlite:///FILE`` or ``postgresql+asyncpg://…``. Nothing is connected yet. Raises SettingsError."""
    try:
        parsed = make_url(url)
        if parsed.drivername not in ("sqlite+aiosqlite", "postgresql+asyncpg"):
            raise ArgumentError(f"its driver is {parsed.drivername}")
        options = POSTGRESQL_OPTIONS if parsed.drivername == "postgresql+asyncpg" else {}
        engine = create_async_engine(parsed, **options)
    except (ArgumentError, ModuleNotFoundError) as error:
        message = "registry.database: write sqlite+aiosqlite:///FILE, or postgresql+asyncpg://… with the extra tongfen[postgres]"
        raise SettingsError(f"{message} ({error}).") from error
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", prepare_sqlite)
        event.listen(engine.sync_engine, "begin", begin_sqlite)
    return Database(engine, clock=clock)


def prepare_sqlite(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    """Transactions begin as we say, not as the driver thinks best."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(pragma)
    write_ahead(cursor)
    cursor.close()


def write_ahead(cursor: DBAPICursor) -> None:
    """Let readers go on while one writer writes: once for each file. SQLite does not wait where two processes do it at once."""
    for patience in reversed(range(MODE_ATTEMPTS)):
        cursor.execute("PRAGMA journal_mode")
        if cursor.fetchone() == ("wal",):
            return
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if not patience:
                raise
            time.sleep(MODE_SECONDS)


def begin_sqlite(connection: Connection) -> None:
    """A writer takes its lock at the beginning: what it has read cannot change before it writes."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextlib.contextmanager
def store_errors() -> Iterator[None]:
    """Failures of the database as StoreError, with what the operator has to know and nothing of the data."""
    try:
        yield
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        raise StoreError(f"The registry's database does not do it: {' '.join(str(cause).split())}.") from error
    except (OSError, TimeoutError) as error:
        raise StoreError(f"The registry's database does not answer: {error or type(error).__name__}.") from error


def to_milliseconds(moment: datetime) -> int:
    """As it is stored."""
    return round(moment.timestamp() * 1000)


def from_milliseconds(stored: int) -> datetime:
    """As it was before it was stored."""
    return datetime.fromtimestamp(stored / 1000, UTC)
