"""Work that only one of all processes does at a time: whoever holds the lease."""

from datetime import timedelta

from sqlalchemy import insert, select, update

from gateway.registry.store.database import Database, to_milliseconds
from gateway.registry.store.tables import LEASES


async def take_lease(database: Database, name: str, holder: str, *, seconds: float) -> bool:
    """Hold a lease for so many seconds more, if nobody else holds it."""
    now = database.now()
    until = to_milliseconds(now + timedelta(seconds=seconds))
    async with database.writing() as connection:
        row = (await connection.execute(select(LEASES).where(LEASES.c.name == name))).mappings().first()
        if row is None:
            await connection.execute(insert(LEASES).values(name=name, holder=holder, until=until))
            return True
        if row["holder"] != holder and row["until"] > to_milliseconds(now):
            return False
        await connection.execute(update(LEASES).where(LEASES.c.name == name).values(holder=holder, until=until))
        return True
