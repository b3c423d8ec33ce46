"""One market as an ASGI application: POST /graphql, and whether it lives and is ready."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import msgspec
from sqlalchemy import MetaData, Table, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry.asgi import ASGIWebSocketAdapter, GraphQL
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_WS_PROTOCOL

from subgraphs.kit.context import Clock, Context, make_context, open_events, system_clock
from subgraphs.kit.events import Events
from subgraphs.kit.schema import MarketSchema
from subgraphs.kit.tokens import Tokens

Chore = Callable[[AsyncEngine, Events, Clock], Coroutine[Any, Any, None]]
"""What a market does beside answering, until it is cancelled."""

_PROTOCOLS: Final = (GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL)


def create_app(
    schema: MarketSchema,
    metadata: MetaData,
    database: AsyncEngine,
    *,
    clock: Clock = system_clock,
    tokens: Tokens | None = None,
    chores: Sequence[Chore] = (),
    redis_url: str | None = None,
) -> Starlette:
    """Make a market's application over its open database, which it closes when it is shut down itself.

    With ``tokens`` it asks who acts; without them everybody may do everything. The ``chores`` are done meanwhile.
    With ``redis_url`` events go by Redis: several processes may then serve one SQLite file.
    """
    health, events = _Health(database, metadata), open_events(database, redis_url)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(chore(database, events, clock)) for chore in chores]
        yield
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await events.close()
        await database.dispose()

    endpoint = _Endpoint(schema, database, clock, events, tokens)
    routes = [
        Route("/graphql", endpoint, methods=["POST"]),
        WebSocketRoute("/graphql", endpoint),
        Route("/health/live", _live, methods=["GET"]),
        Route("/health/ready", health.ready, methods=["GET"]),
    ]
    app = Starlette(routes=routes, lifespan=lifespan)
    app.router.redirect_slashes = False  # one address for one thing
    app.state.events = events
    return app


class _WebSocket(ASGIWebSocketAdapter):
    """Strawberry's WebSocket, whose messages are text while answers over HTTP are bytes."""

    async def send_json(self, message: Mapping[str, object]) -> None:
        try:
            await self.ws.send_text(msgspec.json.encode(message).decode())
        except WebSocketDisconnect as error:
            raise WebSocketDisconnected from error


class _Endpoint(GraphQL[Context, None]):
    """Strawberry's endpoint with a new context for each request; no page for browsers, no query by GET.

    Subscriptions come by WebSocket, or as server-sent events to who accepts them.
    """

    websocket_adapter_class = _WebSocket

    def __init__(
        self, schema: MarketSchema, database: AsyncEngine, clock: Clock, events: Events, tokens: Tokens | None
    ) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=False,
            subscription_protocols=_PROTOCOLS,
            max_subscriptions_per_connection=None,  # a gateway has all of its clients' on one
        )
        self._database, self._clock, self._events, self._tokens = database, clock, events, tokens

    def encode_json(self, data: object) -> bytes:
        """Write an answer, some five times faster than the standard library does."""
        return msgspec.json.encode(data)

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:  # noqa: ARG002 - Strawberry's signature
        actor = None if self._tokens is None else self._tokens.actor(request.headers)
        return make_context(self._database, self._clock, self._events, actor)


async def _live(_request: Request) -> Response:
    return JSONResponse({"status": "live"})


class _Health:
    """Whether the database answers, and has the market's tables."""

    def __init__(self, database: AsyncEngine, metadata: MetaData) -> None:
        self._database = database
        self._table: Table = metadata.sorted_tables[0]  # tables are created all at once: one stands for all

    async def ready(self, _request: Request) -> Response:
        try:
            async with self._database.connect() as connection:
                await connection.execute(select(self._table).limit(0))
        except (SQLAlchemyError, OSError):
            return JSONResponse({"status": "unavailable", "reason": "the database does not answer"}, status_code=503)
        return JSONResponse({"status": "ready"})
