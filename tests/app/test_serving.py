"""A new supergraph is swapped in when it is good, and no request notices."""

import asyncio
import weakref
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.app import Serving
from gateway.app.last_good import LastGood
from gateway.errors import RequestError, SupergraphError
from gateway.resolvers.engine import KnownOperation
from gateway.resolvers.messages import GraphQLRequest
from gateway.schema.supergraph import Supergraph
from tests.app.loaders import FakeEngine, FakeLoader, loaded
from tests.app.markets import SUPERGRAPH

REQUEST = GraphQLRequest("{ a }")
RENAMED = SUPERGRAPH.replace('name: "city"', 'name: "town"')
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Connected:
    """Makes engines and keeps them; supergraphs that have a subgraph called ``refused`` get none."""

    def __init__(self, *, gate: asyncio.Event | None = None) -> None:
        self.engines: list[FakeEngine] = []
        self.gate = gate

    async def __call__(self, supergraph: Supergraph) -> FakeEngine:
        if "refused" in supergraph.subgraphs:
            raise SupergraphError("It cannot be served.")
        self.engines.append(FakeEngine(supergraph, self.gate))
        return self.engines[-1]


@asynccontextmanager
async def following(serving: Serving, loader: FakeLoader) -> AsyncIterator[None]:
    """Follow the loader meanwhile."""
    task = asyncio.create_task(serving.run())
    await loader.followed()
    try:
        yield
    finally:
        task.cancel()
        await serving.close()


async def answer(serving: Serving) -> str:
    return (await serving.execute(REQUEST)).body.decode()


async def test_a_supergraph_that_fails_to_load_is_tried_again() -> None:
    """The next attempt may succeed; until then requests are told why they are not answered."""
    loader = FakeLoader(SupergraphError("Not yet."), SupergraphError("Not yet."), loaded("1"))
    serving = Serving(loader, Connected(), retry_seconds=0)
    with pytest.raises(RequestError, match="not ready"):
        await serving.execute(REQUEST)
    await serving.start()
    assert (loader.looks, serving.reasons, serving.degraded, serving.version) == (3, (), (), "1")
    assert await answer(serving) == "city,healthcare"


async def test_closing_closes_the_engine_and_the_loader() -> None:
    """Nothing stays open."""
    loader, connected = FakeLoader(loaded("1")), Connected()
    serving = Serving(loader, connected)
    await serving.start()
    await serving.close()
    assert loader.closed
    assert connected.engines[0].closed.is_set()


async def test_a_new_supergraph_is_swapped_in() -> None:
    """The next request is answered from it, and the engine before is closed."""
    loader, connected = FakeLoader(loaded("1")), Connected()
    serving = Serving(loader, connected)
    async with following(serving, loader):
        assert await answer(serving) == "city,healthcare"
        await loader.offered(loaded("2", RENAMED))
        assert (await answer(serving), serving.version, serving.swaps) == ("healthcare,town", "2", 2)
        await connected.engines[0].closed.wait()


async def test_a_new_engine_knows_what_the_old_one_was_asked() -> None:
    """The operations that were used most are ready before it takes over."""
    loader, connected = FakeLoader(loaded("1")), Connected()
    serving = Serving(loader, connected)
    async with following(serving, loader):
        known = KnownOperation("{ a }")
        connected.engines[0].operations = (known,)
        await loader.offered(loaded("2", RENAMED))
        assert connected.engines[1].operations == (known,)


async def test_a_request_ends_on_the_supergraph_that_it_began_on() -> None:
    """A request that was begun before the swap is answered by the old engine, which is open until then."""
    loader, connected = FakeLoader(loaded("1")), Connected(gate=asyncio.Event())
    serving = Serving(loader, connected)
    async with following(serving, loader):
        begun = asyncio.create_task(answer(serving))
        await connected.engines[0].begun.wait()
        await loader.offered(loaded("2", RENAMED))
        assert not connected.engines[0].closed.is_set()
        assert connected.gate is not None
        connected.gate.set()
        assert await begun == "city,healthcare"
        await connected.engines[0].closed.wait()
        assert await answer(serving) == "healthcare,town"


async def test_a_stream_keeps_its_engine() -> None:
    """What uses an engine for longer than one answer keeps it open."""
    loader, connected = FakeLoader(loaded("1")), Connected()
    serving = Serving(loader, connected)
    async with following(serving, loader):
        with serving.use() as engine:
            await loader.offered(loaded("2", RENAMED))
            assert (await engine.execute(REQUEST)).body == b"city,healthcare"
        await connected.engines[0].closed.wait()


async def test_an_engine_is_not_kept_for_ever(caplog: pytest.LogCaptureFixture) -> None:
    """After the drain time it is closed under the requests that are left, and that is logged."""
    loader, connected = FakeLoader(loaded("1")), Connected()
    serving = Serving(loader, connected, drain_seconds=0)
    async with following(serving, loader):
        with serving.use():
            await loader.offered(loaded("2", RENAMED))
            await connected.engines[0].closed.wait()
    assert "1 requests had not ended" in caplog.text


BAD: dict[str, Callable[[], Exception | object]] = {
    "gone": lambda: SupergraphError("It is gone."),
    "unservable": lambda: loaded("2", SUPERGRAPH.replace('name: "city"', 'name: "refused"')),
    "fault": lambda: ZeroDivisionError(),
}


