"""Measure gateways side by side, in turn, one core each: ``python -m benchmarks.federation``.

Each round starts every gateway afresh, checks its answers against the undivided server, warms it, loads it with wrk and checks its
answers again; the medians over the rounds are printed. Needs npm for the peers and wrk from the distribution.
"""

import argparse
import os
import platform
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from benchmarks.federation.contest import Plan
from benchmarks.federation.market import QUERIES
from benchmarks.federation.ours import PARTS
from benchmarks.federation.table import print_tables

SHARINGS: Final = ("none", "upstream", "whole")
RUST: Final = "router-runtime"


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m benchmarks.federation", description=__doc__)
    arguments.add_argument(
        "--parts", nargs="+", choices=["table", "fallback", *PARTS], default=["table", "fallback", *PARTS]
    )
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--seconds", type=int, default=6)
    arguments.add_argument("--connections", type=int, default=50)
    arguments.add_argument(
        "--latency", nargs="+", type=float, default=[0.0, 4.0], help="milliseconds that each subgraph takes"
    )
    arguments.add_argument("--sharing", nargs="+", choices=SHARINGS, default=list(SHARINGS))
    arguments.add_argument("--queries", nargs="+", choices=list(QUERIES), default=list(QUERIES))
    arguments.add_argument("--only", default="", help="only gateways whose name contains this")
    arguments.add_argument("--work", type=Path, default=Path(".bench"), help="where peers are installed and logs go")
    options = arguments.parse_args()
    for tool in ("wrk", "npm", "taskset"):
        if not shutil.which(tool):
            arguments.error(f"{tool} is not installed; on Debian: apt-get install wrk npm util-linux")
    run(options)


def run(options: argparse.Namespace) -> None:
    work = options.work.resolve()
    work.mkdir(exist_ok=True)
    plan = Plan(work, options.rounds, options.seconds, options.connections)
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {machine()}; load before: {os.getloadavg()[0]:.1f}", flush=True)
    if "table" in options.parts:
        print_tables(
            plan, sharings=options.sharing, latencies=options.latency, queries=options.queries, only=options.only
        )
    if "fallback" in options.parts:
        for fault in ("null", "error"):
            print_tables(plan, sharings=["none"], latencies=[0.0], queries=["big"], only=options.only, fault=fault)
    print()
    for part, measure in PARTS.items():
        if part in options.parts:
            measure(plan)
    print(f"\nload after: {os.getloadavg()[0]:.1f}")


def machine() -> str:
    """The processor and how many cores there are."""
    models = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    name = models[0].partition(":")[2].strip() if models else platform.machine()
    return f"{name}, {os.cpu_count()} cores, Python {platform.python_version()}"


if __name__ == "__main__":
    main()
