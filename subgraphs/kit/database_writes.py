"""What every mutation needs: an answer remembered by its idempotency key, and the next serial number of a kind of id."""

from datetime import datetime
from typing import Any

from sqlalchemy import String, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column


class IdempotencyColumns:
    """One finished mutation. The same key and request again gets the stored answer; another request under it is refused."""

    __tablename__ = "idempotency"

    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    operation: Mapped[str] = mapped_column(String(64), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256, in hexadecimal, of the request's input in canonical JSON."""
    answer: Mapped[dict[str, Any]]
    recorded_at: Mapped[datetime]


class SerialColumns:
    """The last serial number given out under a name, for example under ``330300-D``."""

    __tablename__ = "serial"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    last: Mapped[int]


async def next_serial(session: AsyncSession, table: Table, name: str) -> int:
    """Take the next serial number of a name, 1 for a name without any; others wait until this transaction ends."""
    connection = await session.connection()
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    first = insert(table).values(name=name, last=1)
    taken = first.on_conflict_do_update(index_elements=[table.c.name], set_={"last": table.c.last + 1})
    return int((await connection.execute(taken.returning(table.c.last))).scalar_one())
