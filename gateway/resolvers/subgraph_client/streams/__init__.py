"""Subscriptions to subgraphs: WebSockets, server-sent events, multipart responses and callbacks, shared by those who ask the same."""

from gateway.resolvers.subgraph_client.streams.shared import StreamOptions, WhenSlow
from gateway.resolvers.subgraph_client.streams.source import StreamSource
from gateway.resolvers.subgraph_client.streams.target import StreamProtocol, StreamTarget

__all__ = ["StreamOptions", "StreamProtocol", "StreamSource", "StreamTarget", "WhenSlow"]
