"""Publish, remove, roll back, promote: every change is composed and checked first, and stored as one version or not at all."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from gateway.registry.access import Caller
from gateway.registry.checking import Assessment, assess
from gateway.registry.errors import ConflictError, InvalidError, NotFoundError
from gateway.registry.events import Event, EventKind, Listener
from gateway.registry.limiting import RateLimit
from gateway.registry.model import Draft, Member, Right, SubgraphRecord, Version, VersionInfo, VersionKind
from gateway.registry.proposals import Proposal, Terms, check_environment, check_message, complete
from gateway.registry.store.database import Database
from gateway.registry.store.usage import RecordedOperation, read_operations
from gateway.registry.store.versions import HeadMovedError, append_version, read_current, read_version
from gateway.registry.waiting import WaitingRoom
from gateway.schema import Composer, Subgraph
from gateway.schema.diff import Severity

logger = logging.getLogger(__name__)

ATTEMPTS: Final = 8
"""How often a change is composed anew when others were faster with other subgraphs."""


class Outcome(StrEnum):
    """What became of a change."""

    PUBLISHED = "published"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Published:
    """``version`` is the one that now is current; None where nothing ever was published. ``waiting`` for other subgraphs to be published with."""

    outcome: Outcome
    version: VersionInfo | None
    assessment: Assessment
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What is to become of an environment's subgraphs. ``make`` gives them from the current version.

    With a ``partition`` it is about that member of the subgraph alone.
    """

    environment: str
    kind: VersionKind
    subgraph: str
    message: str
    make: Callable[[Version | None], Awaitable[tuple[SubgraphRecord, ...]]]
    force: bool = False
    expected: int | None = None
    origin: str = ""
    partition: str = ""


