"""Versions: written once, read for ever. Of two that follow the same head only one is stored."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.registry.errors import NotFoundError, StoreError
from gateway.registry.model import Draft, Member, SubgraphRecord, Version, VersionInfo, VersionKind, digest
from gateway.registry.store.audit import append_entry
from gateway.registry.store.database import Database, from_milliseconds, to_milliseconds
from gateway.registry.store.tables import ENVIRONMENTS, TEXTS, VERSION_SUBGRAPHS, VERSIONS


class HeadMovedError(Exception):
    """Another version was stored since the draft was made."""


async def append_version(database: Database, draft: Draft, *, detail: Mapping[str, Any] | None = None) -> VersionInfo:
    """Store a draft as the next version and make it the head, all or nothing. Raises HeadMovedError, StoreError."""
    async with database.writing() as connection:
        number = draft.parent + 1
        await move_head(connection, draft)
        moment = await append_entry(
            connection,
            database,
            actor=draft.author,
            action=draft.kind,
            environment=draft.environment,
            subject=draft.subgraph,
            detail={"version": number, "message": draft.message, "origin": draft.origin, **(detail or {})},
        )
        info = VersionInfo(
            environment=draft.environment,
            number=number,
            kind=draft.kind,
            subgraph=draft.subgraph,
            author=draft.author,
            message=draft.message,
            at=moment,
            digest=digest(draft.supergraph_sdl),
            origin=draft.origin,
        )
        texts = [draft.supergraph_sdl, *texts_of(draft.subgraphs)]
        await save_texts(connection, texts)
        await connection.execute(insert(VERSIONS).values(**info_to_row(info)))
        if draft.subgraphs:
            await connection.execute(insert(VERSION_SUBGRAPHS), [record_to_row(info, one) for one in draft.subgraphs])
    return info


async def move_head(connection: AsyncConnection, draft: Draft) -> None:
    """Make the next number the head, if the draft's parent is it. Raises HeadMovedError."""
    head = (
        await connection.execute(select(ENVIRONMENTS.c.head).where(ENVIRONMENTS.c.name == draft.environment))
    ).scalar_one_or_none()
    if (head or 0) != draft.parent:
        raise HeadMovedError
    if head is None:
        await connection.execute(insert(ENVIRONMENTS).values(name=draft.environment, head=1))
    else:
        moved = update(ENVIRONMENTS).where(ENVIRONMENTS.c.name == draft.environment, ENVIRONMENTS.c.head == head)
        await connection.execute(moved.values(head=head + 1))


async def read_head(database: Database, environment: str) -> int:
    """The number of the current version; 0 where there is none."""
    async with database.reading() as connection:
        query = select(ENVIRONMENTS.c.head).where(ENVIRONMENTS.c.name == environment)
        return int((await connection.execute(query)).scalar_one_or_none() or 0)


async def read_environments(database: Database) -> dict[str, int]:
    """The names of all environments, each with its current version."""
    async with database.reading() as connection:
        rows = (await connection.execute(select(ENVIRONMENTS).order_by(ENVIRONMENTS.c.name))).all()
    return {row.name: row.head for row in rows}


async def read_current(database: Database, environment: str) -> Version | None:
    """The current version, whole; None where nothing was published yet."""
    number = await read_head(database, environment)
    return await read_version(database, environment, number) if number else None


async def read_version(database: Database, environment: str, number: int) -> Version:
    """One version, whole. Raises NotFoundError, and StoreError where a text is not as it was stored."""
    async with database.reading() as connection:
        here = (VERSIONS.c.environment == environment, VERSIONS.c.number == number)
        row = (await connection.execute(select(VERSIONS).where(*here))).mappings().first()
        if row is None:
            raise NotFoundError(f"There is no version {number} in {environment}.")
        parts = VERSION_SUBGRAPHS.c
        query = select(VERSION_SUBGRAPHS).where(parts.environment == environment, parts.number == number)
        records = (await connection.execute(query.order_by(parts.name))).mappings().all()
        texts = await load_texts(
            connection, {row["digest"], *(digest for one in records for digest in digests_of(one))}
        )
    subgraphs = tuple(row_to_record(record, texts) for record in records)
    return Version(row_to_info(row), texts[row["digest"]], subgraphs)


async def read_history(
    database: Database, environment: str, *, first: int, before: int | None = None
) -> tuple[VersionInfo, ...]:
    """The latest versions, the newest first; those before a number."""
    query = select(VERSIONS).where(VERSIONS.c.environment == environment).order_by(VERSIONS.c.number.desc())
    if before is not None:
        query = query.where(VERSIONS.c.number < before)
    async with database.reading() as connection:
        rows = (await connection.execute(query.limit(first))).mappings().all()
    return tuple(map(row_to_info, rows))


async def save_texts(connection: AsyncConnection, texts: Iterable[str]) -> None:
    """Store the texts that are not there yet."""
    wanted = {digest(text): text for text in texts}
    found = await connection.execute(select(TEXTS.c.digest).where(TEXTS.c.digest.in_(wanted)))
    for known in found.scalars():
        del wanted[known]
    if wanted:
        await connection.execute(insert(TEXTS), [{"digest": key, "body": text} for key, text in wanted.items()])


async def load_texts(connection: AsyncConnection, digests: Iterable[str]) -> dict[str, str]:
    """The texts under these digests. Raises StoreError for one that is not as it was stored."""
    rows = (await connection.execute(select(TEXTS).where(TEXTS.c.digest.in_(list(digests))))).all()
    for row in rows:
        if digest(row.body) != row.digest:
            raise StoreError(f"The registry's text {row.digest} is not as it was stored.", code="STORE_CORRUPT")
    return {row.digest: row.body for row in rows}


def texts_of(records: Sequence[SubgraphRecord]) -> list[str]:
    members = (member.sdl for record in records for member in record.members if member.sdl)
    return [*(record.sdl for record in records), *members]


def digests_of(row: RowMapping) -> list[str]:
    return [row["digest"], *(member["digest"] for member in json.loads(row["members"]) if member["digest"])]


def info_to_row(info: VersionInfo) -> dict[str, Any]:
    return {
        "environment": info.environment,
        "number": info.number,
        "kind": info.kind.value,
        "subgraph": info.subgraph,
        "author": info.author,
        "message": info.message,
        "at": to_milliseconds(info.at),
        "digest": info.digest,
        "origin": info.origin,
    }


def row_to_info(row: RowMapping) -> VersionInfo:
    values = dict(row)
    return VersionInfo(**values | {"kind": VersionKind(row["kind"]), "at": from_milliseconds(row["at"])})


def record_to_row(info: VersionInfo, record: SubgraphRecord) -> dict[str, Any]:
    members = [
        {"partition": member.partition, "urls": member.urls, "digest": digest(member.sdl) if member.sdl else ""}
        for member in record.members
    ]
    return {
        "environment": info.environment,
        "number": info.number,
        "name": record.name,
        "url": record.url,
        "digest": digest(record.sdl),
        "kind": record.kind,
        "region": record.region,
        "members": json.dumps(members, ensure_ascii=False),
    }


def row_to_record(row: RowMapping, texts: Mapping[str, str]) -> SubgraphRecord:
    members = tuple(
        Member(stored["partition"], tuple(stored["urls"]), texts[stored["digest"]] if stored["digest"] else "")
        for stored in json.loads(row["members"])
    )
    return SubgraphRecord(
        name=row["name"],
        url=row["url"],
        sdl=texts[row["digest"]],
        kind=row["kind"],
        region=row["region"],
        members=members,
    )
