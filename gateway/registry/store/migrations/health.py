"""Migration 3: the health of subgraphs, who looks after it, and webhooks with their deliveries."""

from typing import Final

STATEMENTS: Final = (
    "CREATE TABLE leases (name VARCHAR PRIMARY KEY, holder VARCHAR NOT NULL, until BIGINT NOT NULL)",
    """CREATE TABLE health (
        environment VARCHAR NOT NULL, subgraph VARCHAR NOT NULL, partition VARCHAR NOT NULL, state VARCHAR NOT NULL,
        reason TEXT NOT NULL, latency_ms INTEGER, checked_at BIGINT NOT NULL, last_seen BIGINT, seen_digest VARCHAR NOT NULL,
        drift INTEGER NOT NULL, PRIMARY KEY (environment, subgraph, partition))""",
    """CREATE TABLE webhooks (
        id VARCHAR PRIMARY KEY, environment VARCHAR NOT NULL, url TEXT NOT NULL, events TEXT NOT NULL, secret VARCHAR NOT NULL,
        created_by VARCHAR NOT NULL, removed_at BIGINT)""",
    """CREATE TABLE deliveries (
        id VARCHAR PRIMARY KEY, webhook VARCHAR NOT NULL, event VARCHAR NOT NULL, body TEXT NOT NULL, created_at BIGINT NOT NULL,
        state VARCHAR NOT NULL, attempts INTEGER NOT NULL, next_at BIGINT NOT NULL, status INTEGER, reason TEXT NOT NULL)""",
    "CREATE INDEX deliveries_due ON deliveries (state, next_at)",
)
