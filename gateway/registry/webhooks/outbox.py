"""Turn events into deliveries: written first, sent afterwards, so that a crash loses none."""

import secrets

import msgspec

from gateway.registry.events import Event
from gateway.registry.store.database import Database
from gateway.registry.store.webhooks import Delivery, DeliveryState, read_webhooks, save_deliveries


class Outbox:
    """Where events are put to be told."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, event: Event) -> None:
        """Write a delivery for every webhook that wants the event. Raises StoreError."""
        webhooks = await read_webhooks(self._database, event.environment)
        body = write_event(event)
        now = self._database.now()
        await save_deliveries(
            self._database,
            [
                Delivery(secrets.token_hex(8), webhook.id, event.kind, body, now, DeliveryState.WAITING, 0, now)
                for webhook in webhooks
                if event.kind in webhook.events
            ],
        )


def write_event(event: Event) -> str:
    """The body that webhooks get."""
    told = {
        "event": event.kind.value,
        "environment": event.environment,
        "subgraph": event.subgraph,
        "at": event.at.isoformat(),
        "detail": dict(event.detail),
    }
    return msgspec.json.encode(told).decode()
