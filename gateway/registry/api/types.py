"""What the registry tells, as GraphQL types."""

from datetime import datetime
from typing import Any

import strawberry

from gateway.errors import CompositionError, Hint
from gateway.registry import checking, model, publishing
from gateway.registry.checking import Assessment
from gateway.registry.model import Right, SubgraphRecord, Version, VersionInfo
from gateway.registry.publishing import Outcome
from gateway.registry.store.audit import AuditEntry as StoredEntry
from gateway.registry.store.tokens import TokenRecord
from gateway.registry.store.usage import RecordedOperation
from gateway.schema.diff import Severity


@strawberry.type(description="A place in a subgraph's SDL; line and column count from 1.")
class Location:
    """Where."""

    subgraph: str
    line: int
    column: int


@strawberry.type(description="Why subgraphs do not compose, or something to know although they do.")
class Problem:
    """A composition error or hint."""

    code: str
    message: str
    coordinate: str
    subgraphs: list[str]
    locations: list[Location]
    mend: str = strawberry.field(description="What to change.")

    @classmethod
    def of(cls, problem: CompositionError | Hint) -> "Problem":
        """As GraphQL."""
        return cls(
            code=problem.code,
            message=problem.message,
            coordinate=problem.coordinate,
            subgraphs=list(problem.subgraphs),
            locations=[Location(subgraph=one.subgraph, line=one.line, column=one.column) for one in problem.locations],
            mend=problem.mend if isinstance(problem, CompositionError) else "",
        )


@strawberry.type(description="A change of the schema that clients see.")
class SchemaChange:
    """One change."""

    coordinate: str
    kind: str
    severity: Severity
    message: str


@strawberry.type(description="How often one version of a client sent an operation.")
class ClientUse:
    """A client."""

    name: str
    version: str
    count: int
    last_day: str


@strawberry.type(description="An operation that clients have sent, without its values.")
class Operation:
    """A recorded operation."""

    id: strawberry.ID
    name: str
    kind: str
    text: str
    count: int
    clients: list[ClientUse]

    @classmethod
    def of(cls, operation: RecordedOperation) -> "Operation":
        """As GraphQL."""
        signature = operation.signature
        return cls(
            id=strawberry.ID(signature.id),
            name=signature.name,
            kind=signature.kind,
            text=signature.text,
            count=operation.count,
            clients=[
                ClientUse(name=use.client, version=use.version, count=use.count, last_day=use.last_day)
                for use in operation.clients
            ],
        )


@strawberry.type(description="An operation that would not work any more, with the reasons.")
class BrokenOperation:
    """Whom a change breaks."""

    operation: Operation
    reasons: list[str]

    @classmethod
    def of(cls, broken: checking.BrokenOperation) -> "BrokenOperation":
        """As GraphQL."""
        return cls(operation=Operation.of(broken.operation), reasons=list(broken.reasons))


@strawberry.type(description="What a change would do.")
class Check:
    """An assessment."""

    ok: bool = strawberry.field(description="Whether it may be published: it composes and breaks no known client.")
    composes: bool
    errors: list[Problem]
    hints: list[Problem]
    changes: list[SchemaChange]
    broken: list[BrokenOperation]

    @classmethod
    def of(cls, assessment: Assessment) -> "Check":
        """As GraphQL."""
        return cls(
            ok=assessment.supergraph_sdl is not None and not assessment.broken,
            composes=assessment.supergraph_sdl is not None,
            errors=[Problem.of(error) for error in assessment.errors],
            hints=[Problem.of(hint) for hint in assessment.hints],
            changes=[
                SchemaChange(coordinate=one.coordinate, kind=str(one.kind), severity=one.severity, message=one.message)
                for one in assessment.changes
            ],
            broken=[BrokenOperation.of(one) for one in assessment.broken],
        )


@strawberry.type(description="One server of a partitioned subgraph.")
class MemberEntry:
    """A member."""

    partition: str
    urls: list[str]
    sdl: str = strawberry.field(description="Its own SDL; empty where it is the subgraph's.")


