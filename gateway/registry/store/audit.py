"""The audit log: every entry holds the hash of the one before, so that none can be changed or left out unseen."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import RowMapping, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.registry.store.database import Database, from_milliseconds, to_milliseconds
from gateway.registry.store.tables import AUDIT

FIRST: Final = "0" * 64
"""What stands for the hash before the first entry."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what, to what, when."""

    number: int
    at: datetime
    actor: str
    action: str
    environment: str
    subject: str
    detail: Mapping[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class AuditReport:
    """How many entries were checked, the last one's hash, and the first entry that is not as it was written (None: all are)."""

    entries: int
    head: str
    broken_at: int | None = None


async def append_entry(
    connection: AsyncConnection,
    database: Database,
    *,
    actor: str,
    action: str,
    environment: str = "",
    subject: str = "",
    detail: Mapping[str, Any] | None = None,
) -> datetime:
    """Write the next entry within the caller's transaction; gives its time, which is never before the last entry's."""
    last = (await connection.execute(select(AUDIT).order_by(AUDIT.c.number.desc()).limit(1))).mappings().first()
    if last is not None:
        database.not_before(from_milliseconds(last["at"]))
    moment = database.now()
    entry = {
        "number": last["number"] + 1 if last else 1,
        "at": to_milliseconds(moment),
        "actor": actor,
        "action": action,
        "environment": environment,
        "subject": subject,
        "detail": json.dumps(detail or {}, ensure_ascii=False, sort_keys=True),
        "previous": last["hash"] if last else FIRST,
    }
    await connection.execute(insert(AUDIT).values(**entry, hash=hash_entry(entry)))
    return from_milliseconds(to_milliseconds(moment))


def hash_entry(entry: Mapping[str, Any] | RowMapping) -> str:
    """The hash of an entry, over all it says and the hash before it."""
    names = ("number", "at", "actor", "action", "environment", "subject", "detail", "previous")
    text = json.dumps([entry[name] for name in names], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


async def read_audit(database: Database, *, first: int, before: int | None = None) -> tuple[AuditEntry, ...]:
    """The latest entries, the newest first; those before a number."""
    query = select(AUDIT).order_by(AUDIT.c.number.desc()).limit(first)
    if before is not None:
        query = query.where(AUDIT.c.number < before)
    async with database.reading() as connection:
        rows = (await connection.execute(query)).mappings().all()
    return tuple(
        AuditEntry(
            number=row["number"],
            at=from_milliseconds(row["at"]),
            actor=row["actor"],
            action=row["action"],
            environment=row["environment"],
            subject=row["subject"],
            detail=json.loads(row["detail"]),
            hash=row["hash"],
        )
        for row in rows
    )


async def verify_audit(database: Database) -> AuditReport:
    """Check the whole chain."""
    previous, number = FIRST, 0
    async with database.reading() as connection:
        rows = (await connection.execute(select(AUDIT).order_by(AUDIT.c.number))).mappings().all()
    for row in rows:
        if row["number"] != number + 1 or row["previous"] != previous or hash_entry(row) != row["hash"]:
            return AuditReport(number, previous, broken_at=number + 1)
        previous, number = row["hash"], row["number"]
    return AuditReport(number, previous)
