"""The five markets over the demo data, as fixtures: to read, and over a copy of their own to write."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.subgraphs.asking import Asker, open_market
from tests.subgraphs.databases import MarketDatabases


@pytest.fixture
async def core(market_databases: MarketDatabases) -> AsyncIterator[Asker]:
    async with open_market("core", market_databases.url("core")) as asker:
        yield asker


@pytest.fixture
async def city(market_databases: MarketDatabases) -> AsyncIterator[Asker]:
    async with open_market("city", market_databases.url("city")) as asker:
        yield asker


@pytest.fixture
async def own_city(market_databases: MarketDatabases, tmp_path: Path) -> AsyncIterator[Asker]:
    """The cities' market that a test may write to."""
    async with open_market("city", market_databases.copy("city", tmp_path)) as asker:
        yield asker


@pytest.fixture
async def wenzhou(market_databases: MarketDatabases, tmp_path: Path) -> AsyncIterator[Asker]:
    """One city's market over a database of its own, that a test may write to."""
    async with open_market("city", market_databases.copy("city-3303", tmp_path)) as asker:
        yield asker


@pytest.fixture
async def own_core(market_databases: MarketDatabases, tmp_path: Path) -> AsyncIterator[Asker]:
    """Core's market that a test may write to."""
    async with open_market("core", market_databases.copy("core", tmp_path)) as asker:
        yield asker


@pytest.fixture
async def agriculture(market_databases: MarketDatabases) -> AsyncIterator[Asker]:
    async with open_market("agriculture", market_databases.url("agriculture")) as asker:
        yield asker


@pytest.fixture
async def carbon(market_databases: MarketDatabases) -> AsyncIterator[Asker]:
    async with open_market("carbon", market_databases.url("carbon")) as asker:
        yield asker


@pytest.fixture
async def healthcare(market_databases: MarketDatabases) -> AsyncIterator[Asker]:
    async with open_market("healthcare", market_databases.url("healthcare")) as asker:
        yield asker


@pytest.fixture
def database(market_databases: MarketDatabases, request: pytest.FixtureRequest) -> Path:
    """The SQLite file of the market after which a test's folder is named."""
    return market_databases.path(request.path.parent.name)
