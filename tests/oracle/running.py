"""From a seed to a verdict: make a world, split and compose it, ask it, and compare with the undivided server."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Final

import msgspec
from graphql import execute_sync, lexicographic_sort_schema, parse, print_schema, validate

from gateway.resolvers.engine import Engine
from gateway.resolvers.messages import GraphQLRequest
from gateway.schema import Subgraph, compose
from tests.oracle.case import MOODS, Case
from tests.oracle.comparing import differences
from tests.oracle.facts import read_all
from tests.oracle.operations import OperationMaker
from tests.oracle.printing import print_subgraphs, print_undivided
from tests.oracle.schemas import make_schema
from tests.oracle.servers import CHANCE, CheckingClient, Journal, make_servers
from tests.oracle.splits import Splitter
from tests.oracle.truth import Truth

RUNS: Final = 2
"""Each operation runs so many times: the second time, the engine runs it compiled."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A case that went wrong. ``kind`` is a word for what went wrong, ``text`` says it in full."""

    case: Case
    kind: str
    text: str


@dataclass(slots=True)
class Tally:
    """What a range of seeds came to. ``rejected`` are compositions that failed, by code."""

    worlds: int = 0
    composed: int = 0
    operations: int = 0
    requests: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[int, Failure]] = field(default_factory=list)
    """With the seed of each."""

    def add(self, other: "Tally") -> None:
        self.worlds += other.worlds
        self.composed += other.composed
        self.operations += other.operations
        self.requests += other.requests
        self.rejected += other.rejected
        self.failures += other.failures


class Setting:
    """A composed world in one mood, ready to be asked. ``errors`` are the codes of a composition that failed."""

    def __init__(self, undivided: str, subgraphs: Mapping[str, str], *, mood: str, salt: int) -> None:
        result = compose([Subgraph(name, f"http://{name}", sdl) for name, sdl in subgraphs.items()])
        self.errors = [str(getattr(each.code, "value", each.code)) for each in result.errors]
        self.supergraph = result.supergraph
        if self.supergraph is None:
            return
        facts = read_all(subgraphs)
        truth = self.truth = Truth(undivided, facts, mood=mood, salt=salt)
        self.undivided, self.subgraphs = make_servers(undivided, facts, subgraphs, truth)
        self.journal = Journal()
        self.client = CheckingClient(self.subgraphs, self.journal)
        self.engine = Engine(self.supergraph, self.client, chance=lambda: CHANCE)

    def check_schema(self, case: Case) -> Failure | None:
        """The schema that clients see must be the undivided one."""
        assert self.supergraph is not None
        expected, found = (
            set(print_schema(lexicographic_sort_schema(each)).split("\n\n"))
            for each in (self.undivided, self.supergraph.api_schema)
        )
        wrong = {each for each in expected ^ found if not each.startswith("directive")}
        return Failure(case, "schema", "\n".join(sorted(wrong))) if wrong else None

    async def ask(self, case: Case) -> Failure | None:
        """What is wrong with the answer to the case's operation, if anything is."""
        document = parse(case.operation)
        expected = execute_sync(
            self.undivided, document, variable_values=dict(case.variables), context_value=Journal()
        ).formatted
        for run in range(RUNS):
            self.journal.mutations = 0
            response = await self.engine.execute(GraphQLRequest(case.operation, variables=case.variables))
            for problem in self.client.problems:
                return Failure(case, "request", f"run {run}: {problem}")
            for wrong in differences(
                dict(expected), msgspec.json.decode(response.body), is_input=self.truth.is_input_failure
            ):
                return Failure(case, wrong.split(":")[0], f"run {run}: {wrong}")
        return None


def make_world(seed: int) -> tuple[str, dict[str, str]]:
    """The undivided schema and the subgraphs of a seed."""
    random = Random(seed)
    splitter = Splitter(make_schema(random), random, may_fail=_mood(seed) == "errors")
    world = splitter.split()
    subgraphs = print_subgraphs(splitter)
    return print_undivided(world, subgraphs), subgraphs


def _mood(seed: int) -> str:
    return MOODS[seed % len(MOODS)]


def make_setting(seed: int) -> tuple[Setting, Case]:
    """The composed world of a seed, and a case that asks nothing of it yet."""
    undivided, subgraphs = make_world(seed)
    mood = _mood(seed)
    empty = Case(undivided, subgraphs, "{ __typename }", mood=mood, salt=seed)
    return Setting(undivided, subgraphs, mood=mood, salt=seed), empty


def make_cases(setting: Setting, empty: Case, seed: int, count: int) -> Iterator[Case]:
    """So many operations of a seed. Those that do not validate are drawn again."""
    random = Random(f"operations {seed}")
    made = 0
    while made < count:
        operation = OperationMaker(setting.undivided, random).make()
        if not validate(setting.undivided, parse(operation.text)):
            made += 1
            yield Case(empty.undivided, empty.subgraphs, operation.text, operation.variables, empty.mood, empty.salt)


async def check_seed(seed: int, operations: int) -> Tally:
    """Ask one world so many operations, until the first that goes wrong."""
    setting, empty = make_setting(seed)
    tally = Tally(worlds=1)
    if setting.supergraph is None:
        tally.rejected.update(setting.errors[:1])
        return tally
    tally.composed = 1
    if failure := setting.check_schema(empty):
        tally.failures.append((seed, failure))
        return tally
    for case in make_cases(setting, empty, seed, operations):
        tally.operations += 1
        failure = await setting.ask(case)
        if failure:
            tally.failures.append((seed, failure))
            break
    tally.requests = setting.client.sent
    return tally


def check_case(case: Case) -> Failure | None:
    """Check a case on its own, its composition included."""
    setting = Setting(case.undivided, case.subgraphs, mood=case.mood, salt=case.salt)
    if setting.supergraph is None:
        return Failure(case, "composition", " ".join(setting.errors))
    return setting.check_schema(case) or asyncio.run(setting.ask(case))


def check_seeds(seeds: range, operations: int) -> Tally:
    """Check a range of seeds."""
    tally = Tally()
    for seed in seeds:
        tally.add(asyncio.run(check_seed(seed, operations)))
    return tally