class Publisher:
    """Makes versions. ``built_in`` subgraphs are composed with every environment's own; ``days`` of usage decide what is in use."""

    def __init__(
        self,
        database: Database,
        *,
        terms: Terms,
        limit: RateLimit,
        built_in: Sequence[Subgraph] = (),
        days: int = 30,
        flush_usage: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._database = database
        self._terms = terms
        self._limit = limit
        self._built_in = built_in
        self._days = days
        self._flush_usage = flush_usage
        self._composer = Composer()
        self._composing = asyncio.Semaphore(1)
        self._changing_members = asyncio.Lock()
        self._waiting = WaitingRoom(database)
        self.listeners: list[Listener] = []

    async def publish(
        self,
        caller: Caller,
        environment: str,
        proposals: Sequence[Proposal],
        *,
        message: str = "",
        force: bool = False,
        expected: int | None = None,
        together: bool = False,
    ) -> Published:
        """Publish subgraphs as one version.

        ``expected`` is the version that must be current, where the publisher cares. ``together``: what does not compose alone waits for
        others that do the same, and is published with them. Raises RegistryError where it may not be done, or cannot be tried.
        """
        self._demand(caller, environment, proposals, Right.PUBLISH, force=force)
        change = self._change(environment, proposals, message=message, force=force, expected=expected)
        published = await self._carry_out(caller, change)
        if not together:
            return published
        if published.assessment.supergraph_sdl is not None:
            await self._waiting.leave(environment, proposals)
            return published
        others = await self._waiting.others(environment, proposals)
        await self._waiting.enter(environment, proposals)
        if others:
            joint = self._change(environment, (*proposals, *others), message=message, force=force, expected=expected)
            attempt = await self._carry_out(caller, joint)
            if attempt.outcome is not Outcome.REFUSED:
                await self._waiting.leave(environment, (*proposals, *others))
                return attempt
        return replace(published, waiting=True)

    async def check(self, caller: Caller, environment: str, proposals: Sequence[Proposal]) -> Assessment:
        """What publishing would do; nothing is changed."""
        self._demand(caller, environment, proposals, Right.CHECK)
        change = self._change(environment, proposals)
        head = await read_current(self._database, environment)
        return await self._assess(environment, head, await change.make(head))

    async def remove(
        self, caller: Caller, environment: str, name: str, *, message: str = "", force: bool = False
    ) -> Published:
        """Take a subgraph out. Raises NotFoundError where it is not there."""
        self._demand(caller, environment, (Proposal(name),), Right.PUBLISH, force=force)

        async def make(head: Version | None) -> tuple[SubgraphRecord, ...]:
            if head is None or head.find(name) is None:
                raise NotFoundError(f"There is no subgraph {name} in {environment}.")
            return tuple(record for record in head.subgraphs if record.name != name)

        return await self._carry_out(caller, Change(environment, VersionKind.REMOVE, name, message, make, force=force))

    async def promote(
        self,
        caller: Caller,
        source: str,
        target: str,
        *,
        number: int | None = None,
        message: str = "",
        force: bool = False,
    ) -> Published:
        """Take the subgraphs of a version of one environment over into another, where they keep the addresses they have there."""
        check_environment(target)
        caller.demand(Right.ADMIN if force else Right.PUBLISH, environment=target)
        if caller.subgraphs and not caller.has(Right.ADMIN):
            raise InvalidError("Promoting changes all subgraphs; a token that is bound to some of them cannot do it.")
        found = await read_current(self._database, source) if number is None else await self._version(source, number)
        if found is None:
            raise NotFoundError(f"Nothing was published in {source} yet.")
        promoted = found

        async def make(head: Version | None) -> tuple[SubgraphRecord, ...]:
            return tuple(at_home(record, head) for record in promoted.subgraphs)

        origin = f"{source}:{promoted.info.number}"
        change = Change(target, VersionKind.PROMOTE, "", message, make, force=force, origin=origin)
        return await self._carry_out(caller, change)

    async def rollback(self, caller: Caller, environment: str, number: int, *, message: str = "") -> VersionInfo:
        """Make an earlier version's content current again, as a new version. Raises NotFoundError, ConflictError."""
        caller.demand(Right.ADMIN, environment=environment)
        old = await self._version(environment, number)
        head = await read_current(self._database, environment)
        draft = Draft(
            environment=environment,
            parent=head.info.number if head else 0,
            kind=VersionKind.ROLLBACK,
            subgraph="",
            author=caller.name,
            message=message,
            supergraph_sdl=old.supergraph_sdl,
            subgraphs=old.subgraphs,
            origin=f"{environment}:{number}",
        )
        try:
            info = await append_version(self._database, draft)
        except HeadMovedError as error:
            raise ConflictError(f"{environment} was changed at the same moment; nothing was rolled back.") from error
        await self._tell(EventKind.PUBLISHED, info)
        return info

    async def current(self, environment: str) -> Version | None:
        """What is published now."""
        return await read_current(self._database, environment)

    async def carry_out(self, caller: Caller, change: Change) -> Published:
        """Make a change of a subgraph's members, one after the other; the caller's rights are the caller's to check."""
        self._limit.take(caller.token_id or caller.name)
        async with self._changing_members:
            return await self._carry_out(caller, change)

    def _demand(
        self, caller: Caller, environment: str, proposals: Sequence[Proposal], right: Right, *, force: bool = False
    ) -> None:
        check_environment(environment)
        if not proposals or len({proposal.name for proposal in proposals}) < len(proposals):
            raise InvalidError("Give at least one subgraph, and each only once.")
        for proposal in proposals:
            caller.demand(right, subgraph=proposal.name, environment=environment)
            if force:
                caller.demand(Right.FORCE, subgraph=proposal.name, environment=environment)
        reserved = {one.name for one in self._built_in} & {proposal.name for proposal in proposals}
        if reserved:
            raise InvalidError(f"{min(reserved)} is the registry's own subgraph; choose another name.")
        self._limit.take(caller.token_id or caller.name)

    def _change(
        self,
        environment: str,
        proposals: Sequence[Proposal],
        *,
        message: str = "",
        force: bool = False,
        expected: int | None = None,
    ) -> Change:
        async def make(head: Version | None) -> tuple[SubgraphRecord, ...]:
            records = {record.name: record for record in head.subgraphs} if head else {}
            for proposal in proposals:
                records[proposal.name] = await complete(proposal, records.get(proposal.name), self._terms)
            return tuple(records[name] for name in sorted(records))

        names = ", ".join(sorted(proposal.name for proposal in proposals))
        return Change(environment, VersionKind.PUBLISH, names, message, make, force=force, expected=expected)

    async def _carry_out(self, caller: Caller, change: Change) -> Published:
        check_message(change.message)
        first: Version | None = None
        for attempt in range(ATTEMPTS):
            head = await read_current(self._database, change.environment)
            first = head if attempt == 0 else first
            check_expected(change, head)
            records = await change.make(head)
            if head is not None and records == head.subgraphs:
                return Published(Outcome.UNCHANGED, head.info, Assessment(head.supergraph_sdl))
            check_subject(change, first, head)
            assessment = await self._assess(change.environment, head, records)
            if assessment.supergraph_sdl is None or (assessment.broken and not change.force):
                await self._tell_failure(change, assessment)
                return Published(Outcome.REFUSED, head.info if head else None, assessment)
            storing = asyncio.ensure_future(self._store(caller, change, head, records, assessment))
            try:
                info = await asyncio.shield(storing)  # what is begun is ended and told, also for a caller who has left
            except HeadMovedError:
                continue
            return Published(Outcome.PUBLISHED, info, assessment)
        raise ConflictError(f"{change.environment} changes too fast; nothing was changed by this. Try again.")

    async def _store(
        self,
        caller: Caller,
        change: Change,
        head: Version | None,
        records: tuple[SubgraphRecord, ...],
        assessment: Assessment,
    ) -> VersionInfo:
        draft = Draft(
            environment=change.environment,
            parent=head.info.number if head else 0,
            kind=change.kind,
            subgraph=change.subgraph,
            author=caller.name,
            message=change.message,
            supergraph_sdl=assessment.supergraph_sdl or "",
            subgraphs=records,
            origin=change.origin,
        )
        counts = {severity.value: assessment.count(severity) for severity in Severity}
        detail = {"changes": counts, "forced": change.force and bool(assessment.broken)}
        info = await append_version(self._database, draft, detail=detail)
        await self._tell(EventKind.PUBLISHED, info)
        return info

    async def _assess(self, environment: str, head: Version | None, records: Sequence[SubgraphRecord]) -> Assessment:
        if head is not None and schemas_of(records) == schemas_of(head.subgraphs):
            return Assessment(head.supergraph_sdl)  # only members have come or gone
        operations = await self._operations(environment) if head else ()
        async with self._composing:
            return await asyncio.to_thread(
                assess,
                self._composer,
                head.supergraph_sdl if head else None,
                records,
                self._built_in,
                operations,
            )

    async def _operations(self, environment: str) -> Sequence[RecordedOperation]:
        if self._flush_usage is not None:
            await self._flush_usage()
        return await read_operations(self._database, environment, days=self._days)

    async def _version(self, environment: str, number: int) -> Version:
        return await read_version(self._database, environment, number)

    async def _tell(self, kind: EventKind, info: VersionInfo) -> None:
        detail = {"version": info.number, "kind": info.kind.value, "author": info.author, "message": info.message}
        await self._announce(Event(kind, info.environment, info.subgraph, info.at, detail))

    async def _tell_failure(self, change: Change, assessment: Assessment) -> None:
        codes = sorted({error.code for error in assessment.errors} or {"BREAKS_CLIENTS"})
        detail = {"codes": codes, "operations": len(assessment.broken)}
        await self._announce(Event(EventKind.FAILED, change.environment, change.subgraph, self._database.now(), detail))

    async def _announce(self, event: Event) -> None:
        for listener in self.listeners:
            try:
                await listener(event)
            except Exception:
                logger.exception("A listener of the registry failed")


def check_expected(change: Change, head: Version | None) -> None:
    """Raises ConflictError where anything has changed, if the publisher minds."""
    number = head.info.number if head else 0
    if change.expected is not None and change.expected != number:
        message = f"{change.environment} is at version {number}, not at {change.expected}; nothing was changed."
        raise ConflictError(message, extensions={"version": number})


def check_subject(change: Change, first: Version | None, head: Version | None) -> None:
    """Raises ConflictError where somebody else has changed what this change is about since it was first tried."""
    for name in change.subgraph.split(", "):
        was, now = subject_of(first, name, change.partition), subject_of(head, name, change.partition)
        if was != now:
            who = head.info.author if head else "somebody"
            message = f"{name} was changed by {who} at the same moment; nothing was changed by this."
            raise ConflictError(message, extensions={"version": head.info.number if head else 0})


def subject_of(version: Version | None, name: str, partition: str) -> SubgraphRecord | Member | None:
    """What a version has of what a change is about: a subgraph, or one member of it."""
    record = version.find(name) if version else None
    if record is None or not partition:
        return record
    return next((member for member in record.members if member.partition == partition), None)


def schemas_of(records: Iterable[SubgraphRecord]) -> list[tuple[str, str, str]]:
    """All that composition reads of the records."""
    return [(record.name, record.url, record.sdl) for record in records]


def at_home(record: SubgraphRecord, head: Version | None) -> SubgraphRecord:
    """A record with the addresses that its subgraph has in another environment, if it is there."""
    there = head.find(record.name) if head else None
    return replace(record, url=there.url, members=there.members) if there else record
