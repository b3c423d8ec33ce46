"""Compose the same subgraphs by us and by the composers on npm, in turn: ``python -m benchmarks.composition [CASE.json]``.

A case is a JSON file with ``subgraphs: [{name, url, sdl}]``; without one, eleven made-up subgraphs with 120 kB of SDL. Every run is a new
process and times the composing only, parsing included. The last line changes one subgraph in a process that has composed before.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from shutil import copytree
from typing import Any, Final

from benchmarks.composition.made import make_subgraphs
from gateway.schema import Composer, Subgraph

PEERS: Final = ("@apollo/composition", "@theguild/federation-composition")


def install(work: Path) -> Path:
    folder = work / "composition"
    if not (folder / "node_modules").exists():
        copytree(Path(__file__).parent / "peers", folder, dirs_exist_ok=True)
        quiet = ["--silent", "--no-audit", "--no-fund", "--no-package-lock"]
        subprocess.run(["npm", "install", *quiet], cwd=folder, check=True)
    return folder


def read(case: Path) -> list[Subgraph]:
    entries: list[dict[str, Any]] = json.loads(case.read_text())["subgraphs"]
    return [Subgraph(entry["name"], entry.get("url") or "", entry["sdl"]) for entry in entries]


def time_ours(case: Path) -> None:
    """Print the seconds and the number of errors, then the same after a change of one subgraph."""
    subgraphs, composer = read(case), Composer()
    for _ in range(2):
        start = time.perf_counter()
        result = composer.compose(subgraphs)
        print(time.perf_counter() - start, len(result.errors))
        middle = len(subgraphs) // 2
        changed = subgraphs[middle]
        subgraphs[middle] = Subgraph(changed.name, changed.url, f"{changed.sdl}\nscalar AddedByTheBenchmark\n")


def run(command: list[str], folder: Path) -> list[tuple[float, int]]:
    printed = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
    return [(float(seconds), int(errors)) for seconds, errors in (line.split() for line in printed.splitlines())]


def compare(case: Path, options: argparse.Namespace) -> None:
    folder = install(options.work)
    times: dict[str, list[float]] = {}
    for _ in range(options.rounds):
        ours = run([sys.executable, "-m", "benchmarks.composition", "--time-ours", str(case)], Path.cwd())
        found = {"tongfen": ours[0], "tongfen, one subgraph changed": ours[1]}
        for peer in PEERS:
            (found[peer],) = run(["node", "--max-old-space-size=8000", "compose.mjs", peer, str(case)], folder)
        for name, (seconds, errors) in found.items():
            times.setdefault(name, []).append(seconds)
            if errors:
                print(f"{name}: {errors} errors", file=sys.stderr)
    subgraphs = read(case)
    size = sum(len(subgraph.sdl) for subgraph in subgraphs)
    print(f"{len(subgraphs)} subgraphs, {size / 1000:,.0f} kB, medians of {options.rounds} runs in turn\n")
    print("| composer | seconds | beside tongfen |\n| --- | ---: | ---: |")
    first = statistics.median(times["tongfen"])
    for name, seconds in times.items():
        print(f"| {name} | {statistics.median(seconds):.2f} | ×{statistics.median(seconds) / first:.2f} |")


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m benchmarks.composition", description=__doc__)
    arguments.add_argument("case", type=Path, nargs="?")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--time-ours", action="store_true", help="only time our composer, once")
    arguments.add_argument("--work", type=Path, default=Path(".bench"), help="where peers are installed")
    options = arguments.parse_args()
    options.work = options.work.resolve()
    options.work.mkdir(exist_ok=True)
    case = options.case
    if case is None:
        case = options.work / "made.json"
        case.write_text(json.dumps({"subgraphs": make_subgraphs(11)}))
    case = case.resolve()
    if options.time_ours:
        time_ours(case)
    else:
        compare(case, options)


if __name__ == "__main__":
    main()
