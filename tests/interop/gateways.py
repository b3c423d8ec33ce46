"""Other people's gateways over our supergraph: the demo market composed by us, served by npm's gateways, and the same ten answers.

Run by ``tests/interop/run``. Each gateway is started by its own published command, as the benchmark does. None but ours knows of
members, so they get the eleven cities' data as one, behind one server; ours asks the eleven.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError

from benchmarks.federation.gateways import GATEWAYS, Setting
from benchmarks.federation.load import ask
from benchmarks.federation.servers import free_port, running
from gateway.cli.demo_places import DATA_MOMENT
from gateway.schema import Subgraph, compose
from gateway.transport.graphiql import Example, read_examples
from tests.cli.test_demo import Demo, demo
from tests.interop.elsewhere import compose_elsewhere

ROOT: Final = Path(__file__).parents[2]
EXAMPLES: Final = tuple(
    each for each in read_examples(ROOT / "config" / "examples") if "\nsubscription " not in each.query
)
CHOSEN: Final = {
    "@apollo/gateway (JavaScript)": "/",
    "@graphql-hive/gateway (JavaScript)": "/graphql",
    "@graphql-hive/gateway + router-runtime (Rust)": "/graphql",
}
"""The gateways that read a supergraph, and where they listen."""

MUST_AGREE: Final = "@apollo/gateway (JavaScript)"
"""The one whose answers must be ours. The others lose their way at interface objects, whoever composed them: they must answer over our supergraph
what they answer over that of @apollo/composition.
"""


ACCESS: Final = re.compile(
    r'"@(?:authenticated|requiresScopes|policy)",?|@(?:authenticated|requiresScopes|policy)\b(?:\(\w+: \[\[.*?\]\]\))?'
)
"""Directives that the free gateways on npm refuse to serve: they stand aside here, for the data is the same without them."""


def ask_example(url: str, example: Example) -> Any:
    try:
        answer = ask(url, example.query, json.loads(example.variables or "{}"))
    except HTTPError as error:
        return {"refused": error.read().decode()}
    if broker := (answer.get("data") or {}).get("broker"):
        broker.pop("contributionPoints")  # Drawn from one of two ledgers, for each request.
    return answer


def differences(name: str, supergraph: Path, ours: dict[str, Any], folder: Path) -> dict[str, str]:
    """The queries that a gateway answers otherwise than we do, and its answers."""
    gateway = next(each for each in GATEWAYS if each.name == name)
    setting = Setting(gateway.install(Path(os.environ["PEERS"])), free_port(), supergraph, {}, "none")
    command, environment = gateway.command(setting)
    log = folder / "gateway.log"
    with running(command, port=setting.port, cores="0-3", log=log, folder=setting.folder, environment=environment):
        url = f"http://127.0.0.1:{setting.port}{CHOSEN[name]}"
        answers = {example.name: ask_example(url, example) for example in EXAMPLES}
    return {
        query: json.dumps(answer, ensure_ascii=False)
        for query, answer in answers.items()
        if answer.get("data") != ours[query]["data"]
    }


@contextmanager
def one_city(folder: Path) -> Iterator[int]:
    """The port of a server that has the data of all cities."""
    database = f"sqlite+aiosqlite:///{folder / 'city.db'}"
    seed = (sys.executable, "-m", "subgraphs.demo", "seed", "--quiet", "--database", f"city={database}")
    subprocess.run(seed, cwd=ROOT, check=True)
    port = free_port()
    command = (
        sys.executable,
        "-m",
        "subgraphs.city",
        "--port",
        str(port),
        "--database",
        database,
        "--now",
        DATA_MOMENT,
    )
    with running(command, port=port, cores="0-3", log=folder / "city.log", folder=ROOT, environment={}):
        yield port


def subgraphs_of(market: Demo, city: int) -> list[Subgraph]:
    """The markets where the demo serves them, and the cities at one port."""
    ports = {**market.ports, "city": city}
    return [
        Subgraph(name, f"http://127.0.0.1:{ports[name]}/graphql", ACCESS.sub("", path.read_text()))
        for path in sorted((ROOT / "subgraphs").glob("*/schema.graphql"))
        for name in (path.parent.name,)
    ]


def judge(name: str, over_ours: dict[str, str], over_theirs: dict[str, str]) -> bool:
    """Say how a gateway did over our supergraph; whether it did well."""
    print(f"{name}: {len(EXAMPLES) - len(over_ours)} of {len(EXAMPLES)} answers are ours")
    for query, answer in over_ours.items():
        print(f"  {query}: {answer[:200]}")
    if over_ours.keys() != over_theirs.keys():
        print(f"  but over the supergraph of @apollo/composition these differ: {', '.join(over_theirs) or 'none'}")
    return not over_ours if name == MUST_AGREE else over_ours.keys() == over_theirs.keys()


def main() -> int:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        market = stack.enter_context(demo(folder / "demo"))
        subgraphs = subgraphs_of(market, stack.enter_context(one_city(folder)))
        result = compose(subgraphs)
        assert result.supergraph_sdl, result.errors
        by_us, by_apollo = folder / "supergraph.graphql", folder / "apollo.graphql"
        by_us.write_text(result.supergraph_sdl)
        by_apollo.write_text(compose_elsewhere(subgraphs, Path(os.environ["PEERS"]) / "composers"))
        ours = {example.name: ask_example(market.address, example) for example in EXAMPLES}
        verdicts = [
            judge(name, *(differences(name, each, ours, folder) for each in (by_us, by_apollo))) for name in CHOSEN
        ]
    return int(not all(verdicts))


if __name__ == "__main__":
    sys.exit(main())
