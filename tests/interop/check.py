"""Our gateway in front of other people's subgraph libraries: the same market on each, and the same answers.

Run by ``tests/interop/run``. For each library: both subgraphs are started, asked for their SDL, composed by us, served by
``tongfen serve``, and asked the queries of ``market/queries.json``. The answers must be equal to those of one undivided server.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from gateway.schema import Subgraph, compose
from tests.interop.undivided import answer_undivided

HERE: Final = Path(__file__).parent
MARKET: Final = HERE / "market"
SUBGRAPHS: Final = ("catalogue", "reviews")


@dataclass(frozen=True, slots=True)
class Library:
    """A way to run a subgraph: its command, where ``%s`` is the subgraph's name."""

    name: str
    command: tuple[str, ...]


LIBRARIES: Final = (
    Library("@apollo/subgraph", ("node", "apollo.mjs")),
    Library("graphql-yoga", ("node", "yoga.mjs")),
    Library("Ariadne", (f"{os.environ['PEERS']}/venv/bin/python", str(HERE / "servers/ariadne_market.py"))),
    Library("Strawberry", (sys.executable, str(HERE / "servers/strawberry_%s.py"))),
)


@contextmanager
def running(command: tuple[str, ...], port: int, **environment: str) -> Iterator[str]:
    """A server on a port of its own, for the length of a block; gives its address."""
    settings = {**os.environ, "PORT": str(port), "MARKET": str(MARKET), **environment}
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, env=settings, cwd=f"{os.environ['PEERS']}/node", stdout=quiet, stderr=quiet)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def ask(url: str, query: str, variables: dict[str, Any] | None = None, *, patience: float = 30) -> Any:
    """A GraphQL answer; waits for a server that is still starting."""
    body = json.dumps({"query": query, "variables": variables or {}}).encode()
    headers = {"content-type": "application/json", "accept": "application/json"}
    end = time.monotonic() + patience
    while True:
        try:
            with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=10) as response:
                return json.load(response)
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def differences(library: Library, first_port: int, folder: Path) -> Iterator[str]:
    """What a library's market answers otherwise than it should."""
    with ExitStack() as stack:
        subgraphs = []
        for port, name in enumerate(SUBGRAPHS, start=first_port):
            command = tuple(part.replace("%s", name) for part in library.command)
            url = stack.enter_context(running(command, port, SUBGRAPH=name)) + "/graphql"
            subgraphs.append(Subgraph(name, url, ask(url, "{ _service { sdl } }")["data"]["_service"]["sdl"]))
        result = compose(subgraphs)
        if result.supergraph_sdl is None:
            yield from (error.message for error in result.errors)
            return
        supergraph = folder / "supergraph.graphql"
        supergraph.write_text(result.supergraph_sdl)
        port = first_port + len(SUBGRAPHS)
        serve = (sys.executable, "-m", "gateway", "serve", "--supergraph", str(supergraph), "--port", str(port))
        url = stack.enter_context(running(serve, port, PYTHONPATH=os.getcwd())) + "/graphql"
        for case in json.loads((MARKET / "queries.json").read_text()):
            expected = answer_undivided(case["query"], case.get("variables"))
            answer = ask(url, case["query"], case.get("variables"))
            paths = sorted(json.dumps(error.get("path")) for error in answer.get("errors", ()))
            if (answer.get("data"), paths) != expected:
                yield f"{case['name']}: {json.dumps(answer)} instead of {expected}"


def main() -> int:
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        for number, library in enumerate(LIBRARIES):
            found = list(differences(library, 41200 + 10 * number, Path(folder)))
            failed |= bool(found)
            print(f"{library.name}: {'as it should be' if not found else 'WRONG'}")
            for difference in found:
                print(f"  {difference}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
