"""Health and webhooks, as GraphQL types."""

from datetime import datetime

import strawberry

from gateway.registry.events import EventKind
from gateway.registry.store.health import Health, HealthState
from gateway.registry.store.webhooks import Delivery, DeliveryState, Webhook


@strawberry.type(description="What the last probe found at a subgraph's server, or at that of one of its partitions.")
class HealthEntry:
    """A server's health."""

    subgraph: str
    partition: str
    state: HealthState
    reason: str
    latency_ms: int | None
    checked_at: datetime
    last_seen: datetime | None
    seen_digest: str
    drift: bool = strawberry.field(description="Whether it tells another SDL than was published.")

    @classmethod
    def of(cls, health: Health) -> "HealthEntry":
        """As GraphQL."""
        return cls(
            subgraph=health.subgraph,
            partition=health.partition,
            state=health.state,
            reason=health.reason,
            latency_ms=health.latency_ms,
            checked_at=health.checked_at,
            last_seen=health.last_seen,
            seen_digest=health.seen_digest,
            drift=health.drift,
        )


@strawberry.type(description="One event for one webhook, and what became of it.")
class DeliveryEntry:
    """A delivery."""

    id: strawberry.ID
    event: EventKind
    body: str
    created_at: datetime
    state: DeliveryState
    attempts: int
    status: int | None
    reason: str

    @classmethod
    def of(cls, delivery: Delivery) -> "DeliveryEntry":
        """As GraphQL."""
        return cls(
            id=strawberry.ID(delivery.id),
            event=delivery.event,
            body=delivery.body,
            created_at=delivery.created_at,
            state=delivery.state,
            attempts=delivery.attempts,
            status=delivery.status,
            reason=delivery.reason,
        )


@strawberry.type(description="Where to tell which events of an environment.")
class WebhookEntry:
    """A webhook."""

    id: strawberry.ID
    environment: str
    url: str
    events: list[EventKind]
    created_by: str

    @classmethod
    def of(cls, webhook: Webhook) -> "WebhookEntry":
        """As GraphQL; without its secret."""
        return cls(
            id=strawberry.ID(webhook.id),
            environment=webhook.environment,
            url=webhook.url,
            events=list(webhook.events),
            created_by=webhook.created_by,
        )


@strawberry.type(description="A new webhook. Its secret is told this once.")
class CreatedWebhook:
    """A webhook and its secret."""

    webhook: WebhookEntry
    secret: str
