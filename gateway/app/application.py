"""The onion: the hot route by bare ASGI, everything else by Starlette, and what lives as long as the server does."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Coroutine
from typing import Any, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Route

from gateway.app.authentication import with_authentication
from gateway.app.cache_desk import Desk
from gateway.app.caching import AnswerCache
from gateway.app.clients import make_client
from gateway.app.documents import make_documents
from gateway.app.engine import connect
from gateway.app.held import Engine
from gateway.app.last_good import LastGood
from gateway.app.loaded import Loader
from gateway.app.on_demand import CallbackPart, StreamsOnDemand
from gateway.app.parts import Parts, make_parts
from gateway.app.peers import ALONE, Peers, SharedReadiness, when_ready
from gateway.app.serving import Serving
from gateway.app.sockets import socket_endpoint, with_sockets
from gateway.resolvers.subgraph_client.partitions import MemberBook
from gateway.schema.supergraph import Supergraph
from gateway.settings import Cors, Settings
from gateway.settings.subscriptions import OnNewSchema
from gateway.transport.admission import Admission
from gateway.transport.asgi import AsgiApp, Receive, Scope, Send
from gateway.transport.cache_desk import cache_routes
from gateway.transport.callbacks import callback_route
from gateway.transport.compression import Compressing, Compression
from gateway.transport.endpoint import EndpointOptions, GraphQLEndpoint, GraphQLService, Page
from gateway.transport.graphiql import asset_routes, assets_path, make_page, ownership_route, read_examples
from gateway.transport.health import health_routes
from gateway.transport.not_found import http_failure
from gateway.transport.uploads import UploadOptions

FIRST_LOOK_SECONDS: Final = 5.0
"""How long the port waits for the first attempt to load: mostly the first request finds the gateway ready."""


def make_app(settings: Settings, loader: Loader, *, peers: Peers = ALONE) -> AsgiApp:
    """The gateway. Its lifespan follows the supergraph in the background, and closes the connections to subgraphs.

    It is ready when it and its ``peers`` are.
    """
    parts = make_parts(settings, peers)
    serving = make_serving(settings, loader, parts)
    path = settings.graphql.path
    page = graphiql_page(settings) if settings.graphiql.enabled else None
    authenticated = make_service(settings, serving, parts)
    service = Admission(authenticated, settings.limits.concurrent_requests, streams=settings.subscriptions.open)
    endpoint = GraphQLEndpoint(service, options=endpoint_options(settings), page=page)
    rest = Starlette(
        routes=[
            *health_routes(SharedReadiness(serving, peers)),
            *parts.telemetry.routes(),
            *(console_routes(settings, serving, parts.members) if page else ()),
            *(desk_routes(parts.cache) if parts.cache else ()),
            *(callback_routes(parts.callbacks, settings) if parts.callbacks else ()),
        ],
        exception_handlers={HTTPException: http_failure(path)},
        lifespan=lambda _: lifespan(serving, parts, peers),
    )
    rest.router.redirect_slashes = False  # a path is right or unknown
    hot = compressed(parts.telemetry.endpoint(endpoint), settings)
    routed = hot_route(path, hot, parts.registry.around(rest) if parts.registry else rest)
    return with_sockets(with_cors(routed, settings.cors), path, socket_endpoint(service, authenticated, settings))


def make_service(settings: Settings, serving: Serving, parts: Parts) -> GraphQLService:
    """What stands between admission and the engine, from the outside in: tokens, documents, telemetry, the registry's record."""
    recorded = parts.registry.recorded(serving) if parts.registry else serving
    service = parts.telemetry.service(recorded)
    service = make_documents(settings.documents, service, parts.shared)
    return with_authentication(settings.authentication, service)


def desk_routes(cache: AnswerCache) -> list[Route]:
    """Where what is kept can be called back, if anyone has a token for it."""
    desk = Desk(cache)
    return cache_routes(desk) if desk.has_tokens else []


def callback_routes(callbacks: CallbackPart, settings: Settings) -> list[Route]:
    """Where subgraphs post events."""
    path, limit = settings.subscriptions.callback.path, settings.traffic.response_bytes
    return [callback_route(path, callbacks, limit=limit, seconds=settings.limits.body_time)]


