"""What the last probes found, and what they are compared with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import RowMapping, delete, select, tuple_

from gateway.registry.store.database import Database, from_milliseconds, to_milliseconds
from gateway.registry.store.tables import HEALTH
from gateway.registry.store.usage import insert_for


class HealthState(StrEnum):
    """How a server is."""

    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Health:
    """What was found at one server: a subgraph's own, or that of one of its partitions. ``drift``: it tells another SDL than was published."""

    subgraph: str
    partition: str
    state: HealthState
    reason: str
    latency_ms: int | None
    checked_at: datetime
    last_seen: datetime | None
    seen_digest: str
    drift: bool


async def save_health(database: Database, environment: str, found: Sequence[Health]) -> None:
    """Keep what was found, and forget servers that were not looked at: they are gone."""
    async with database.writing() as connection:
        here = HEALTH.c.environment == environment
        keys = [(one.subgraph, one.partition) for one in found]
        await connection.execute(delete(HEALTH).where(here, tuple_(HEALTH.c.subgraph, HEALTH.c.partition).not_in(keys)))
        if found:
            insert = insert_for(connection, HEALTH)
            kept = {name: insert.excluded[name] for name in HEALTH.c.keys() if not HEALTH.c[name].primary_key}  # noqa: SIM118  # columns, no dict
            await connection.execute(
                insert.on_conflict_do_update(index_elements=list(HEALTH.primary_key.columns), set_=kept),
                [health_to_row(environment, one) for one in found],
            )


async def read_health(database: Database, environment: str) -> tuple[Health, ...]:
    """What was found last, by subgraph and partition."""
    query = select(HEALTH).where(HEALTH.c.environment == environment).order_by(HEALTH.c.subgraph, HEALTH.c.partition)
    async with database.reading() as connection:
        return tuple(map(row_to_health, (await connection.execute(query)).mappings()))


def health_to_row(environment: str, health: Health) -> dict[str, Any]:
    return {
        "environment": environment,
        "subgraph": health.subgraph,
        "partition": health.partition,
        "state": health.state.value,
        "reason": health.reason,
        "latency_ms": health.latency_ms,
        "checked_at": to_milliseconds(health.checked_at),
        "last_seen": to_milliseconds(health.last_seen) if health.last_seen else None,
        "seen_digest": health.seen_digest,
        "drift": int(health.drift),
    }


def row_to_health(row: RowMapping) -> Health:
    return Health(
        subgraph=row["subgraph"],
        partition=row["partition"],
        state=HealthState(row["state"]),
        reason=row["reason"],
        latency_ms=row["latency_ms"],
        checked_at=from_milliseconds(row["checked_at"]),
        last_seen=from_milliseconds(row["last_seen"]) if row["last_seen"] is not None else None,
        seen_digest=row["seen_digest"],
        drift=bool(row["drift"]),
    )
