"""The WebSocket side of the GraphQL endpoint: who may connect, and in which protocol."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from gateway.transport.asgi import Receive, Scope, Send, read_headers
from gateway.transport.endpoint import GraphQLService
from gateway.transport.websocket.channel import Channel
from gateway.transport.websocket.options import DIALECTS, TRANSPORT_WS, Close, Dialect, WebSocketOptions
from gateway.transport.websocket.session import Admit, Session


class WebSocketEndpoint:
    """An ASGI application for WebSockets at one route. ``admit`` is asked once for each connection."""

    def __init__(self, service: GraphQLService, *, options: WebSocketOptions, admit: Admit | None = None) -> None:
        self._service, self._options, self._admit = service, options, admit
        self._open = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection to its end."""
        await receive()  # websocket.connect
        headers = read_headers(scope)
        if not is_welcome(headers, self._options.origins):
            return await send({"type": "websocket.close", "code": int(Close.FORBIDDEN)})
        dialect = choose_dialect(scope.get("subprotocols", ()))
        name = dialect.name if dialect is not None else None
        await send({"type": "websocket.accept", "subprotocol": name})
        channel = Channel(receive, send, message_bytes=self._options.message_bytes)
        if dialect is None:
            return await channel.close(Close.NO_SUBPROTOCOL, "Subprotocol not acceptable")
        if self._open >= self._options.connections:
            return await channel.close(Close.TRY_AGAIN_LATER, "The gateway has as many connections as it can")
        self._open += 1
        try:
            await Session(channel, dialect, self._service, headers, self._options, self._admit).run()
        finally:
            self._open -= 1


def choose_dialect(offered: Sequence[str]) -> Dialect | None:
    """The best of the offered protocols that is spoken here. Who offers none at all gets the current one."""
    if not offered:
        return TRANSPORT_WS
    return next((dialect for dialect in DIALECTS if dialect.name in offered), None)


def is_welcome(headers: Mapping[str, str], origins: frozenset[str]) -> bool:
    """Whether a page of this origin may connect: browsers ask nobody before they do (RFC 6455, section 10.2).

    Programs have no origin. Pages of the endpoint's own host may always.
    """
    origin = headers.get("origin")
    if origin is None or "*" in origins or origin.lower() in origins:
        return True
    return urlsplit(origin).netloc.lower() == headers.get("host", "").lower()
