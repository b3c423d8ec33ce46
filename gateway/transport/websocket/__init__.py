"""GraphQL over WebSockets, to clients: ``graphql-transport-ws`` and the older ``graphql-ws``."""

from gateway.transport.websocket.endpoint import WebSocketEndpoint
from gateway.transport.websocket.options import WebSocketOptions

__all__ = ["WebSocketEndpoint", "WebSocketOptions"]
