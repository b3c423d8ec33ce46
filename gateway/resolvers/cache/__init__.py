"""Answers that are kept: entries, the stores that keep them, and what makes them invalid."""

from gateway.resolvers.cache.entry import LONGEST_SECONDS, MISS, Entry, Miss
from gateway.resolvers.cache.memory import MemoryStore
from gateway.resolvers.cache.redis_store import RedisOptions, RedisStore
from gateway.resolvers.cache.store import Invalidated, Store, StoreFigures

__all__ = [
    "LONGEST_SECONDS",
    "MISS",
    "Entry",
    "Invalidated",
    "MemoryStore",
    "Miss",
    "RedisOptions",
    "RedisStore",
    "Store",
    "StoreFigures",
]
