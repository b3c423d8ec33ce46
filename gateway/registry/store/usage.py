"""Recorded operations: how often each was sent by whom, day by day."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Table, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.registry.store.database import Database
from gateway.registry.store.tables import FIELD_USES, OPERATION_USES, OPERATIONS
from gateway.registry.usage.signature import Signature


@dataclass(frozen=True, slots=True)
class Use:
    """An operation that one client sent so often."""

    signature: Signature
    client: str
    client_version: str
    count: int


@dataclass(frozen=True, slots=True)
class ClientUse:
    """How often one version of a client sent an operation, and on which day for the last time."""

    client: str
    version: str
    count: int
    last_day: str


@dataclass(frozen=True, slots=True)
class RecordedOperation:
    """An operation and who sent it."""

    signature: Signature
    clients: tuple[ClientUse, ...]

    @property
    def count(self) -> int:
        """How often it was sent."""
        return sum(client.count for client in self.clients)


async def add_uses(database: Database, environment: str, uses: Sequence[Use]) -> None:
    """Add to today's counts."""
    if not uses:
        return
    day = database.now().date().isoformat()
    here = {"environment": environment, "day": day}
    operations = {use.signature.id: use.signature for use in uses}
    fields: Counter[str] = Counter()
    for use in uses:
        fields.update(dict.fromkeys(use.signature.coordinates, use.count))
    async with database.writing() as connection:
        await insert_new(connection, OPERATIONS, [signature_to_row(one) for one in operations.values()])
        rows = [
            here
            | {"signature": u.signature.id, "client": u.client, "client_version": u.client_version, "uses": u.count}
            for u in uses
        ]
        await add_counts(connection, OPERATION_USES, rows)
        await add_counts(
            connection, FIELD_USES, [here | {"coordinate": c, "uses": n} for c, n in sorted(fields.items())]
        )


async def read_operations(
    database: Database, environment: str, *, days: int, limit: int = 5_000
) -> tuple[RecordedOperation, ...]:
    """The operations of the last days, those sent most often first."""
    since = (database.now().date() - timedelta(days=days)).isoformat()
    uses = OPERATION_USES.c
    total = func.sum(uses.uses)
    by_signature = (
        select(uses.signature)
        .where(uses.environment == environment, uses.day >= since)
        .group_by(uses.signature)
        .order_by(total.desc(), uses.signature)
        .limit(limit)
    )
    async with database.reading() as connection:
        order = (await connection.execute(by_signature)).scalars().all()
        clients = await connection.execute(
            select(uses.signature, uses.client, uses.client_version, total, func.max(uses.day))
            .where(uses.environment == environment, uses.day >= since, uses.signature.in_(by_signature))
            .group_by(uses.signature, uses.client, uses.client_version)
            .order_by(total.desc(), uses.client, uses.client_version)
        )
        found: dict[str, list[ClientUse]] = {}
        for signature, client, version, count, last_day in clients:
            found.setdefault(signature, []).append(ClientUse(client, version, int(count), last_day))
        rows = await connection.execute(select(OPERATIONS).where(OPERATIONS.c.signature.in_(by_signature)))
        signatures = {row["signature"]: row_to_signature(row) for row in rows.mappings()}
    return tuple(RecordedOperation(signatures[one], tuple(found[one])) for one in order)


async def read_field_uses(
    database: Database, environment: str, *, days: int, prefix: str = ""
) -> dict[str, dict[str, int]]:
    """For each coordinate that begins with ``prefix`` its count on each of the last days."""
    since = (database.now().date() - timedelta(days=days)).isoformat()
    uses = FIELD_USES.c
    query = select(FIELD_USES).where(uses.environment == environment, uses.day >= since)
    query = query.where(uses.coordinate.startswith(prefix, autoescape=True)).order_by(uses.coordinate, uses.day)
    found: dict[str, dict[str, int]] = {}
    async with database.reading() as connection:
        for row in (await connection.execute(query)).mappings():
            found.setdefault(row["coordinate"], {})[row["day"]] = int(row["uses"])
    return found


async def forget_uses(database: Database, environment: str, *, days: int) -> None:
    """Delete the counts of earlier days, and operations that nobody has sent since."""
    since = (database.now().date() - timedelta(days=days)).isoformat()
    async with database.writing() as connection:
        for table in (OPERATION_USES, FIELD_USES):
            await connection.execute(delete(table).where(table.c.environment == environment, table.c.day < since))
        used = select(OPERATION_USES.c.signature)
        await connection.execute(delete(OPERATIONS).where(OPERATIONS.c.signature.not_in(used)))


async def insert_new(connection: AsyncConnection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert the rows that are not there yet."""
    await connection.execute(insert_for(connection, table).on_conflict_do_nothing(), rows)


async def add_counts(connection: AsyncConnection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows, or add their ``uses`` to those that are there."""
    insert = insert_for(connection, table)
    added = insert.on_conflict_do_update(
        index_elements=list(table.primary_key.columns), set_={"uses": table.c.uses + insert.excluded.uses}
    )
    await connection.execute(added, rows)


def insert_for(connection: AsyncConnection, table: Table) -> Any:
    """The insert statement of this database, which knows what to do about a conflict."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def signature_to_row(signature: Signature) -> dict[str, Any]:
    return {
        "signature": signature.id,
        "name": signature.name,
        "kind": signature.kind,
        "text": signature.text,
        "coordinates": json.dumps(signature.coordinates),
    }


def row_to_signature(row: Any) -> Signature:
    return Signature(row["signature"], row["name"], row["kind"], row["text"], tuple(json.loads(row["coordinates"])))
