"""What an engine tells of its work, and what it can hand to the engine that follows it."""

from gateway.resolvers.engine import Engine, EngineOptions, KnownOperation, Plain
from gateway.resolvers.executor.compiled import Surprise, Uncompiled
from gateway.resolvers.messages import GraphQLRequest
from gateway.resolvers.subgraph_client import InProcessClient
from gateway.schema.supergraph import read_supergraph
from tests.resolvers.servers import make_server

SUPERGRAPH = read_supergraph(
    """
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.4", for: EXECUTION)
{ query: Query }
enum join__Graph { CITY @join__graph(name: "city", url: "http://city") }
type Query @join__type(graph: CITY) { city: String broken: String }
"""
)


class Told:
    """An ``EngineObserver`` that remembers what happened, in order; seconds are left out."""

    def __init__(self) -> None:
        self.events: list[str] = []

    def on_reused(self) -> None:
        self.events.append("reused")

    def on_prepared(self, seconds: float) -> None:
        assert seconds > 0
        self.events.append("prepared")

    def on_compiled(self, seconds: float) -> None:
        assert seconds > 0
        self.events.append("compiled")

    def on_compiled_run(self) -> None:
        self.events.append("compiled run")

    def on_plain_run(self, reason: Plain | Uncompiled) -> None:
        self.events.append(f"plain run: {reason}")

    def on_fallback(self, reason: Surprise) -> None:
        self.events.append(f"fallback: {reason}")


def make_engine(told: Told, *, compiled: bool = True) -> Engine:
    server = make_server(
        "type Query { city: String broken: String }", {"Query": {"city": "Hangzhou", "broken": {"error": "no"}}}
    )
    options = EngineOptions(compiled=compiled)
    return Engine(SUPERGRAPH, InProcessClient({"city": server}), options=options, observer=told)


async def test_the_first_run_is_plain_and_the_second_compiled() -> None:
    """Each step on the way is told once."""
    engine = make_engine(told := Told())
    for _ in range(3):
        await engine.execute(GraphQLRequest("{ city }"))
    assert told.events == [
        *("prepared", "plain run: first_use"),
        *("reused", "compiled", "compiled run"),
        *("reused", "compiled run"),
    ]


async def test_a_fallback_is_told_with_its_reason() -> None:
    """An error in an answer is a surprise."""
    engine = make_engine(told := Told())
    for _ in range(2):
        await engine.execute(GraphQLRequest("{ broken }"))
    assert told.events[-2:] == ["compiled run", "fallback: subgraph_error"]


async def test_a_plain_run_says_why() -> None:
    """Compiling may be switched off, and a shown plan is not run compiled."""
    engine = make_engine(told := Told(), compiled=False)
    await engine.execute(GraphQLRequest("{ city }"))
    await engine.execute(GraphQLRequest("{ city }", expose_plan=True))
    assert [event for event in told.events if "run" in event] == ["plain run: switched_off", "plain run: plan_shown"]


async def test_the_most_used_operations_come_first() -> None:
    """What an engine ran most is what the next one is warmed with."""
    engine = make_engine(Told())
    for query in ("{ a: city }", "{ b: city }", "{ c: city }", "{ b: city }"):
        await engine.execute(GraphQLRequest(query))
    assert [known.query for known in engine.most_used(1)] == ["{ b: city }"]
    assert len(engine.most_used(9)) == 3


async def test_a_warmed_operation_runs_compiled_at_once() -> None:
    """No request waits for what was prepared before the first came."""
    old = make_engine(Told())
    await old.execute(GraphQLRequest("query ($a: Boolean = true) { city @include(if: $a) }"))
    await old.execute(GraphQLRequest("{ city }"))
    new = make_engine(told := Told())
    assert await new.warm(old.most_used(10)) == 2
    await new.execute(GraphQLRequest("{ city }"))
    assert told.events[-2:] == ["reused", "compiled run"]


async def test_what_the_new_supergraph_cannot_serve_is_left_out_of_warming() -> None:
    """An operation on a field that is gone is no reason to fail."""
    engine = make_engine(told := Told())
    assert await engine.warm([KnownOperation("{ gone }"), KnownOperation("{ city }")]) == 1
    assert told.events == ["prepared", "compiled"]
