"""What the settings want to be seen of the gateway: wrappers around its parts, put together in one place."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from functools import partial
from typing import Final

from starlette.routing import BaseRoute

from gateway import __version__
from gateway.app.caching import AnswerCache
from gateway.app.peers import Peers
from gateway.app.serving import Serving
from gateway.resolvers.cache import Store, StoreFigures
from gateway.resolvers.engine import UNOBSERVED, EngineObserver
from gateway.resolvers.subgraph_client import PoolingTransport, SubgraphClient
from gateway.resolvers.subgraph_client.caching.units import Tallies, Tally
from gateway.resolvers.subgraph_client.failures import BreakerState, ResilientTransport
from gateway.settings import Log, Metrics
from gateway.telemetry.logs import Logged
from gateway.telemetry.metrics import (
    EngineFigures,
    Figures,
    MeasuredClient,
    MeasuredEndpoint,
    MeasuredService,
    OperationNames,
    SubgraphFigures,
    WorkerFigures,
    metrics_route,
    watch_process,
)
from gateway.telemetry.observers import Observers
from gateway.transport.asgi import AsgiApp
from gateway.transport.endpoint import GraphQLService

Servers = Callable[[], Iterable[tuple[str, str]]]
"""The name and address of each server of subgraphs, and of their members, as they are when it is called."""


class Telemetry:
    """Nothing is seen: every part stays as it is, and costs what it costs."""

    observer: EngineObserver = UNOBSERVED

    def endpoint(self, app: AsgiApp) -> AsgiApp:
        """Around the endpoint: every request over HTTP."""
        return app

    def service(self, service: GraphQLService) -> GraphQLService:
        """Around what answers operations: every request whose text is known."""
        return service

    def client(self, client: SubgraphClient) -> SubgraphClient:
        """Around the client that posts: every request that goes out."""
        return client

    def routes(self) -> Iterable[BaseRoute]:
        """What can be read over HTTP."""
        return ()

    def watch_transport(self, carrier: PoolingTransport, resilient: ResilientTransport, servers: Servers) -> None:
        """Look at connections and breakers. A newer supergraph's take the place of an older one's."""

    def watch_serving(self, serving: Serving) -> None:
        """Look at which supergraph is served."""

    def watch_cache(self, cache: AnswerCache) -> None:
        """Look at the store of answers."""

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """What goes on beside the requests."""
        yield


UNSEEN: Final = Telemetry()


class Measuring(Telemetry):
    """Figures for Prometheus."""

    def __init__(self, settings: Metrics, peers: Peers) -> None:
        self._settings = settings
        self.figures = Figures()
        self._all = WorkerFigures(self.figures, peers.folder)
        self._subgraphs = SubgraphFigures(self.figures)
        self.observer = EngineFigures(self.figures)
        watch_process(self.figures, worker=peers.name, version=__version__)

    def endpoint(self, app: AsgiApp) -> AsgiApp:
        """See ``Telemetry``."""
        return MeasuredEndpoint(app, self.figures)

    def service(self, service: GraphQLService) -> GraphQLService:
        """See ``Telemetry``."""
        return MeasuredService(service, self.figures, OperationNames(self._settings.operations))

    def client(self, client: SubgraphClient) -> SubgraphClient:
        """See ``Telemetry``."""
        return MeasuredClient(client, self._subgraphs)

    def routes(self) -> Iterable[BaseRoute]:
        """See ``Telemetry``."""
        return (metrics_route(self._settings.path, self._all),)

    def watch_transport(self, carrier: PoolingTransport, resilient: ResilientTransport, servers: Servers) -> None:
        """See ``Telemetry``."""
        self.figures.watch(
            "subgraph_connections",
            "gauge",
            "Connections to subgraphs' servers, and requests that wait for one.",
            lambda: [
                ((pool.server, state), float(count))
                for pool in carrier.pools()
                for state, count in (("open", pool.open), ("idle", pool.idle), ("waited_for", pool.waited_for))
            ],
            "server",
            "state",
        )
        self.figures.watch(
            "subgraph_breakers_open",
            "gauge",
            "Workers that leave a subgraph alone because it keeps failing.",
            lambda: [
                ((name,), float(resilient.breaker_state(url) is not BreakerState.CLOSED)) for name, url in servers()
            ],
            "subgraph",
        )

    def watch_serving(self, serving: Serving) -> None:
        """See ``Telemetry``."""
        self.figures.watch(
            "supergraph_swaps",
            "counter",
            "Supergraphs that were swapped in, the first of each worker included.",
            lambda: [((), float(serving.swaps))],
        )
        self.figures.watch(
            "supergraph_workers",
            "gauge",
            "Workers that answer from this version of the supergraph.",
            lambda: [((serving.version or "none",), 1.0)],
            "version",
        )

        self.figures.watch(
            "supergraph_degraded",
            "gauge",
            "Workers that may not answer from the newest supergraph; /health/ready says why.",
            lambda: [((), float(bool(serving.degraded)))],
        )

    def watch_cache(self, cache: AnswerCache) -> None:
        """See ``Telemetry``."""
        watch_store(self.figures, cache.store)
        watch_tallies(self.figures, cache.tallies)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """See ``Telemetry``."""
        writing = asyncio.create_task(self._all.keep_writing())
        try:
            yield
        finally:
            writing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await writing


class Logging(Telemetry):
    """Log lines that know their request."""

    def __init__(self, settings: Log) -> None:
        self._settings = settings

    def endpoint(self, app: AsgiApp) -> AsgiApp:
        """See ``Telemetry``."""
        return Logged(app, access=self._settings.access)


class Several(Telemetry):
    """Several kinds of telemetry, the first of them on the inside."""

    def __init__(self, kinds: Sequence[Telemetry]) -> None:
        self._kinds = kinds
        self.observer = Observers([kind.observer for kind in kinds if kind.observer is not UNOBSERVED])

    def endpoint(self, app: AsgiApp) -> AsgiApp:
        """See ``Telemetry``."""
        for kind in self._kinds:
            app = kind.endpoint(app)
        return app

    def service(self, service: GraphQLService) -> GraphQLService:
        """See ``Telemetry``."""
        for kind in self._kinds:
            service = kind.service(service)
        return service

    def client(self, client: SubgraphClient) -> SubgraphClient:
        """See ``Telemetry``."""
        for kind in self._kinds:
            client = kind.client(client)
        return client

    def routes(self) -> Iterable[BaseRoute]:
        """See ``Telemetry``."""
        return [route for kind in self._kinds for route in kind.routes()]

    def watch_transport(self, carrier: PoolingTransport, resilient: ResilientTransport, servers: Servers) -> None:
        """See ``Telemetry``."""
        for kind in self._kinds:
            kind.watch_transport(carrier, resilient, servers)

    def watch_serving(self, serving: Serving) -> None:
        """See ``Telemetry``."""
        for kind in self._kinds:
            kind.watch_serving(serving)

    def watch_cache(self, cache: AnswerCache) -> None:
        """See ``Telemetry``."""
        for kind in self._kinds:
            kind.watch_cache(cache)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """See ``Telemetry``."""
        async with contextlib.AsyncExitStack() as stack:
            for kind in self._kinds:
                await stack.enter_async_context(kind.running())
            yield


def watch_store(figures: Figures, store: Store) -> None:
    """Watch the store of answers: what workers hold in memory, and how they get on with a server."""
    counts: dict[str, tuple[str, Callable[[StoreFigures], float]]] = {
        "cache_evictions": ("Answers that made room for others.", lambda now: now.evictions),
        "cache_failures": ("Operations of the store that came to nothing.", lambda now: now.failures),
    }
    states: dict[str, tuple[str, Callable[[StoreFigures], float]]] = {
        "cache_entries": ("Answers in the workers' memory.", lambda now: now.entries or 0),
        "cache_bytes": ("Room that these take.", lambda now: now.size or 0),
        "cache_open": ("Workers that leave the store alone.", lambda now: now.is_open),
    }
    for name, (meaning, read) in counts.items():
        figures.watch(name, "counter", meaning, partial(read_store, store, read))
    for name, (meaning, read) in states.items():
        figures.watch(name, "gauge", meaning, partial(read_store, store, read))


def watch_tallies(figures: Figures, tallies: Tallies) -> None:
    """Watch how often what is kept was found, by subgraph and type or root field."""
    reads: dict[str, Callable[[Tally], float]] = {
        "hit": lambda tally: tally.hits,
        "stale": lambda tally: tally.stale,
        "miss": lambda tally: tally.misses,
        "uncached": lambda tally: tally.uncached,
    }

    def lookups() -> list[tuple[tuple[str, ...], float]]:
        found = [(name, of, tally) for (name, of), tally in list(tallies.items())]
        return [((name, of, result), float(read(tally))) for name, of, tally in found for result, read in reads.items()]

    def ages() -> list[tuple[tuple[str, ...], float]]:
        return [((name, of), tally.age) for (name, of), tally in list(tallies.items())]

    labels = ("subgraph", "of")
    figures.watch(
        "cache_lookups", "counter", "Entities and root fields that were looked for.", lookups, *labels, "result"
    )
    figures.watch("cache_age_seconds", "counter", "The sum of the ages of those that were found.", ages, *labels)


def read_store(store: Store, read: Callable[[StoreFigures], float]) -> list[tuple[tuple[str, ...], float]]:
    return [((), float(read(store.figures())))]
