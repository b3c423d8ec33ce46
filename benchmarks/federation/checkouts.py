"""Compare checkouts of this project with each other: slots of load in turn, so that what else the machine does meets all of them alike.

``python -m benchmarks.federation.checkouts ../before . --queries small big`` prints, for each query, the requests per second of processor
time of each checkout (and how much of that time was the kernel's), and the median of its ratios to the first, slot by slot. ``grafbase``
stands for that gateway, if it is installed in the work folder.
"""

import argparse
import json
import statistics
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from benchmarks.federation import cores
from benchmarks.federation.contest import Market, Plan, Running, open_market
from benchmarks.federation.gateways import GATEWAYS, Setting
from benchmarks.federation.market import FAULTS, QUERIES
from benchmarks.federation.servers import core_seconds, free_port, kernel_seconds, running

PEER: Final = "grafbase"

Slot = tuple[float, float]
"""Requests per second of processor time, and the kernel's part of that time."""


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m benchmarks.federation.checkouts", description=__doc__)
    arguments.add_argument("checkouts", nargs="+")
    arguments.add_argument("--queries", nargs="+", choices=list(QUERIES), default=list(QUERIES))
    arguments.add_argument("--slots", type=int, default=10, help="of one second, for each query and checkout")
    arguments.add_argument("--connections", type=int, default=50)
    arguments.add_argument("--sharing", choices=("none", "upstream", "whole"), default="none")
    arguments.add_argument("--latency", type=float, default=0.0)
    arguments.add_argument("--fault", choices=list(FAULTS), default="")
    arguments.add_argument("--max-age", type=int, default=0)
    arguments.add_argument("--more", type=json.loads, default={}, help="further settings, as JSON")
    arguments.add_argument("--work", type=Path, default=Path(".bench"))
    options = arguments.parse_args()
    work = options.work.resolve()
    work.mkdir(exist_ok=True)
    plan = Plan(work, options.slots, 1, options.connections)
    market = open_market(work, latency=options.latency, fault=options.fault, max_age=options.max_age)
    with market as opened, ExitStack() as stack:
        started = [
            stack.enter_context(start(each, opened, work / f"checkout-{number}", options))
            for number, each in enumerate(options.checkouts)
        ]
        for query in options.queries:
            compare(query, plan, options.checkouts, started, check=not options.fault)


@contextmanager
def start(checkout: str, market: Market, folder: Path, options: argparse.Namespace) -> Iterator[Running]:
    """One gateway from its own checkout, until the block ends."""
    is_peer = checkout == PEER
    gateway = GATEWAYS[-1 if is_peer else 0]
    where = options.work.resolve() / PEER if is_peer else folder
    where.mkdir(exist_ok=True)
    port = free_port()
    setting = Setting(where, port, market.supergraph, market.urls, options.sharing, 1, options.more)
    command, environment = gateway.command(setting)
    if not is_peer:
        environment["PYTHONPATH"] = str(Path(checkout).resolve())
    log = folder.with_suffix(".log")
    with running(command, port=port, cores=cores.GATEWAY, log=log, folder=where, environment=environment) as group:
        yield Running(gateway, f"http://127.0.0.1:{port}/graphql", group, market)


def compare(query: str, plan: Plan, names: Sequence[str], started: Sequence[Running], *, check: bool) -> None:
    """Load them in turn with one query, and print what each took."""
    slots: dict[str, list[Slot]] = {name: [] for name in names}
    for number in range(-2, plan.rounds):  # the first two warm
        for name, each in zip(names, started, strict=True):
            if check and number < 0:
                each.check(query)
            slot = take_slot(each, query, plan)
            if number >= 0:
                slots[name].append(slot)
    for name in names:
        speeds, kernel = zip(*slots[name], strict=True)
        ratios = sorted(own[0] / first[0] for own, first in zip(slots[name], slots[names[0]], strict=True))
        print(
            f"{query:7} {name:20} {statistics.median(speeds):8,.0f}/s of a core, {1e6 / statistics.median(speeds):7.1f} µs, "
            f"kernel {statistics.median(kernel):.0%}; x{statistics.median(ratios):.3f} "
            f"({ratios[len(ratios) // 4]:.2f} to {ratios[-1 - len(ratios) // 4]:.2f})",
            flush=True,
        )


def take_slot(gateway: Running, query: str, plan: Plan) -> Slot:
    """A second of load."""
    before, before_in_kernel = core_seconds(gateway.group), kernel_seconds(gateway.group)
    speed = gateway.load(query, plan, cores.LOAD, plan.seconds)
    taken = max(core_seconds(gateway.group) - before, 0.01)
    return speed.requests / taken, (kernel_seconds(gateway.group) - before_in_kernel) / taken


if __name__ == "__main__":
    main()
