"""Write one database whole: tables, rows and a stamp in one transaction."""

from collections.abc import Callable
from typing import Final

from sqlalchemy import Column, MetaData, String, Table, func, insert, inspect, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from subgraphs.demo.rows.kinds import Row, Rows

_STAMPS: Final = MetaData()
_STAMP: Final = Table("demo_stamp", _STAMPS, Column("version", String(64), primary_key=True))
_CHUNK: Final = 5_000

OnWritten = Callable[[int], None]
"""Called with the number of rows just written."""


async def read_stamp(engine: AsyncEngine) -> str | None:
    """The version of the demo data in a database; ``None`` where there is none."""
    async with engine.connect() as connection:
        if not await connection.run_sync(lambda sync: inspect(sync).has_table(_STAMP.name)):
            return None
        return await connection.scalar(select(_STAMP.c.version))


async def write_database(
    engine: AsyncEngine, metadata: MetaData, rows: Rows, *, version: str, on_written: OnWritten
) -> None:
    """Replace a database's tables by new ones with these rows, and stamp it.

    All in one transaction, which PostgreSQL keeps for the tables too; a SQLite file is to be written aside and moved.
    """
    by_table = {entity.__table__: entity_rows for entity, entity_rows in rows.items()}
    async with engine.begin() as connection:
        await connection.run_sync(_STAMPS.drop_all)
        await connection.run_sync(metadata.drop_all)
        await connection.run_sync(metadata.create_all)
        for table in metadata.sorted_tables:
            await _insert(connection, table, by_table.get(table, []), on_written)
        await _skip_given_ids(connection, metadata)
        await connection.run_sync(_STAMPS.create_all)
        await connection.execute(insert(_STAMP), [{"version": version}])
    async with engine.begin() as connection:
        await connection.execute(text("ANALYZE"))


async def _insert(connection: AsyncConnection, table: Table, rows: list[Row], on_written: OnWritten) -> None:
    for start in range(0, len(rows), _CHUNK):
        chunk = rows[start : start + _CHUNK]
        await connection.execute(insert(table), chunk)
        on_written(len(chunk))


async def _skip_given_ids(connection: AsyncConnection, metadata: MetaData) -> None:
    """In PostgreSQL, let numbers that the database gives out begin after those that the rows brought along."""
    if connection.dialect.name != "postgresql":
        return
    for table in metadata.sorted_tables:
        column = table.autoincrement_column
        if column is not None:
            sequence = func.pg_get_serial_sequence(table.name, column.name)  # null for a key that rows must bring along
            last = select(func.max(column)).scalar_subquery()
            await connection.execute(select(func.setval(sequence, last)))
