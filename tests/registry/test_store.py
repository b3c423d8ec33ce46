"""The store keeps what it was given, whole, in order, and only once: on both databases alike."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from gateway.registry.access import authenticate, create_token
from gateway.registry.errors import ConflictError, InvalidError, NotFoundError, StoreError, UnauthenticatedError
from gateway.registry.model import Draft, Member, Right, SubgraphRecord, VersionKind, digest
from gateway.registry.store.audit import read_audit, verify_audit
from gateway.registry.store.database import Database, open_database
from gateway.registry.store.migrations import MIGRATIONS, migrate
from gateway.registry.store.tables import METADATA
from gateway.registry.store.tokens import read_tokens, revoke_token
from gateway.registry.store.versions import (
    HeadMovedError,
    append_version,
    read_current,
    read_environments,
    read_head,
    read_history,
    read_version,
)
from tests.registry.clock import TestClock

CITY = SubgraphRecord("city", "http://city/", "type Query { a: Int }", kind="city", region="330200")
PARTS = replace(
    CITY, members=(Member("3301", ("http://a/", "http://b/")), Member("3302", ("http://c/",), "type Query { b: Int }"))
)


def draft(
    parent: int, *subgraphs: SubgraphRecord, sdl: str = "supergraph 市场", environment: str = "production"
) -> Draft:
    return Draft(environment, parent, VersionKind.PUBLISH, "city", "admin", "第一次", sdl, subgraphs)


async def test_a_version_is_read_as_it_was_stored(database: Database) -> None:
    """Texts, members and Chinese included."""
    info = await append_version(database, draft(0, PARTS))
    version = await read_current(database, "production")
    assert version is not None
    assert (version.info, version.supergraph_sdl, version.subgraphs) == (info, "supergraph 市场", (PARTS,))
    assert (info.number, info.digest, info.message) == (1, digest("supergraph 市场"), "第一次")


async def test_versions_have_a_history(database: Database) -> None:
    """Newest first, in pages; each stays readable; environments are apart."""
    for number in range(5):
        await append_version(database, draft(number, CITY, sdl=f"supergraph {number + 1}"))
    await append_version(database, draft(0, CITY, environment="staging"))
    assert [info.number for info in await read_history(database, "production", first=2)] == [5, 4]
    assert [info.number for info in await read_history(database, "production", first=9, before=4)] == [3, 2, 1]
    assert (await read_version(database, "production", 2)).supergraph_sdl == "supergraph 2"
    assert await read_environments(database) == {"production": 5, "staging": 1}
    assert (await read_head(database, "production"), await read_head(database, "nowhere")) == (5, 0)
    assert await read_current(database, "nowhere") is None
    with pytest.raises(NotFoundError):
        await read_version(database, "production", 6)


async def test_of_two_that_follow_the_same_version_one_is_stored(database: Database) -> None:
    """The other is told, and leaves nothing behind."""
    await append_version(database, draft(0, CITY))
    attempts = [append_version(database, draft(1, CITY, sdl=f"supergraph {name}")) for name in "abcd"]
    results = await asyncio.gather(*attempts, return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["HeadMovedError"] * 3 + ["VersionInfo"]
    assert await read_head(database, "production") == 2
    assert (await verify_audit(database)).entries == 2
    with pytest.raises(HeadMovedError):
        await append_version(database, draft(0, CITY))


async def test_what_is_kept_cannot_be_changed(database: Database) -> None:
    """The database itself refuses to change or delete versions, texts and the audit log."""
    await append_version(database, draft(0, CITY))
    for table in ("audit", "versions", "version_subgraphs", "texts"):
        for statement in (
            f"DELETE FROM {table}",
            f"UPDATE {table} SET digest = 'x'".replace("audit SET digest", "audit SET hash"),
        ):
            with pytest.raises(StoreError, match="append-only"):
                async with database.writing() as connection:
                    await connection.execute(text(statement))


async def test_the_audit_log_is_a_chain(database: Database) -> None:
    """Each change has an entry; the chain is whole."""
    await append_version(database, draft(0, CITY))
    await create_token(database, name="ningbo", rights={Right.PUBLISH}, created_by="admin", subgraphs=("city",))
    second, first = await read_audit(database, first=10)
    assert (first.actor, first.action, first.environment, first.subject) == ("admin", "publish", "production", "city")
    assert (second.action, second.detail["subgraphs"]) == ("token.create", ["city"])
    report = await verify_audit(database)
    assert (report.entries, report.head, report.broken_at) == (2, second.hash, None)


async def test_an_entry_that_was_changed_is_found(database: Database, database_url: str) -> None:
    """Somebody who gets past the database's own refusal does not get past the hashes."""
    for number in range(3):
        await append_version(database, draft(number, CITY, sdl=f"supergraph {number}"))
    async with database.writing() as connection:
        lift = "DROP TRIGGER audit_update" if "sqlite" in database_url else "ALTER TABLE audit DISABLE TRIGGER ALL"
        await connection.execute(text(lift))
        await connection.execute(text("UPDATE audit SET actor = 'somebody else' WHERE number = 2"))
    assert (await verify_audit(database)).broken_at == 2


async def test_time_never_goes_back(database: Database, database_url: str, clock: TestClock) -> None:
    """The machine's clock may be set back: entries and versions stay in order, also in a process that starts afterwards."""
    first = await append_version(database, draft(0, CITY))
    clock.turn(days=-30)
    second = await append_version(database, draft(1, CITY, sdl="b"))
    other = open_database(database_url, clock=clock)
    third = await append_version(other, draft(2, CITY, sdl="c"))
    await other.close()
    assert first.at == second.at == third.at
    assert (await verify_audit(database)).broken_at is None