@strawberry.type(description="A subgraph as it was published.")
class SubgraphEntry:
    """A subgraph."""

    name: str
    url: str
    sdl: str
    kind: str
    region: str
    members: list[MemberEntry]

    @classmethod
    def of(cls, record: SubgraphRecord) -> "SubgraphEntry":
        """As GraphQL."""
        members = [MemberEntry(partition=one.partition, urls=list(one.urls), sdl=one.sdl) for one in record.members]
        return cls(
            name=record.name, url=record.url, sdl=record.sdl, kind=record.kind, region=record.region, members=members
        )


@strawberry.type(description="A version: what was published once, and the supergraph that it makes. It never changes.")
class VersionEntry:
    """A version."""

    environment: str
    number: int
    kind: model.VersionKind
    subgraph: str
    author: str
    message: str
    at: datetime
    digest: str = strawberry.field(description="The supergraph's SHA-256.")
    origin: str = strawberry.field(description="The version that it was copied from, as environment:number.")

    @classmethod
    def of(cls, info: VersionInfo) -> "VersionEntry":
        """As GraphQL."""
        return cls(
            environment=info.environment,
            number=info.number,
            kind=info.kind,
            subgraph=info.subgraph,
            author=info.author,
            message=info.message,
            at=info.at,
            digest=info.digest,
            origin=info.origin,
        )


@strawberry.type(description="A version with its texts.")
class WholeVersion:
    """A version, whole."""

    info: VersionEntry
    supergraph_sdl: str
    subgraphs: list[SubgraphEntry]
    changes: list[SchemaChange] = strawberry.field(description="From the version before.")

    @classmethod
    def of(cls, version: Version, changes: list[SchemaChange]) -> "WholeVersion":
        """As GraphQL."""
        return cls(
            info=VersionEntry.of(version.info),
            supergraph_sdl=version.supergraph_sdl,
            subgraphs=[SubgraphEntry.of(record) for record in version.subgraphs],
            changes=changes,
        )


@strawberry.type(description="What became of a change.")
class ChangeResult:
    """The outcome."""

    outcome: Outcome
    version: VersionEntry | None = strawberry.field(description="The version that now is current.")
    waiting: bool = strawberry.field(description="Whether it waits for other subgraphs, to be published together.")
    check: Check

    @classmethod
    def of(cls, published: publishing.Published) -> "ChangeResult":
        """As GraphQL."""
        return cls(
            outcome=published.outcome,
            version=VersionEntry.of(published.version) if published.version else None,
            waiting=published.waiting,
            check=Check.of(published.assessment),
        )


@strawberry.type(description="An environment and the version that is current there.")
class Environment:
    """An environment."""

    name: str
    version: int


@strawberry.type(description="A token, without its secret.")
class TokenEntry:
    """A token."""

    id: strawberry.ID
    name: str
    rights: list[Right]
    subgraphs: list[str] = strawberry.field(description="What it is for; empty for all.")
    environments: list[str] = strawberry.field(description="Where it is good; empty for everywhere.")
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, token: TokenRecord) -> "TokenEntry":
        """As GraphQL."""
        return cls(
            id=strawberry.ID(token.id),
            name=token.name,
            rights=sorted(token.rights),
            subgraphs=list(token.subgraphs),
            environments=list(token.environments),
            created_at=token.created_at,
            created_by=token.created_by,
            expires_at=token.expires_at,
            revoked_at=token.revoked_at,
        )


@strawberry.type(description="A new token. Its secret is told this once.")
class CreatedToken:
    """A token and its text."""

    token: TokenEntry
    secret: str


@strawberry.type(description="Who did what.")
class AuditEntry:
    """An entry of the audit log."""

    number: int
    at: datetime
    actor: str
    action: str
    environment: str
    subject: str
    detail: strawberry.scalars.JSON
    hash: str

    @classmethod
    def of(cls, entry: StoredEntry) -> "AuditEntry":
        """As GraphQL."""
        values: dict[str, Any] = {name: getattr(entry, name) for name in StoredEntry.__dataclass_fields__}
        return cls(**values)


@strawberry.type(description="Whether the audit log is as it was written.")
class AuditReport:
    """The result of checking the chain."""

    entries: int
    head: str = strawberry.field(
        description="The last entry's hash: keep it elsewhere, to see later that nothing was cut off."
    )
    broken_at: int | None


@strawberry.type(description="How often a field, argument or type was used on a day.")
class FieldUse:
    """A day's count."""

    coordinate: str
    day: str
    count: int
