"""Members of a partitioned subgraph come and go: a version each, but nothing is composed anew but the subgraph they belong to."""

import asyncio
from dataclasses import replace

from gateway.registry.access import Caller
from gateway.registry.checking import Assessment, contradictions
from gateway.registry.errors import InvalidError, NotFoundError
from gateway.registry.model import Member, Right, SubgraphRecord, Version, VersionKind
from gateway.registry.proposals import MAX_TEXT, Terms, check_environment, check_sdl, check_url
from gateway.registry.publishing import Change, Outcome, Published, Publisher


async def put_member(
    publisher: Publisher,
    caller: Caller,
    environment: str,
    subgraph: str,
    member: Member,
    *,
    terms: Terms,
    message: str = "",
) -> Published:
    """Put a member in its place, or beside the others, unless its types contradict the subgraph's. Raises RegistryError."""
    demand(caller, environment, subgraph, member.partition)
    if not member.partition or len(member.partition) > MAX_TEXT or not member.urls:
        raise InvalidError("A member needs the name of its partition and at least one address.")
    for url in member.urls:
        await check_url(url, terms)
    check_sdl(f"{subgraph} {member.partition}", member.sdl, terms)

    head = await publisher.current(environment)
    record = find(head, environment, subgraph)
    differs = member.sdl not in ("", record.sdl)
    if differs and (errors := await asyncio.to_thread(contradictions, record, member)):
        return Published(Outcome.REFUSED, head.info if head else None, Assessment(None, errors))

    async def make(head: Version | None) -> tuple[SubgraphRecord, ...]:
        others = (one for one in find(head, environment, subgraph).members if one.partition != member.partition)
        return with_members(head, subgraph, (*others, member))

    change = Change(environment, VersionKind.MEMBER, subgraph, message, make, partition=member.partition)
    return await publisher.carry_out(caller, change)


async def take_member(
    publisher: Publisher, caller: Caller, environment: str, subgraph: str, partition: str, *, message: str = ""
) -> Published:
    """Take a member out. Raises NotFoundError where it is not there."""
    demand(caller, environment, subgraph, partition)

    async def make(head: Version | None) -> tuple[SubgraphRecord, ...]:
        members = find(head, environment, subgraph).members
        left = tuple(one for one in members if one.partition != partition)
        if len(left) == len(members):
            raise NotFoundError(f"{subgraph} has no member {partition} in {environment}.")
        return with_members(head, subgraph, left)

    change = Change(environment, VersionKind.MEMBER, subgraph, message, make, partition=partition)
    return await publisher.carry_out(caller, change)


def demand(caller: Caller, environment: str, subgraph: str, partition: str) -> None:
    """A member may be changed by who may publish its subgraph, and by who may publish this member alone."""
    check_environment(environment)
    caller.demand(Right.PUBLISH, subgraph=f"{subgraph}/{partition}", environment=environment)


def find(head: Version | None, environment: str, subgraph: str) -> SubgraphRecord:
    record = head.find(subgraph) if head else None
    if record is None:
        raise NotFoundError(f"There is no subgraph {subgraph} in {environment}: publish it before its members.")
    return record


def with_members(head: Version | None, subgraph: str, members: tuple[Member, ...]) -> tuple[SubgraphRecord, ...]:
    """The subgraphs of a version, one of them with these members, which are sorted."""
    ordered = tuple(sorted(members, key=lambda member: member.partition))
    records = head.subgraphs if head else ()
    return tuple(replace(record, members=ordered) if record.name == subgraph else record for record in records)
