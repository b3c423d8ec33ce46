"""The registry inside the gateway: opened by the settings, asked at its own path, and told of every operation."""

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncIterator, Mapping
from typing import Final

from gateway.app.serving import Serving
from gateway.errors import RequestError, TongfenError
from gateway.registry.api import RegistryApi
from gateway.registry.proposals import Terms
from gateway.registry.registry import CallBack, Registry, RegistryOptions
from gateway.registry.store import open_database
from gateway.registry.sub_markets import NAME, SUBGRAPH, SubMarkets
from gateway.registry.usage.recorder import Recorder
from gateway.resolvers.messages import Answer, GraphQLRequest, GraphQLResponse
from gateway.resolvers.subgraph_client.guard import AddressGuard
from gateway.resolvers.subgraph_client.local import AnswerLocally
from gateway.settings import Settings
from gateway.transport.asgi import AsgiApp, Receive, Scope, Send
from gateway.transport.endpoint import EndpointOptions, GraphQLEndpoint, GraphQLService, refusal, send_answer
from gateway.transport.graphiql import make_page
from gateway.transport.media_types import JSON
from gateway.types import SubgraphName

logger = logging.getLogger(__name__)

RETRY_SECONDS: Final = 1.0

SECRET_IN_URL: Final = re.compile(
    rb"tongfen_[0-9a-f]{12}|(?:^|&)(?:access_)?token=|(?:^|&)authorization=", re.IGNORECASE
)


def open_registry(settings: Settings) -> Registry | None:
    """The registry of the settings, if they have one. Raises SettingsError for a database that is none."""
    made = settings.registry
    if made.database is None or settings.supergraph.registry is None:
        return None
    options = RegistryOptions(
        environment=settings.supergraph.registry,
        open=made.open,
        terms=Terms(sdl_bytes=made.sdl_bytes, guard=AddressGuard.of(*made.networks)),
        per_minute=made.publishes_per_minute,
        built_in=(SUBGRAPH,) if made.sub_markets else (),
        record=made.usage.enabled,
        days=made.usage.days,
        flush_seconds=made.usage.flush,
        full_rate=made.usage.full_rate,
        probe=made.health.enabled,
        probe_seconds=made.health.interval,
        probe_timeout=made.health.timeout,
    )
    return Registry(open_database(made.database), options)


def registry_endpoint(registry: Registry, settings: Settings) -> AsgiApp:
    """The registry's GraphQL API, with its GraphiQL where the settings have one."""
    path = settings.registry.path
    options = EndpointOptions(
        path=path,
        body_bytes=2 * settings.registry.sdl_bytes + 100_000,  # an SDL in JSON is up to twice as long
        body_seconds=settings.limits.body_time,
        csrf_headers=settings.csrf.required_headers if settings.csrf.enabled else (),
    )
    page = make_page(path, examples=(), plan=False) if settings.graphiql.enabled else None
    return without_secrets_in_urls(GraphQLEndpoint(RegistryApi(registry), options=options, page=page))


def without_secrets_in_urls(inner: AsgiApp) -> AsgiApp:
    """Refuse a token in an address: addresses are written into logs and histories, so it must be thought of as lost."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if not SECRET_IN_URL.search(scope["query_string"]):
            await inner(scope, receive, send)
            return
        message = "A token must not be in an address: addresses are logged. Revoke it, and send its successor as 'authorization: Bearer …'."
        await send_answer(send, refusal(RequestError(message, code="TOKEN_IN_URL"), JSON))

    return app


def with_registry(registry: Registry, rest: AsgiApp, settings: Settings) -> AsgiApp:
    """The registry's own path goes to its API, everything else to ``rest``."""
    path, endpoint = settings.registry.path, registry_endpoint(registry, settings)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        is_registry = scope["type"] == "http" and scope["path"] == path
        await (endpoint if is_registry else rest)(scope, receive, send)

    return app


def local_subgraphs(registry: Registry) -> Mapping[SubgraphName, AnswerLocally]:
    """The subgraphs that are answered inside the gateway."""
    return {NAME: SubMarkets(registry.database, registry.options.environment).answer}


def record_operations(registry: Registry, service: GraphQLService) -> GraphQLService:
    """A service whose requests are recorded, where there is a registry that wants it."""
    if not registry.options.record:
        return service
    return Recording(service, registry.recorder)


class Recording:
    """A ``GraphQLService`` that tells the recorder of each request before the service inside answers it."""

    def __init__(self, inner: GraphQLService, recorder: Recorder) -> None:
        self._inner = inner
        self._recorder = recorder

    async def execute(self, request: GraphQLRequest) -> GraphQLResponse:
        """The answer of the service inside."""
        self._recorder.note(request)
        return await self._inner.execute(request)

    async def stream(self, request: GraphQLRequest) -> Answer:
        """The same for an answer in several payloads."""
        self._recorder.note(request)
        return await self._inner.stream(request)


@contextlib.asynccontextmanager
async def registry_at_work(registry: Registry, serving: Serving) -> AsyncIterator[None]:
    """Let the registry do its work as soon as its store is there, until the end."""
    if registry.options.open:
        logger.warning("The registry is open: anybody who reaches it may change what is served (registry.open)")

    async def start() -> None:
        while True:
            try:
                await registry.prepare()
                break
            except TongfenError as error:
                logger.warning("The registry waits for its store: %s", error.message)
            await asyncio.sleep(RETRY_SECONDS)
        registry.start(lambda: serving.supergraph.api_schema if serving.supergraph else None)

    starting = asyncio.create_task(start())
    try:
        yield
    finally:
        starting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await starting
        await registry.close()


class OpenRegistry:
    """The registry as a part of the gateway: see ``gateway.app.on_demand.RegistryPart``."""

    def __init__(self, registry: Registry, settings: Settings) -> None:
        self._registry, self._settings = registry, settings
        self.local = local_subgraphs(registry)

    def recorded(self, service: GraphQLService) -> GraphQLService:
        """See ``RegistryPart``."""
        return record_operations(self._registry, service)

    def may_call_back(self, call_back: CallBack) -> None:
        """See ``RegistryPart``."""
        self._registry.call_back = call_back

    def around(self, rest: AsgiApp) -> AsgiApp:
        """See ``RegistryPart``."""
        return with_registry(self._registry, rest, self._settings)

    def at_work(self, serving: Serving) -> contextlib.AbstractAsyncContextManager[None]:
        """See ``RegistryPart``."""
        return registry_at_work(self._registry, serving)


def open_part(settings: Settings) -> OpenRegistry | None:
    """The registry of the settings, if they have one. Raises SettingsError for a database that is none."""
    registry = open_registry(settings)
    return None if registry is None else OpenRegistry(registry, settings)
