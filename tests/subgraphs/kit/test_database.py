"""The engine, the column types, the search table and the serial numbers, tried on core's tables in SQLite and PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from subgraphs.core.tables import SEARCH_TABLE, Base, ChallengeEntry, DailyVisits, Idempotency, Serial, table_of
from subgraphs.kit.database import create_tables, open_database, sqlite_url
from subgraphs.kit.database_search import search_statement
from subgraphs.kit.database_writes import next_serial
from subgraphs.kit.enums import ChallengeStage
from subgraphs.kit.search_text import index_tokens

NOON_IN_CHINA = datetime(2022, 6, 27, 12, tzinfo=timezone(timedelta(hours=8)))


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    engine = open_database(sqlite_url(tmp_path / "core.db"))
    await create_tables(engine, Base.metadata)
    yield engine
    await engine.dispose()


@pytest.fixture
async def postgresql(postgresql_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_database(postgresql_url)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
    await create_tables(engine, Base.metadata)
    yield engine
    await engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> AsyncEngine:
    """Core's empty tables, in either database."""
    engine = request.getfixturevalue(request.param)
    assert isinstance(engine, AsyncEngine)
    return engine


async def found(engine: AsyncEngine, words: str) -> list[str]:
    statement = search_statement(SEARCH_TABLE, words, dialect=engine.dialect.name, limit=10)
    if statement is None:
        return []
    async with engine.connect() as connection:
        return [row.key for row in await connection.execute(statement)]


async def test_sqlite_keeps_foreign_keys_and_writes_ahead(sqlite: AsyncEngine) -> None:
    """Every connection checks foreign keys; the file is in WAL mode."""
    async with sqlite.connect() as connection:
        assert await connection.scalar(text("PRAGMA foreign_keys")) == 1
        assert await connection.scalar(text("PRAGMA journal_mode")) == "wal"
    entry = {"event_year": 2021, "number": 1, "demand_id": "330100-D-000001", "stage": ChallengeStage.COLLECTED}
    with pytest.raises(IntegrityError, match="FOREIGN KEY"):
        async with sqlite.begin() as connection:
            await connection.execute(insert(ChallengeEntry), [entry])


async def test_creating_tables_again_changes_nothing(engine: AsyncEngine) -> None:
    """What is there stays, with its rows."""
    async with engine.begin() as connection:
        await connection.execute(insert(DailyVisits), [{"day": NOON_IN_CHINA.date(), "visits": 1027}])
    await create_tables(engine, Base.metadata)
    async with engine.connect() as connection:
        assert await connection.scalar(select(DailyVisits.visits)) == 1027


async def test_a_moment_comes_back_aware_and_in_utc(engine: AsyncEngine) -> None:
    """Noon in China is four o'clock UTC, and still the same moment."""
    row = {"key": "k", "operation": "o", "request_hash": "0", "answer": {"名": "茶"}, "recorded_at": NOON_IN_CHINA}
    async with engine.begin() as connection:
        await connection.execute(insert(Idempotency), [row])
        moment, answer = (await connection.execute(select(Idempotency.recorded_at, Idempotency.answer))).one()
    assert moment == NOON_IN_CHINA
    assert moment.tzinfo is UTC
    assert answer == {"名": "茶"}


async def test_a_moment_without_a_time_zone_is_refused(engine: AsyncEngine) -> None:
    """Nobody knows which moment it is."""
    with pytest.raises(StatementError, match="has no time zone"):
        async with engine.connect() as connection:
            await connection.execute(
                select(Idempotency.key).where(Idempotency.recorded_at < NOON_IN_CHINA.replace(tzinfo=None))
            )


async def test_search_finds_chinese_and_english_words(engine: AsyncEngine) -> None:
    """A word, part of a longer word, one character, words in any order; not what merely shares characters."""
    texts = {"a": "高山茶叶加工 with IoT sensors", "b": "光伏 battery 储能", "c": "茶园绿叶"}
    rows = [{"kind": "Demand", "key": key, "tokens": index_tokens(words)} for key, words in texts.items()]
    async with engine.begin() as connection:
        await connection.execute(insert(SEARCH_TABLE), rows)
    assert await found(engine, "茶叶") == ["a"]
    assert await found(engine, "叶加工") == ["a"]
    assert await found(engine, "IOT 茶叶") == ["a"]
    assert sorted(await found(engine, "茶")) == ["a", "c"]
    assert await found(engine, "Battery") == ["b"]
    assert await found(engine, "茶叶 battery") == []
    assert await found(engine, "?!") == []


async def test_the_search_index_follows_updates_and_deletions(engine: AsyncEngine) -> None:
    """A renamed listing is found by its new title only, a deleted one not at all."""
    async with engine.begin() as connection:
        row = {"kind": "Demand", "key": "a", "tokens": index_tokens("茶叶")}
        await connection.execute(insert(SEARCH_TABLE), [row])
        await connection.execute(update(SEARCH_TABLE).values(tokens=index_tokens("柑橘")))
    assert (await found(engine, "茶叶"), await found(engine, "柑橘")) == ([], ["a"])
    async with engine.begin() as connection:
        await connection.execute(delete(SEARCH_TABLE))
    assert await found(engine, "柑橘") == []


async def test_serial_numbers_are_given_out_once_each_also_to_writers_at_once(engine: AsyncEngine) -> None:
    """Ten transactions at the same time take ten different numbers; another name counts for itself."""

    async def take(name: str) -> int:
        async with AsyncSession(engine) as session, session.begin():
            return await next_serial(session, table_of(Serial), name)

    assert sorted(await asyncio.gather(*(take("330300-D") for _ in range(10)))) == list(range(1, 11))
    assert await take("330300-A") == 1
