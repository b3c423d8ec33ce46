"""Webhooks, and the log of what was delivered to them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import RowMapping, insert, select, update

from gateway.registry.errors import NotFoundError
from gateway.registry.events import EventKind
from gateway.registry.store.audit import append_entry
from gateway.registry.store.database import Database, from_milliseconds, to_milliseconds
from gateway.registry.store.tables import DELIVERIES, WEBHOOKS


class DeliveryState(StrEnum):
    """What became of a delivery."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where to tell which events of an environment. ``secret`` signs."""

    id: str
    environment: str
    url: str
    events: tuple[EventKind, ...]
    secret: str
    created_by: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one webhook, and the attempts so far. ``status`` is that of the last answer, ``reason`` why there was none."""

    id: str
    webhook: str
    event: EventKind
    body: str
    created_at: datetime
    state: DeliveryState
    attempts: int
    next_at: datetime
    status: int | None = None
    reason: str = ""


async def save_webhook(database: Database, webhook: Webhook) -> None:
    """Keep a new webhook."""
    async with database.writing() as connection:
        await append_entry(
            connection,
            database,
            actor=webhook.created_by,
            action="webhook.create",
            environment=webhook.environment,
            subject=webhook.id,
            detail={"url": webhook.url, "events": list(webhook.events)},
        )
        values = {
            "id": webhook.id,
            "environment": webhook.environment,
            "url": webhook.url,
            "events": json.dumps(webhook.events),
            "secret": webhook.secret,
            "created_by": webhook.created_by,
        }
        await connection.execute(insert(WEBHOOKS).values(**values))


async def remove_webhook(database: Database, webhook_id: str, *, actor: str) -> None:
    """Tell it nothing any more. Raises NotFoundError."""
    async with database.writing() as connection:
        moment = await append_entry(connection, database, actor=actor, action="webhook.remove", subject=webhook_id)
        removed = update(WEBHOOKS).where(WEBHOOKS.c.id == webhook_id, WEBHOOKS.c.removed_at.is_(None))
        done = await connection.execute(removed.values(removed_at=to_milliseconds(moment)))
        if done.rowcount != 1:
            raise NotFoundError(f"There is no webhook {webhook_id}.")


async def read_webhooks(database: Database, environment: str) -> tuple[Webhook, ...]:
    """The webhooks of an environment."""
    here = (WEBHOOKS.c.environment == environment, WEBHOOKS.c.removed_at.is_(None))
    async with database.reading() as connection:
        rows = (await connection.execute(select(WEBHOOKS).where(*here).order_by(WEBHOOKS.c.id))).mappings().all()
    return tuple(map(row_to_webhook, rows))


async def save_deliveries(database: Database, deliveries: Sequence[Delivery]) -> None:
    """Keep new deliveries."""
    if not deliveries:
        return
    async with database.writing() as connection:
        await connection.execute(insert(DELIVERIES), [delivery_to_row(delivery) for delivery in deliveries])


async def update_delivery(database: Database, delivery: Delivery) -> None:
    """Keep what became of it."""
    async with database.writing() as connection:
        values = delivery_to_row(delivery)
        await connection.execute(update(DELIVERIES).where(DELIVERIES.c.id == delivery.id).values(**values))


async def read_due(database: Database, *, limit: int) -> tuple[tuple[Delivery, Webhook], ...]:
    """The deliveries whose time has come, each with its webhook, the oldest first."""
    due = select(DELIVERIES).where(
        DELIVERIES.c.state == DeliveryState.WAITING.value, DELIVERIES.c.next_at <= to_milliseconds(database.now())
    )
    async with database.reading() as connection:
        rows = (await connection.execute(due.order_by(DELIVERIES.c.created_at).limit(limit))).mappings().all()
        found = await connection.execute(select(WEBHOOKS).where(WEBHOOKS.c.id.in_({row["webhook"] for row in rows})))
        webhooks = {row["id"]: row_to_webhook(row) for row in found.mappings()}
    return tuple((row_to_delivery(row), webhooks[row["webhook"]]) for row in rows)


async def read_deliveries(database: Database, webhook_id: str, *, first: int) -> tuple[Delivery, ...]:
    """The delivery log of one webhook, the newest first."""
    query = select(DELIVERIES).where(DELIVERIES.c.webhook == webhook_id).order_by(DELIVERIES.c.created_at.desc())
    async with database.reading() as connection:
        return tuple(map(row_to_delivery, (await connection.execute(query.limit(first))).mappings()))


def row_to_webhook(row: RowMapping) -> Webhook:
    return Webhook(
        id=row["id"],
        environment=row["environment"],
        url=row["url"],
        events=tuple(EventKind(event) for event in json.loads(row["events"])),
        secret=row["secret"],
        created_by=row["created_by"],
    )


def delivery_to_row(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "webhook": delivery.webhook,
        "event": delivery.event.value,
        "body": delivery.body,
        "created_at": to_milliseconds(delivery.created_at),
        "state": delivery.state.value,
        "attempts": delivery.attempts,
        "next_at": to_milliseconds(delivery.next_at),
        "status": delivery.status,
        "reason": delivery.reason,
    }


def row_to_delivery(row: RowMapping) -> Delivery:
    values = dict(row)
    return Delivery(
        **values
        | {
            "event": EventKind(row["event"]),
            "state": DeliveryState(row["state"]),
            "created_at": from_milliseconds(row["created_at"]),
            "next_at": from_milliseconds(row["next_at"]),
        }
    )
