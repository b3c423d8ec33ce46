"""How long planning takes: ``python -m benchmarks.planning [CORPUS_FOLDER]``.

Reads and plans the benchmark's three operations, the market's ten and one operation with 1,024 leaves, each many times in turn, and prints
the medians in milliseconds of processor time; with a folder of planning cases (``*.json`` with ``supergraph`` and ``operation``), the median and
the longest of these too. Building the tables of a supergraph happens once per supergraph and is not counted.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from gateway.errors import RequestError
from gateway.resolvers.operation import Limits, read_operation
from gateway.resolvers.planner import plan_operation
from gateway.schema import Subgraph, compose
from gateway.schema.query_graph import build_query_graph
from gateway.schema.supergraph import Supergraph, read_supergraph

ROOT: Final = Path(__file__).parents[1]
ROUNDS: Final = 15
LIMITS: Final = Limits(max_aliases=10_000, max_root_fields=10_000, max_selections=100_000)


def composed(files: Iterator[Path]) -> Supergraph:
    """The supergraph of SDL files, each a subgraph by its name."""
    subgraphs = [Subgraph(name_of(file), f"http://{name_of(file)}", file.read_text("utf-8")) for file in sorted(files)]
    result = compose(subgraphs)
    if result.supergraph is None:
        raise SystemExit("\n".join(error.message for error in result.errors))
    return result.supergraph


def name_of(file: Path) -> str:
    return file.parent.name if file.stem == "schema" else file.stem


def wide(leaves: int) -> str:
    """An operation on the benchmark's schema with so many leaves, whose entities lie in all four subgraphs."""
    fields = "upc name price weight inStock shippingEstimate reviews { id body author { id name username } }"
    per_product = 11
    return "{ " + " ".join(f"p{n}: topProducts {{ {fields} }}" for n in range(-(-leaves // per_product))) + " }"


def planner(supergraph: Supergraph) -> Callable[[str, str | None], tuple[float, int]]:
    """Plans a text; gives the milliseconds and the number of requests."""
    graph = build_query_graph(supergraph)

    def plan(text: str, name: str | None = None) -> tuple[float, int]:
        operation = read_operation(supergraph.api_schema, text, name, LIMITS)
        began = time.process_time()
        made = plan_operation(graph, operation)
        return (time.process_time() - began) * 1000, len(made.fetches)

    return plan


def measure(title: str, plan: Callable[[], tuple[float, int]]) -> float:
    """Print the median of many plans, and give it."""
    taken = [plan() for _ in range(ROUNDS)]
    median = statistics.median(milliseconds for milliseconds, _ in taken)
    print(f"{title:<28} {median:8.2f} ms   {taken[0][1]:3} requests")
    return median


def read_cases(folder: Path) -> list[dict[str, Any]]:
    found = (json.loads(file.read_text("utf-8")) for file in sorted(folder.glob("*.json")) if file.name != "index.json")
    return [case for case in found if "operation" in case]


def measure_cases(folder: Path) -> None:
    medians = []
    for case in read_cases(folder):
        plan = planner(read_supergraph((folder / case["supergraph"]).read_text("utf-8")))
        with suppress(RequestError):  # some cases are operations that must be refused
            taken = [plan(case["operation"], case.get("operationName"))[0] for _ in range(5)]
            medians.append(statistics.median(taken))
    print(
        f"{len(medians)} cases of {folder.name}: median {statistics.median(medians):.2f} ms, longest {max(medians):.2f} ms"
    )


def main() -> None:
    """Measure all."""
    bench = planner(composed((ROOT / "benchmarks/federation/subgraphs").glob("*.graphql")))
    for file in sorted((ROOT / "benchmarks/federation/queries").glob("*.graphql")):
        measure(f"benchmark, {file.stem}", lambda file=file: bench(file.read_text("utf-8"), None))  # type: ignore[misc]
    text = wide(1024)
    measure("1,024 leaves", lambda: bench(text, None))
    market = planner(composed((ROOT / "subgraphs").glob("*/schema.graphql")))
    for file in sorted((ROOT / "subgraphs/demo/queries").glob("*.graphql")):
        measure(f"market, {file.stem}", lambda file=file: market(file.read_text("utf-8"), None))  # type: ignore[misc]
    for folder in sys.argv[1:]:
        measure_cases(Path(folder))


if __name__ == "__main__":
    main()
