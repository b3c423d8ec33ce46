"""What can be asked of the registry."""

import asyncio
from typing import Annotated, Final

import strawberry

from gateway.registry.api.context import Info
from gateway.registry.api.fields import field
from gateway.registry.api.health_types import DeliveryEntry, HealthEntry, WebhookEntry
from gateway.registry.api.inputs import SubgraphInput
from gateway.registry.api.types import (
    AuditEntry,
    AuditReport,
    Check,
    Environment,
    FieldUse,
    Operation,
    SchemaChange,
    SubgraphEntry,
    TokenEntry,
    VersionEntry,
    WholeVersion,
)
from gateway.registry.checking import api_schema
from gateway.registry.errors import InvalidError, NotFoundError
from gateway.registry.model import Right, Version
from gateway.registry.store.audit import read_audit, verify_audit
from gateway.registry.store.health import read_health
from gateway.registry.store.tokens import read_tokens
from gateway.registry.store.usage import read_field_uses, read_operations
from gateway.registry.store.versions import read_current, read_environments, read_history, read_version
from gateway.registry.store.webhooks import read_deliveries, read_webhooks
from gateway.schema.diff import diff_schemas

MAX_PAGE: Final = 1_000

EnvironmentName = Annotated[
    str | None, strawberry.argument(description="The environment; without one it is that of this gateway.")
]


@strawberry.type(description="What the registry knows.")
class Query:
    """Every field needs a token with the right READ, but for those that say otherwise."""

    @field("The name that the registry knows you by; needs no right.")
    async def me(self, info: Info) -> str:
        """The caller's name."""
        return info.context.caller.name

    @field("All environments.")
    async def environments(self, info: Info) -> list[Environment]:
        """By name."""
        info.context.caller.demand(Right.READ)
        found = await read_environments(info.context.registry.database)
        return [Environment(name=name, version=head) for name, head in found.items()]

    @field("The subgraphs that are current in an environment.")
    async def subgraphs(self, info: Info, environment: EnvironmentName = None) -> list[SubgraphEntry]:
        """By name."""
        current = await read_current(info.context.registry.database, readable(info, environment))
        return [SubgraphEntry.of(record) for record in current.subgraphs] if current else []

    @field("The versions of an environment, the newest first.")
    async def versions(
        self, info: Info, environment: EnvironmentName = None, first: int = 20, before: int | None = None
    ) -> list[VersionEntry]:
        """A page of them."""
        where = readable(info, environment)
        found = await read_history(info.context.registry.database, where, first=page(first), before=before)
        return [VersionEntry.of(one) for one in found]

    @field("One version with its texts; without a number the current one.")
    async def version(self, info: Info, environment: EnvironmentName = None, number: int | None = None) -> WholeVersion:
        """With the changes from the version before."""
        where, database = readable(info, environment), info.context.registry.database
        found = await read_current(database, where) if number is None else await read_version(database, where, number)
        if found is None:
            raise NotFoundError(f"Nothing was published in {where} yet.")
        before = await read_version(database, where, found.info.number - 1) if found.info.number > 1 else None
        return WholeVersion.of(found, await asyncio.to_thread(changes_between, before, found))

    @field("What publishing these subgraphs would do. Needs the right CHECK. Nothing is changed.")
    async def check(self, info: Info, subgraphs: list[SubgraphInput], environment: EnvironmentName = None) -> Check:
        """Composition, changes, and whom they would break."""
        registry = info.context.registry
        proposals = [one.to_proposal() for one in subgraphs]
        where = environment or registry.options.environment
        return Check.of(await registry.publisher.check(info.context.caller, where, proposals))

    @field("The operations that clients have sent in the last days, the most frequent first.")
    async def operations(
        self, info: Info, environment: EnvironmentName = None, days: int = 30, first: int = 100
    ) -> list[Operation]:
        """As recorded, without values."""
        where = readable(info, environment)
        found = await read_operations(info.context.registry.database, where, days=days, limit=page(first))
        return [Operation.of(one) for one in found]

    @field("How often types, fields and arguments were used, day by day; those that begin with a prefix.")
    async def field_uses(
        self, info: Info, environment: EnvironmentName = None, days: int = 30, prefix: str = ""
    ) -> list[FieldUse]:
        """By coordinate and day."""
        where = readable(info, environment)
        found = await read_field_uses(info.context.registry.database, where, days=days, prefix=prefix)
        return [
            FieldUse(coordinate=name, day=day, count=count)
            for name, uses in found.items()
            for day, count in uses.items()
        ]

    @field("What the last probes found.")
    async def health(self, info: Info, environment: EnvironmentName = None) -> list[HealthEntry]:
        """By subgraph and partition."""
        found = await read_health(info.context.registry.database, readable(info, environment))
        return [HealthEntry.of(one) for one in found]

    @field("The tokens. Needs the right ADMIN.")
    async def tokens(self, info: Info) -> list[TokenEntry]:
        """In the order of their making."""
        info.context.caller.demand(Right.ADMIN)
        return [TokenEntry.of(one) for one in await read_tokens(info.context.registry.database)]

    @field("The audit log, the newest entry first. Needs the right ADMIN.")
    async def audit(self, info: Info, first: int = 50, before: int | None = None) -> list[AuditEntry]:
        """A page of it."""
        info.context.caller.demand(Right.ADMIN)
        found = await read_audit(info.context.registry.database, first=page(first), before=before)
        return [AuditEntry.of(one) for one in found]

    @field("Whether the audit log is as it was written: checks the whole chain. Needs the right ADMIN.")
    async def audit_report(self, info: Info) -> AuditReport:
        """The result."""
        info.context.caller.demand(Right.ADMIN)
        report = await verify_audit(info.context.registry.database)
        return AuditReport(entries=report.entries, head=report.head, broken_at=report.broken_at)

    @field("The webhooks of an environment. Needs the right ADMIN.")
    async def webhooks(self, info: Info, environment: EnvironmentName = None) -> list[WebhookEntry]:
        """Without their secrets."""
        info.context.caller.demand(Right.ADMIN)
        found = await read_webhooks(info.context.registry.database, readable(info, environment))
        return [WebhookEntry.of(one) for one in found]

    @field("What was delivered to a webhook, the newest first. Needs the right ADMIN.")
    async def deliveries(self, info: Info, webhook: strawberry.ID, first: int = 50) -> list[DeliveryEntry]:
        """Its delivery log."""
        info.context.caller.demand(Right.ADMIN)
        found = await read_deliveries(info.context.registry.database, str(webhook), first=page(first))
        return [DeliveryEntry.of(one) for one in found]


def readable(info: Info, environment: str | None) -> str:
    """The environment that is meant, if the caller may read it."""
    where = environment or info.context.registry.options.environment
    info.context.caller.demand(Right.READ, environment=where)
    return where


def page(first: int) -> int:
    """Raises InvalidError for a page that is none."""
    if not 0 < first <= MAX_PAGE:
        raise InvalidError(f"'first' must be between 1 and {MAX_PAGE}, not {first}.")
    return first


def changes_between(before: Version | None, after: Version) -> list[SchemaChange]:
    """What clients saw change."""
    if before is None or before.info.digest == after.info.digest:
        return []
    changes = diff_schemas(api_schema(before.supergraph_sdl), api_schema(after.supergraph_sdl))
    return [
        SchemaChange(coordinate=one.coordinate, kind=str(one.kind), severity=one.severity, message=one.message)
        for one in changes
    ]
