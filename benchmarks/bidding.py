"""What the auctions take: 200 bidders, 20 auctions, 10,000 bids in random order, a fifth of them sent twice, 64 at once, over HTTP.

``python -m benchmarks.bidding`` runs it on SQLite (one process of core) and on PostgreSQL (two), holds what came of it against a sequential model, and prints
bids a second and how long one took, the time that it waited in its turn included.
"""

import argparse
import asyncio
import os
import random
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from subgraphs.demo.seed import seed_databases
from subgraphs.kit.database import sqlite_url
from tests.subgraphs.core.storm import check_auctions, make_bids, open_auctions, storm_on
from tests.subgraphs.databases import show_nothing
from tests.subgraphs.postgresql import find_programs, serve_postgresql

AUCTIONS, BIDDERS, AT_ONCE = 20, 200, 64


async def measure(name: str, url: str, *, processes: int, bids: int) -> None:
    await seed_databases({"core": url}, show_nothing)
    draw = random.Random(5)  # noqa: S311 - bids, no secrets
    async with storm_on(url, processes=processes) as storm:
        auctions = await open_auctions(storm, AUCTIONS, BIDDERS)
        calls = make_bids(storm, auctions, BIDDERS, bids, draw)
        began = perf_counter()
        await storm.all(calls, AT_ONCE)
        took = perf_counter() - began
        counted = await check_auctions(storm, auctions, calls)
        times = sorted(storm.seconds)
    p50, p99 = (times[len(times) * part // 100] * 1000 for part in (50, 99))
    print(f"| {name} | {len(calls):,} | {counted:,} | {len(calls) / took:,.0f} | {p50:,.0f} | {p99:,.0f} |", flush=True)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--bids", type=int, default=10_000)
    options = arguments.parse_args()
    print(
        f"load before: {os.getloadavg()[0]:.1f}\n\n| database | calls | bids that counted | calls a second | p50 ms | p99 ms |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    with TemporaryDirectory() as folder:
        url = sqlite_url(Path(folder) / "core.db")
        asyncio.run(measure("SQLite, one process", url, processes=1, bids=options.bids))
    if (programs := find_programs()) is None:
        raise SystemExit("PostgreSQL is not installed here; tests/services/install installs it.")
    with serve_postgresql(programs) as url:
        asyncio.run(measure("PostgreSQL, two processes", url, processes=2, bids=options.bids))


if __name__ == "__main__":
    main()