@pytest.mark.parametrize("bad", sorted(BAD))
async def test_what_is_bad_never_replaces_what_is_good(bad: str) -> None:
    """Requests are answered as before; readiness is degraded and says why, until something good comes."""
    loader, connected = FakeLoader(loaded("1")), Connected()
    serving = Serving(loader, connected)
    async with following(serving, loader):
        await loader.offered(BAD[bad]())  # type: ignore[arg-type]
        assert (await answer(serving), serving.version, serving.reasons) == ("city,healthcare", "1", ())
        (reason,) = serving.degraded
        assert reason in (
            "It is gone.",
            "It cannot be served.",
            "The supergraph could not be loaded: ZeroDivisionError.",
        )
        await loader.offered(loaded("3", RENAMED))
        assert (await answer(serving), serving.degraded) == ("healthcare,town", ())


class Cyclic(FakeEngine):
    """An engine that only the garbage collector can take away."""

    def __init__(self, supergraph: Supergraph) -> None:
        super().__init__(supergraph)
        self.itself = self


async def test_a_replaced_engine_leaves_no_memory_behind() -> None:
    """What was left alone by the collector is collected after the swap."""
    made: list[weakref.ref[Cyclic]] = []

    async def connect(supergraph: Supergraph) -> FakeEngine:
        engine = Cyclic(supergraph)
        made.append(weakref.ref(engine))
        return engine

    loader = FakeLoader(loaded("1"))
    serving = Serving(loader, connect)
    async with following(serving, loader):
        first = made[0]()
        assert first is not None
        closed = first.closed
        del first
        await loader.offered(loaded("2", RENAMED))
        await closed.wait()
        await loader.offered(loaded("3"))
        assert made[0]() is None


async def test_what_was_refused_is_not_built_again_and_again() -> None:
    """While the loader has nothing else, the reason stays and nothing is made."""
    loader, connected = FakeLoader(loaded("1")), Connected()
    serving = Serving(loader, connected)
    bad = loaded("2", SUPERGRAPH.replace('name: "city"', 'name: "refused"'))
    async with following(serving, loader):
        await loader.offered(bad)
        await loader.offered(SupergraphError("It is gone."))
        await loader.offered(bad)
        assert (serving.degraded, len(connected.engines)) == (("It cannot be served.",), 1)


async def test_the_last_good_supergraph_is_kept(tmp_path: Path) -> None:
    """Each one that was swapped in is written, whole, under its version."""
    last_good = LastGood(tmp_path / "copies" / "last.graphql", now=lambda: NOW)
    loader = FakeLoader(loaded("1"))
    serving = Serving(loader, Connected(), last_good=last_good)
    async with following(serving, loader):
        await loader.offered(loaded("2", RENAMED))
    saved = last_good.load()
    assert saved is not None
    assert (saved.loaded.version, saved.loaded.sdl, saved.saved_at) == ("2", RENAMED, NOW)
    assert [path.name for path in (tmp_path / "copies").iterdir()] == ["last.graphql"]


async def test_a_gateway_starts_from_the_copy(tmp_path: Path) -> None:
    """While its source is down it answers from the copy and says so; when the source is back, from that."""
    last_good = LastGood(tmp_path / "last.graphql", now=lambda: NOW)
    last_good.save(loaded("7"))
    loader = FakeLoader(SupergraphError("The store is down."))
    serving = Serving(loader, Connected(), last_good=last_good)
    async with following(serving, loader):
        assert (await answer(serving), serving.version) == ("city,healthcare", "7")
        assert serving.degraded == (
            "Answering from the copy of version 7 that was saved at 2026-11-23T12:00:00+00:00.",
            "The store is down.",
        )
        await loader.offered(loaded("8", RENAMED))
        assert (await answer(serving), serving.degraded) == ("healthcare,town", ())


@pytest.mark.parametrize("damage", ["flipped", "cut", "headless"])
async def test_a_corrupt_copy_is_refused(damage: str, tmp_path: Path) -> None:
    """By its hash: the gateway waits for its source, and says why it did not start from the copy."""
    path = tmp_path / "last.graphql"
    last_good = LastGood(path, now=lambda: NOW)
    last_good.save(loaded("7"))
    text = path.read_text(encoding="utf-8")
    damaged = {"flipped": text.replace("title", "tilte"), "cut": text[:-1], "headless": text.partition("\n")[2]}
    path.write_text(damaged[damage], encoding="utf-8")
    loader = FakeLoader(SupergraphError("The store is down."), SupergraphError("The store is down."), loaded("8"))
    serving = Serving(loader, Connected(), last_good=last_good, retry_seconds=0)
    with pytest.raises(SupergraphError, match="not as it was written"):
        last_good.load()
    await serving.start()
    assert (serving.version, loader.looks) == ("8", 3)


async def test_a_full_disk_does_not_stop_a_swap(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The copy cannot be written; the supergraph is served all the same, and the log says so."""
    (tmp_path / "file").write_text("")
    serving = Serving(FakeLoader(loaded("1")), Connected(), last_good=LastGood(tmp_path / "file" / "last.graphql"))
    await serving.start()
    assert serving.version == "1"
    assert "could not be written" in caplog.text
