"""The tables as they are after the last migration. Times are milliseconds since 1970 in UTC, lists and objects are JSON text."""

from typing import Final

from sqlalchemy import BigInteger, Column, Integer, MetaData, String, Table, Text

METADATA: Final = MetaData()

TEXTS: Final = Table(
    "texts",
    METADATA,
    Column("digest", String, primary_key=True),
    Column("body", Text, nullable=False),
)
"""SDLs and supergraphs, each once, under their SHA-256."""

ENVIRONMENTS: Final = Table(
    "environments",
    METADATA,
    Column("name", String, primary_key=True),
    Column("head", Integer, nullable=False),
)
"""The current version of each environment: the one row that a publish must win."""

VERSIONS: Final = Table(
    "versions",
    METADATA,
    Column("environment", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("subgraph", String, nullable=False),
    Column("author", String, nullable=False),
    Column("message", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("digest", String, nullable=False),
    Column("origin", String, nullable=False),
)

VERSION_SUBGRAPHS: Final = Table(
    "version_subgraphs",
    METADATA,
    Column("environment", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("name", String, primary_key=True),
    Column("url", Text, nullable=False),
    Column("digest", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("region", String, nullable=False),
    Column("members", Text, nullable=False),
)

TOKENS: Final = Table(
    "tokens",
    METADATA,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("secret_hash", String, nullable=False),
    Column("rights", Text, nullable=False),
    Column("subgraphs", Text, nullable=False),
    Column("environments", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", String, nullable=False),
    Column("expires_at", BigInteger),
    Column("revoked_at", BigInteger),
)

AUDIT: Final = Table(
    "audit",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", String, nullable=False),
    Column("action", String, nullable=False),
    Column("environment", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", String, nullable=False),
    Column("hash", String, nullable=False),
)

OPERATIONS: Final = Table(
    "operations",
    METADATA,
    Column("signature", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("coordinates", Text, nullable=False),
)

OPERATION_USES: Final = Table(
    "operation_uses",
    METADATA,
    Column("environment", String, primary_key=True),
    Column("day", String, primary_key=True),
    Column("signature", String, primary_key=True),
    Column("client", String, primary_key=True),
    Column("client_version", String, primary_key=True),
    Column("uses", BigInteger, nullable=False),
)

FIELD_USES: Final = Table(
    "field_uses",
    METADATA,
    Column("environment", String, primary_key=True),
    Column("day", String, primary_key=True),
    Column("coordinate", String, primary_key=True),
    Column("uses", BigInteger, nullable=False),
)

LEASES: Final = Table(
    "leases",
    METADATA,
    Column("name", String, primary_key=True),
    Column("holder", String, nullable=False),
    Column("until", BigInteger, nullable=False),
)
"""Work that only one of all processes does at a time."""

HEALTH: Final = Table(
    "health",
    METADATA,
    Column("environment", String, primary_key=True),
    Column("subgraph", String, primary_key=True),
    Column("partition", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("latency_ms", Integer),
    Column("checked_at", BigInteger, nullable=False),
    Column("last_seen", BigInteger),
    Column("seen_digest", String, nullable=False),
    Column("drift", Integer, nullable=False),
)

WEBHOOKS: Final = Table(
    "webhooks",
    METADATA,
    Column("id", String, primary_key=True),
    Column("environment", String, nullable=False),
    Column("url", Text, nullable=False),
    Column("events", Text, nullable=False),
    Column("secret", String, nullable=False),
    Column("created_by", String, nullable=False),
    Column("removed_at", BigInteger),
)

DELIVERIES: Final = Table(
    "deliveries",
    METADATA,
    Column("id", String, primary_key=True),
    Column("webhook", String, nullable=False),
    Column("event", String, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", BigInteger, nullable=False),
    Column("status", Integer),
    Column("reason", Text, nullable=False),
)

WAITING: Final = Table(
    "waiting",
    METADATA,
    Column("environment", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("proposal", Text, nullable=False),
    Column("entered_at", BigInteger, nullable=False),
)
"""Proposals that did not compose alone."""
