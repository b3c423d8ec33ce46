"""Tongfen's gateway: one GraphQL endpoint composed from many subgraphs."""

__version__ = "0.1.0"