def make_serving(settings: Settings, loader: Loader, parts: Parts) -> Serving:
    """What answers from the loader's newest good supergraph, as the settings have it."""

    async def connect_engine(supergraph: Supergraph) -> Engine:
        streams = StreamsOnDemand(supergraph, settings, parts.members, parts.callbacks)
        client = make_client(supergraph, settings.traffic, parts, streams)
        return await connect(supergraph, client, settings, parts.cache, parts.telemetry.observer)

    source = settings.supergraph
    last_good = LastGood(source.last_good) if source.last_good else None
    serving = Serving(
        loader,
        connect_engine,
        last_good=last_good,
        drain_seconds=source.drain,
        resubscribe=settings.subscriptions.on_new_schema is OnNewSchema.RESUBSCRIBE,
        members=parts.members,
    )
    parts.telemetry.watch_serving(serving)
    return serving


def with_cors(app: AsgiApp, cors: Cors) -> AsgiApp:
    """An application that tells browsers which sites' pages may read its answers; the same one where none may."""
    if not cors.origins:
        return app
    return CORSMiddleware(
        app,
        allow_origins=cors.origins,
        allow_methods=("GET", "POST"),
        allow_headers=cors.request_headers or ("*",),
        allow_credentials=cors.credentials,
        expose_headers=cors.response_headers,
        max_age=int(cors.max_age),
    )


def compressed(app: AsgiApp, settings: Settings) -> AsgiApp:
    """An application whose responses are compressed for clients that ask for it; the same one where none may be."""
    options = settings.compression
    return Compressing(app, Compression(**options.model_dump(exclude={"enabled"}))) if options.enabled else app


def hot_route(path: str, endpoint: AsgiApp, rest: AsgiApp) -> AsgiApp:
    """Requests for ``path``, and for documents named below it, go straight to the endpoint; ``rest`` takes all others, and the lifespan."""

    below = f"{path}/"

    def app(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:  # no coroutine of its own
        is_hot = scope["type"] == "http" and (
            scope["path"] == path or (len(scope["path"]) > len(below) and scope["path"].startswith(below))
        )
        return (endpoint if is_hot else rest)(scope, receive, send)

    return app


@contextlib.asynccontextmanager
async def lifespan(serving: Serving, parts: Parts, peers: Peers) -> AsyncIterator[None]:
    """Follow the supergraph, and let the parts work, until the end."""
    async with contextlib.AsyncExitStack() as stack:
        if parts.cache is not None:
            stack.push_async_callback(parts.cache.close)
        stack.push_async_callback(serving.close)
        if parts.callbacks is not None:
            await stack.enter_async_context(parts.callbacks.at_work())
        if parts.registry is not None:
            await stack.enter_async_context(parts.registry.at_work(serving))
        await stack.enter_async_context(in_background(serving.run()))
        await stack.enter_async_context(in_background(when_ready(serving, peers.tell_ready)))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(serving.tried(), FIRST_LOOK_SECONDS)
        await stack.enter_async_context(parts.telemetry.running())
        yield


@contextlib.asynccontextmanager
async def in_background(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Work that goes on meanwhile, and is cancelled at the end."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def console_routes(settings: Settings, serving: Serving, members: MemberBook) -> list[BaseRoute]:
    """The files of GraphiQL; and which sub-market answers what, where plans may be seen."""
    path = settings.graphql.path
    routes: list[BaseRoute] = list(asset_routes(path))
    if settings.graphql.expose_query_plan:
        address = f"{assets_path(path)}/supergraph.json"
        routes.insert(0, ownership_route(address, lambda: serving.supergraph, members.of))
    return routes


def graphiql_page(settings: Settings) -> Page:
    """GraphiQL with the examples of the settings. Raises SettingsError if these cannot be read."""
    folder = settings.graphiql.examples
    examples = read_examples(folder) if folder else ()
    return make_page(settings.graphql.path, examples=examples, plan=settings.graphql.expose_query_plan)


def endpoint_options(settings: Settings) -> EndpointOptions:
    """What the settings let through."""
    return EndpointOptions(
        path=settings.graphql.path,
        body_bytes=settings.limits.body_bytes,
        body_seconds=settings.limits.body_time,
        csrf_headers=settings.csrf.required_headers if settings.csrf.enabled else (),
        expose_plan=settings.graphql.expose_query_plan,
        heartbeat=settings.subscriptions.keep_alive,
        batch=settings.limits.batch,
        uploads=upload_options(settings) if settings.uploads.enabled else None,
    )


def upload_options(settings: Settings) -> UploadOptions:
    """How files are taken."""
    limits, uploads = settings.limits, settings.uploads
    return UploadOptions(uploads.files, uploads.file_bytes, limits.body_bytes, limits.body_time)
