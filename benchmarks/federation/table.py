"""The table: every gateway, every query, with a sharing and a latency."""

import statistics
import sys
import urllib.error
from collections import defaultdict
from collections.abc import Sequence

from benchmarks.federation.contest import Measured, Plan, open_market, start
from benchmarks.federation.gateways import GATEWAYS
from benchmarks.federation.servers import megabytes

Key = tuple[str, str]


def print_tables(
    plan: Plan,
    *,
    sharings: Sequence[str],
    latencies: Sequence[float],
    queries: Sequence[str],
    only: str,
    fault: str = "",
) -> None:
    """Run and print a table for each sharing and latency."""
    for sharing in sharings:
        for latency in latencies:
            print_table(plan, sharing=sharing, latency=latency, queries=queries, only=only, fault=fault)


def print_table(plan: Plan, *, sharing: str, latency: float, queries: Sequence[str], only: str, fault: str) -> None:
    speeds: dict[Key, list[Measured]] = defaultdict(list)
    memory: dict[str, float] = defaultdict(float)
    chosen = [each for each in GATEWAYS if sharing in each.sharings and only in each.name]
    with open_market(plan.work, latency=latency, fault=fault) as market:
        for number in range(1, plan.rounds + 1):
            for gateway in chosen:
                print(f"round {number} of {plan.rounds}: {gateway.name}", file=sys.stderr)
                try:
                    with start(gateway, market, plan.work, sharing=sharing) as running:
                        for query in queries:
                            speeds[gateway.name, query].append(running.measure(query, plan))
                        memory[gateway.name] = max(memory[gateway.name], megabytes(running.group))
                except (RuntimeError, urllib.error.URLError) as error:
                    print(f"left out: {error}", file=sys.stderr)
    wrong = {"": "", "null": ", one null in the answers", "error": ", one error of a subgraph in the answers"}[fault]
    print(f"\nSharing: {sharing}; upstream latency {latency:g} ms{wrong}.")
    print(
        "Requests per second of one core's time (seen per second; p50, p99 in ms) and how many times as many ours are;"
    )
    print(f"medians of {plan.rounds} rounds of {plan.seconds} s, {plan.connections} connections, one core each.\n")
    print("| gateway | " + " | ".join(queries) + " | memory |")
    print("| --- |" + " ---: |" * (len(queries) + 1))
    for gateway in chosen:
        cells = [cell(speeds[gateway.name, query], speeds[chosen[0].name, query]) for query in queries]
        print(f"| {gateway.name} | " + " | ".join(cells) + f" | {memory[gateway.name]:.0f} MB |")
    sys.stdout.flush()


def cell(runs: list[Measured], ours: list[Measured]) -> str:
    """Medians: of a core's second, of a second on the clock with its latencies; and how many times as many ours does in a core's second."""
    if not runs:
        return "–"
    per_core, first = (statistics.median(run.per_core_second for run in each) for each in (runs, ours or runs))
    speeds = [run.speed for run in runs]
    per_second = statistics.median(speed.per_second for speed in speeds)
    failures = sum(speed.failures for speed in speeds)
    p50, p99 = (statistics.median(values) for values in zip(*((speed.p50, speed.p99) for speed in speeds), strict=True))
    noted = f", {failures} failed" if failures else ""
    ratio = f"×{first / per_core:.2f}" if per_core else "none"
    return f"{per_core:,.0f} ({per_second:,.0f}; {p50:.1f}, {p99:.1f}{noted}) {ratio}"
