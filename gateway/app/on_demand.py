"""Parts of the gateway that only some settings need. They are imported when they are needed, and not before: the libraries under them take
longer to import than all the rest takes to start.
"""

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from gateway.app.loaded import Loader
from gateway.app.serving import Serving
from gateway.resolvers.cache import Invalidated, Store
from gateway.resolvers.cache.invalidation import Targets
from gateway.resolvers.subgraph_client import Events, HttpAnswer, PoolingTransport, SubgraphRequest
from gateway.resolvers.subgraph_client.local import AnswerLocally
from gateway.resolvers.subgraph_client.partitions import MemberBook
from gateway.resolvers.subgraph_client.protocol import EventSource
from gateway.resolvers.subgraph_client.transport import StreamingTransport
from gateway.schema.supergraph import Supergraph
from gateway.settings import Authentication, Cache, Settings, Subscriptions
from gateway.transport.asgi import AsgiApp
from gateway.transport.authentication import Verifier
from gateway.transport.endpoint import GraphQLService
from gateway.types import SubgraphName


class RegistryPart(Protocol):
    """The registry inside the gateway (Strawberry and SQLAlchemy)."""

    @property
    def local(self) -> Mapping[SubgraphName, AnswerLocally]:
        """The subgraphs that it answers itself."""
        ...

    def recorded(self, service: GraphQLService) -> GraphQLService:
        """The service, whose requests are recorded where the settings say so."""
        ...

    def may_call_back(self, call_back: Callable[[Targets], Awaitable[Invalidated]]) -> None:
        """Let it call back what is kept of answers."""
        ...

    def around(self, rest: AsgiApp) -> AsgiApp:
        """Its API at its path, and ``rest`` everywhere else."""
        ...

    def at_work(self, serving: Serving) -> AbstractAsyncContextManager[None]:
        """Its work beside the requests."""
        ...


def open_registry(settings: Settings) -> RegistryPart | None:
    """The registry of the settings, if they have one. Raises SettingsError for a database that is none."""
    if settings.registry.database is None:
        return None
    part: RegistryPart | None = import_module("gateway.app.registry").open_part(settings)
    return part


def follow_registry(settings: Settings) -> Loader:
    """A loader of what was published. Raises SettingsError for a database that is none."""
    loader: Loader = import_module("gateway.app.registry_loader").follow_registry(settings)
    return loader


def open_redis(settings: Cache) -> Store:
    """The store of answers on a Redis server. Raises SettingsError where it cannot be made."""
    store: Store = import_module("gateway.app.redis").open_redis(settings)
    return store


def open_verifier(settings: Authentication) -> Verifier:
    """What verifies tokens by the keys of the settings. Raises SettingsError for keys that are none."""
    verifier: Verifier = import_module("gateway.app.verifier").make_verifier(settings)
    return verifier


class CallbackPart(Protocol):
    """Where subgraphs' callbacks come in (aiohttp is what they are asked for by)."""

    @property
    def book(self) -> Any:
        """The subscriptions that wait for some, for what brings events."""
        ...

    async def knows(self, process: str, id_: str) -> bool:
        """Whether anybody waits for callbacks there."""
        ...

    async def take(self, process: str, id_: str, body: bytes) -> int:
        """Take a callback; gives the HTTP status that answers it."""
        ...

    def at_work(self) -> AbstractAsyncContextManager[None]:
        """Its work beside the requests."""
        ...


def open_callbacks(settings: Subscriptions, folder: Path | None) -> CallbackPart | None:
    """The desk for callbacks, if the settings have an address for it."""
    if settings.callback.public_url is None:
        return None
    part: CallbackPart | None = import_module("gateway.app.callbacks").make_desk(settings, folder)
    return part


class StreamsOnDemand:
    """An ``EventSource`` for the subscriptions of a supergraph, which is made at the first of them."""

    def __init__(
        self, supergraph: Supergraph, settings: Settings, members: MemberBook, callbacks: CallbackPart | None
    ) -> None:
        self._supergraph, self._settings, self._members, self._callbacks = supergraph, settings, members, callbacks
        self._source: EventSource | None = None

    def subscribe(self, request: SubgraphRequest) -> Events:
        """The subgraph's events."""
        if self._source is None:
            streams = import_module("gateway.app.streams")
            made: EventSource = streams.make_streams(
                self._supergraph, self._settings, self._members, self._callbacks.book if self._callbacks else None
            )
            self._source = made
        return self._source.subscribe(request)

    async def close(self) -> None:
        """End all subscriptions."""
        if self._source is not None:
            await self._source.close()


class AiohttpPart(PoolingTransport, StreamingTransport, Protocol):
    """What carries requests by aiohttp: whole ones, and those that are not whole yet."""


def open_aiohttp(*, limit: int, max_body_bytes: int, tls: ssl.SSLContext | None, use_proxies: bool) -> AiohttpPart:
    """What carries requests to subgraphs by aiohttp."""
    library = import_module("gateway.resolvers.subgraph_client.aiohttp_transport")
    transport: AiohttpPart = library.AiohttpTransport(
        limit=limit, max_body_bytes=max_body_bytes, tls=tls, use_proxies=use_proxies
    )
    return transport


class UploadsOnDemand:
    """A ``StreamingTransport``, which is made at the first request with files."""

    def __init__(self, make: Callable[[], AiohttpPart]) -> None:
        self._make = make
        self._made: AiohttpPart | None = None

    async def post_pieces(
        self, url: str, *, headers: Mapping[str, str], pieces: AsyncIterator[bytes], seconds: float
    ) -> HttpAnswer:
        """See ``StreamingTransport.post_pieces``."""
        if self._made is None:
            self._made = self._make()
        return await self._made.post_pieces(url, headers=headers, pieces=pieces, seconds=seconds)

    async def close(self) -> None:
        """See ``StreamingTransport.close``."""
        if self._made is not None:
            await self._made.close()


async def ask_for_sdl(name: SubgraphName, url: str) -> str:
    """The SDL that a subgraph gives of itself. Raises SubgraphError where it gives none."""
    sdl: str = await import_module("gateway.resolvers.subgraph_client.introspection").fetch_sdl(name, url)
    return sdl
