"""How the database came to have the tables it has: numbered steps that are never changed once they were released."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.registry.errors import StoreError
from gateway.registry.store.migrations import health, usage, versions, waiting


@dataclass(frozen=True, slots=True)
class Migration:
    """One step. ``statements`` run on both databases, ``sqlite`` and ``postgresql`` only on theirs."""

    number: int
    statements: Sequence[str]
    sqlite: Sequence[str] = ()
    postgresql: Sequence[str] = ()

    def for_dialect(self, name: str) -> Sequence[str]:
        """All statements for one database, in order."""
        return (*self.statements, *(self.postgresql if name == "postgresql" else self.sqlite))


MIGRATIONS: Final = (
    Migration(1, versions.STATEMENTS, versions.SQLITE, versions.POSTGRESQL),
    Migration(2, usage.STATEMENTS),
    Migration(3, health.STATEMENTS),
    Migration(4, waiting.STATEMENTS),
)


async def migrate(connection: AsyncConnection, *, to: int | None = None) -> int:
    """Bring the database to migration ``to``, or to the last one; gives the number it was at. The caller's transaction holds all of it.

    Raises StoreError for a database that a newer program has already changed.
    """
    await connection.execute(text("CREATE TABLE IF NOT EXISTS registry_schema (number INTEGER PRIMARY KEY)"))
    found = int((await connection.execute(text("SELECT COALESCE(MAX(number), 0) FROM registry_schema"))).scalar_one())
    last = MIGRATIONS[-1].number
    if found > last:
        message = f"The registry's database is at migration {found}, this program knows only {last}: use a newer one."
        raise StoreError(message, code="STORE_TOO_NEW")
    for migration in MIGRATIONS:
        if found < migration.number <= (last if to is None else to):
            for statement in migration.for_dialect(connection.dialect.name):
                await connection.execute(text(statement))
            await connection.execute(text("INSERT INTO registry_schema VALUES (:number)"), {"number": migration.number})
    return found
