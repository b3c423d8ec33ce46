"""Answers that are kept: entries, the stores that keep them, and what makes them invalid.

``redis_store`` is not imported here: its libraries take time that only those spend who use it.
"""

from gateway.resolvers.cache.entry import LONGEST_SECONDS, MISS, Entry, Miss
from gateway.resolvers.cache.memory import MemoryStore
from gateway.resolvers.cache.store import Invalidated, Store, StoreFigures

__all__ = [
    "LONGEST_SECONDS",
    "MISS",
    "Entry",
    "Invalidated",
    "MemoryStore",
    "Miss",
    "Store",
    "StoreFigures",
]
