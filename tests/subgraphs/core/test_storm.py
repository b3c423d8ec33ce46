"""Contention and sudden death: core's processes over HTTP, many callers, and kill -9 at random moments.

``STORM_BIDS=10000 STORM_KILLS=100`` make it as long as the market's own proof; CI takes less.
"""

import asyncio
import os
import random
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from subgraphs.demo.seed import seed_databases
from tests.subgraphs.core.storm import Storm, check_auctions, check_trades, make_bids, open_auctions, storm_on, trade
from tests.subgraphs.databases import MarketDatabases, show_nothing

BIDS = int(os.environ.get("STORM_BIDS", "400"))
KILLS = int(os.environ.get("STORM_KILLS", "4"))
KINDS = ["sqlite", "postgresql"]


@pytest.fixture
async def database(request: pytest.FixtureRequest, market_databases: MarketDatabases, tmp_path: Path) -> str:
    """A database of the kind that is asked for, with the demo data of core in it."""
    if request.param == "sqlite":
        return market_databases.copy("core", tmp_path)
    server, name = str(request.getfixturevalue("postgresql_url")), f"storm_{uuid4().hex}"
    engine = create_async_engine(server, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    await engine.dispose()
    url = server.replace("@/postgres?", f"@/{name}?")
    await seed_databases({"core": url}, show_nothing)
    return url


@pytest.mark.parametrize("database", KINDS, indirect=True)
async def test_bids_at_once_and_again_are_what_a_sequence_would_be(database: str) -> None:
    """On SQLite one process, on PostgreSQL two: each auction's winner, price and chain; no bid is lost or doubled."""
    draw = random.Random(5)
    auctions, bidders = (20, 200) if BIDS >= 10_000 else (4, 20)
    async with storm_on(database, processes=1 if "sqlite" in database else 2) as storm:
        names = await open_auctions(storm, auctions, bidders)
        calls = make_bids(storm, names, bidders, BIDS, draw)
        await storm.all(calls, 64)
        assert await check_auctions(storm, names, calls) >= auctions


@pytest.mark.parametrize("database", KINDS, indirect=True)
async def test_kill_9_loses_nothing_that_was_acknowledged(database: str) -> None:
    """And leaves nothing half done: chains verify, deposits add up, no deal is half signed, calls made again say the same."""
    draw = random.Random(7)
    async with storm_on(database, processes=1) as storm:
        names = await open_auctions(storm, 4, 10)
        calls = make_bids(storm, names, 10, max(BIDS, 4 * KILLS), draw)
        trades = min(12, 3 + KILLS)
        working = asyncio.gather(storm.all(calls, 16), *(trade(storm, number) for number in range(trades)))
        for _ in range(KILLS):
            await asyncio.sleep(draw.uniform(0.05, 0.4))
            await kill_and_return(storm)
        await working
        await check_auctions(storm, names, calls)
        await check_trades(storm, trades)


async def kill_and_return(storm: Storm) -> None:
    """The process dies at once, and another takes its port."""
    await storm.cores[0].kill()
    await storm.cores[0].start()
