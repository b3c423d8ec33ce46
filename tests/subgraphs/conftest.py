"""The demo data for tests: seeded once for all workers of a run."""

import asyncio
import fcntl
import os
from collections.abc import Iterator

import pytest

from subgraphs.demo.rows.all import CITIES
from subgraphs.demo.seed import seed_databases, seed_directory
from tests.subgraphs.databases import MarketDatabases, show_nothing
from tests.subgraphs.markets import agriculture, carbon, city, core, database, healthcare, own_city, own_core, wenzhou
from tests.subgraphs.postgresql import find_programs, serve_postgresql

__all__ = [
    "agriculture",
    "carbon",
    "city",
    "core",
    "database",
    "healthcare",
    "own_city",
    "own_core",
    "wenzhou",
]  # fixtures of the markets


@pytest.fixture(scope="session")
def market_databases(tmp_path_factory: pytest.TempPathFactory) -> MarketDatabases:
    """All of the demo data. The first worker that asks makes it, the others wait for it."""
    root = tmp_path_factory.getbasetemp()
    # Under pytest-xdist each worker has a directory of its own inside the run's.
    shared = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root
    with (shared / "market.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        databases = MarketDatabases(shared / "market")
        asyncio.run(seed_directory(databases.directory, show_nothing))
        databases.path(CITIES).parent.mkdir(exist_ok=True)
        asyncio.run(seed_databases({CITIES: databases.url(CITIES)}, show_nothing))
    return databases


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """The URL of an empty PostgreSQL database; its tables may be dropped by any test."""
    if (programs := find_programs()) is None:
        pytest.fail("PostgreSQL is not installed here; tests/services/install installs it")
    with serve_postgresql(programs) as url:
        yield url
