"""What the demo tells: where it is, what runs, what to ask, and what to do when a part has ended."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

from gateway.cli.demo_places import CITIES, CITY
from gateway.transport.graphiql import Example

ROLES: Final[Mapping[str, str]] = {
    "gateway": "plans each query, asks the markets and joins their answers",
    "core": "regions, organisations, brokers, deals, auctions, evidence, the letter's figures",
    **{f"{CITY} {partition}": f"achievements and demands of {name}" for partition, name in CITIES.items()},
    "agriculture": "the agricultural market: crops, seasons, demonstration bases",
    "carbon": "the carbon market: sectors, tonnes saved",
    "healthcare": "the medical market: indications, trials, hospitals",
}


class Running(Protocol):
    """A process of the demo."""

    @property
    def name(self) -> str: ...

    @property
    def port(self) -> int: ...

    @property
    def pid(self) -> int: ...


def describe_demo(address: str, processes: Sequence[Running], examples: Sequence[Example], folder: Path) -> str:
    """The whole text, once everything answers."""
    return "\n".join(
        (
            "",
            f"Tongfen answers at {address}",
            "Open it in a browser for GraphiQL, with the ten queries, the plan of each, and events. Ctrl-C stops everything.",
            "",
            *describe_processes(processes),
            "",
            *describe_queries(address, examples, folder),
            "",
        )
    )


def describe_processes(processes: Sequence[Running]) -> Iterator[str]:
    yield "Processes"
    for process in processes:
        yield f"  {process.name:<12} port {process.port:<6} pid {process.pid:<8} {ROLES[process.name]}"


def describe_queries(address: str, examples: Sequence[Example], folder: Path) -> Iterator[str]:
    near = as_seen_from_here(folder)
    yield f"Queries, in {near}"
    for example in examples:
        yield f"  {example.name:<24} {example.text['en']}"
    yield ""
    yield "Run one"
    yield "  " + curl_command(address, f"{near}/{examples[1].name}")


def curl_command(address: str, example: str) -> str:
    """How to send an example that has variables, in one line."""
    return (
        f"curl -sG {address} -H 'apollo-require-preflight: 1' "
        f"--data-urlencode query@{example}.graphql --data-urlencode variables@{example}.json"
    )


def restart_command(name: str, arguments: Sequence[str]) -> str:
    """How to start a subgraph by hand."""
    return " ".join((as_seen_from_here(Path(sys.executable)), "-m", f"subgraphs.{name}", *arguments))


def as_seen_from_here(path: Path) -> str:
    """The path from the working directory on, if it is inside."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
