"""Send deliveries: signed with HMAC-SHA256, again with growing pauses, and given up after a day."""

import hashlib
import hmac
import logging
from dataclasses import replace
from datetime import timedelta
from typing import Final

from gateway.registry.store.database import Database
from gateway.registry.store.webhooks import Delivery, DeliveryState, Webhook, read_due, update_delivery
from gateway.resolvers.subgraph_client.fetching import fetch
from gateway.resolvers.subgraph_client.guard import AddressGuard
from gateway.resolvers.subgraph_client.transport import TransportError

logger = logging.getLogger(__name__)

PAUSES: Final = (5, 30, 120, 600, 3_600, 14_400, 43_200)
"""How many seconds pass before each further attempt."""

TIMEOUT_SECONDS: Final = 10.0
AT_A_TIME: Final = 50
MAX_ANSWER: Final = 100_000


class Deliverer:
    """Sends what waits. The guard says which addresses may be asked."""

    def __init__(self, database: Database, guard: AddressGuard) -> None:
        self._database = database
        self._guard = guard

    async def deliver_due(self) -> int:
        """Send the deliveries whose time has come; gives how many were heard. Raises StoreError."""
        heard = 0
        for delivery, webhook in await read_due(self._database, limit=AT_A_TIME):
            done = await self._attempt(delivery, webhook)
            await update_delivery(self._database, done)
            heard += done.state is DeliveryState.DELIVERED
        return heard

    async def _attempt(self, delivery: Delivery, webhook: Webhook) -> Delivery:
        body = delivery.body.encode()
        timestamp = str(int(self._database.now().timestamp()))
        headers = {
            "content-type": "application/json",
            "tongfen-event": delivery.event.value,
            "tongfen-delivery": delivery.id,
            "tongfen-timestamp": timestamp,
            "tongfen-signature": f"sha256={sign(webhook.secret, timestamp, body)}",
        }
        tried = replace(delivery, attempts=delivery.attempts + 1)
        try:
            answer = await fetch(
                webhook.url,
                method="POST",
                headers=headers,
                body=body,
                timeout=TIMEOUT_SECONDS,
                max_bytes=MAX_ANSWER,
                guard=self._guard,
            )
        except TransportError as error:
            return self._again(replace(tried, status=None, reason=error.failure.value))
        if 200 <= answer.status < 300:  # HTTP's own class of success
            return replace(tried, state=DeliveryState.DELIVERED, status=answer.status, reason="")
        return self._again(replace(tried, status=answer.status, reason=f"answered with HTTP status {answer.status}"))

    def _again(self, tried: Delivery) -> Delivery:
        """When to try again, if at all."""
        if tried.attempts > len(PAUSES):
            logger.warning("A webhook was given up after %d attempts: it %s", tried.attempts, tried.reason)
            return replace(tried, state=DeliveryState.GIVEN_UP)
        pause = PAUSES[tried.attempts - 1]
        return replace(tried, next_at=self._database.now() + timedelta(seconds=pause))


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """What the header ``tongfen-signature`` holds: HMAC-SHA256 over the time and the body, in hexadecimal."""
    return hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
