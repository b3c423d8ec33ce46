"""From settings to WebSockets for clients."""

from gateway.settings import Settings
from gateway.transport.asgi import AsgiApp, Receive, Scope, Send
from gateway.transport.authentication import AuthenticatingService
from gateway.transport.endpoint import GraphQLService
from gateway.transport.websocket import WebSocketEndpoint, WebSocketOptions


def socket_endpoint(service: GraphQLService, authenticated: GraphQLService, settings: Settings) -> WebSocketEndpoint:
    """WebSockets for ``service``. Where ``authenticated`` reads tokens, a connection with one that does not count is refused at once."""
    admit = authenticated.authenticate if isinstance(authenticated, AuthenticatingService) else None
    return WebSocketEndpoint(service, options=socket_options(settings), admit=admit)


def socket_options(settings: Settings) -> WebSocketOptions:
    ours = settings.subscriptions
    return WebSocketOptions(
        connections=ours.connections,
        operations=ours.per_connection,
        init_seconds=ours.init_time,
        init_headers=frozenset(ours.init_headers),
        keep_alive=ours.keep_alive,
        message_bytes=ours.message_bytes,
        origins=frozenset(settings.cors.origins),
    )


def with_sockets(app: AsgiApp, path: str, sockets: WebSocketEndpoint) -> AsgiApp:
    """An application that takes WebSockets at ``path``, and refuses those elsewhere."""

    async def routed(scope: Scope, receive: Receive, send: Send) -> None:  # servers want a coroutine function
        if scope["type"] != "websocket":
            await app(scope, receive, send)
        elif scope["path"] == path:
            await sockets(scope, receive, send)
        else:
            await refuse(scope, receive, send)

    return routed


async def refuse(_: Scope, receive: Receive, send: Send) -> None:
    """Take no WebSocket."""
    await receive()
    await send({"type": "websocket.close", "code": 1000})