async def test_a_text_that_was_damaged_is_refused(database: Database, database_url: str) -> None:
    """By its hash."""
    await append_version(database, draft(0, CITY))
    async with database.writing() as connection:
        lift = "DROP TRIGGER texts_update" if "sqlite" in database_url else "ALTER TABLE texts DISABLE TRIGGER ALL"
        await connection.execute(text(lift))
        await connection.execute(text("UPDATE texts SET body = 'type Query { evil: Int }'"))
    with pytest.raises(StoreError, match="not as it was stored"):
        await read_current(database, "production")


async def test_a_token_is_known_by_its_secret_alone(database: Database) -> None:
    """Its holder has its rights; nothing of the secret is in the store."""
    token, secret = await create_token(
        database,
        name="ningbo",
        rights={Right.PUBLISH},
        created_by="admin",
        subgraphs=("city",),
        environments=("staging",),
    )
    caller = await authenticate(database, f"Bearer {secret}")
    assert (caller.name, caller.rights, caller.subgraphs, caller.environments) == (
        "ningbo",
        {Right.PUBLISH},
        ("city",),
        ("staging",),
    )
    assert await read_tokens(database) == (token,)
    async with database.reading() as connection:
        kept = (await connection.execute(text("SELECT * FROM tokens"))).all()
    assert secret.split("_", 2)[2] not in str(kept)


@pytest.mark.parametrize(
    "damage", ["Basic {}", "Bearer x", "{}", "Bearer {}x", "Bearer tongfen_000000000000_" + "a" * 43]
)
async def test_another_secret_is_refused(damage: str, database: Database) -> None:
    """Whatever is wrong with it."""
    _, secret = await create_token(database, name="ningbo", rights={Right.PUBLISH}, created_by="admin")
    with pytest.raises(UnauthenticatedError):
        await authenticate(database, damage.format(secret))


async def test_a_revoked_token_is_refused(database: Database) -> None:
    """From the next request on; it cannot be revoked twice."""
    token, secret = await create_token(database, name="ningbo", rights={Right.PUBLISH}, created_by="admin")
    await revoke_token(database, token.id, actor="admin")
    with pytest.raises(UnauthenticatedError, match="was revoked"):
        await authenticate(database, f"Bearer {secret}")
    with pytest.raises(NotFoundError):
        await revoke_token(database, token.id, actor="admin")


async def test_a_token_expires(database: Database, clock: TestClock) -> None:
    """At its time, and setting the clock back does not bring it back."""
    expires = clock() + timedelta(hours=1)
    _, secret = await create_token(
        database, name="ningbo", rights={Right.PUBLISH}, created_by="admin", expires_at=expires
    )
    assert (await authenticate(database, f"Bearer {secret}")).name == "ningbo"
    clock.turn(hours=1)
    with pytest.raises(UnauthenticatedError, match="expired"):
        await authenticate(database, f"Bearer {secret}")
    clock.turn(hours=-2)
    with pytest.raises(UnauthenticatedError, match="expired"):
        await authenticate(database, f"Bearer {secret}")


async def test_an_administrator_is_one_for_everything(database: Database) -> None:
    """A token that says admin for one subgraph would promise a bound that it has not."""
    for bounds in ({"subgraphs": ("city",)}, {"environments": ("staging",)}):
        with pytest.raises(InvalidError, match="admin is for everything"):
            await create_token(database, name="x", rights={Right.ADMIN}, created_by="admin", **bounds)
    with pytest.raises(InvalidError, match="a name and at least one right"):
        await create_token(database, name="x", rights=(), created_by="admin")


async def test_the_first_token_is_made_once(database: Database) -> None:
    """Of two that both want to be first, one is."""
    attempts = [
        create_token(database, name="admin", rights={Right.ADMIN}, created_by="init", only_first=True) for _ in range(2)
    ]
    results = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(isinstance(result, ConflictError) for result in results) == 1


@pytest.mark.parametrize("start", [migration.number for migration in MIGRATIONS])
async def test_every_older_database_is_upgraded(start: int, database_url: str, clock: TestClock) -> None:
    """From each migration on, with its data, to tables that have the columns this program knows."""
    old = open_database(database_url, clock=clock)
    async with old.writing() as connection:
        await migrate(connection, to=start)
    await append_version(old, draft(0, PARTS))
    await old.close()
    new = open_database(database_url, clock=clock)
    await new.prepare()
    await new.prepare()
    current = await read_current(new, "production")
    assert current is not None
    assert current.subgraphs == (PARTS,)
    async with new.reading() as connection:
        for table in METADATA.sorted_tables:
            found = await connection.execute(text(f"SELECT * FROM {table.name} LIMIT 0"))
            assert list(found.keys()) == [column.name for column in table.columns], table.name
    await new.close()


async def test_two_replicas_may_start_at_once(database_url: str) -> None:
    """One makes the tables, the other finds them."""
    replicas = [open_database(database_url) for _ in range(2)]
    await asyncio.gather(*(replica.prepare() for replica in replicas))
    assert await read_head(replicas[0], "production") == 0
    for replica in replicas:
        await replica.close()


async def test_a_newer_database_is_left_alone(database: Database) -> None:
    """An older program does not touch what it does not know."""
    async with database.writing() as connection:
        await connection.execute(text("INSERT INTO registry_schema VALUES (99)"))
    with pytest.raises(StoreError, match="migration 99"):
        await database.prepare()
