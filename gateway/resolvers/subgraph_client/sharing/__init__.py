"""Identical queries to one subgraph that are under way at the same time are one request."""

from gateway.resolvers.subgraph_client.sharing.client import SharingClient

__all__ = ["SharingClient"]
