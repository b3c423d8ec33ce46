"""The oracle for as long as one likes: ``python -m tests.oracle --seeds 0..100000 --minutes 30``."""

import argparse
import asyncio
import sys
import time
from pathlib import Path

from tests.oracle.case import Case, read_case
from tests.oracle.running import Tally, check_case, check_seed
from tests.oracle.shrinking import shrink


def main() -> int:
    """Run what the command line asks for; the status is 1 if anything went wrong."""
    options = _read_options()
    if options.case:
        return _replay(Path(options.case))
    first, _, last = options.seeds.partition("..")
    seeds = range(int(first), int(last or int(first) + 1))
    tally = _run(seeds, options)
    rejected = sum(tally.rejected.values())
    print(f"{tally.worlds} worlds, {rejected} rejected {dict(tally.rejected)}; {tally.operations} operations,")
    print(f"{tally.requests} requests to subgraphs; {len(tally.failures)} failures")
    return 1 if tally.failures else 0


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.oracle", description=__doc__)
    parser.add_argument("--seeds", default="0..1000", help="one seed, or FIRST..END")
    parser.add_argument("--operations", type=int, default=25, help="how many operations for each seed")
    parser.add_argument("--minutes", type=float, default=10.0, help="start no seed after so many minutes")
    parser.add_argument("--shrink", action="store_true", help="make each failure small and print it as a case")
    parser.add_argument("--case", help="check one case file instead")
    return parser.parse_args()


def _run(seeds: range, options: argparse.Namespace) -> Tally:
    end = time.monotonic() + options.minutes * 60
    tally = Tally()
    for seed in seeds:
        if time.monotonic() > end:
            break
        found = asyncio.run(check_seed(seed, options.operations))
        tally.add(found)
        for _, failure in found.failures:
            print(f"seed {seed}, {failure.case.mood}, {failure.kind}: {failure.text}", flush=True)
            print(_shrunk(failure.case, failure.kind).print() if options.shrink else failure.case.operation, flush=True)
    return tally


def _shrunk(case: Case, kind: str) -> Case:
    return shrink(case, kind)


def _replay(path: Path) -> int:
    failure = check_case(read_case(path))
    print(f"{failure.kind}: {failure.text}" if failure else "right")
    return 1 if failure else 0


if __name__ == "__main__":
    sys.exit(main())
