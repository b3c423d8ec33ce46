"""The registry's database for tests: every test that asks for it runs on SQLite and on PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from gateway.registry.store.database import Database, open_database
from tests.registry.clock import TestClock
from tests.subgraphs.postgresql import find_programs, serve_postgresql


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """The URL of a PostgreSQL database that any test may empty."""
    if (programs := find_programs()) is None:
        pytest.fail("PostgreSQL is not installed here; tests/services/install installs it")
    with serve_postgresql(programs) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/registry.db"
    url: str = request.getfixturevalue("postgresql_url")
    asyncio.run(empty(url))
    return url


async def empty(url: str) -> None:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    await connection.close()


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
async def database(database_url: str, clock: TestClock) -> AsyncIterator[Database]:
    """An open database with all its tables."""
    opened = open_database(database_url, clock=clock)
    await opened.prepare()
    yield opened
    await opened.close()
