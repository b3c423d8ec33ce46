"""The operations that are ready to run: a bounded number, the least recently used goes first."""

import heapq
from collections import OrderedDict
from dataclasses import dataclass

from gateway.resolvers.engine.access import ALL_MET, Unmet
from gateway.resolvers.engine.ready import ReadyOperation, Setting
from gateway.types import Label

PreparedKey = tuple[str, str | None, frozenset[Label], Unmet]
"""An operation's text, its name, the labels that are active, and what its user does not meet: all that a plan depends on."""


@dataclass(frozen=True, slots=True)
class KnownOperation:
    """An operation that an engine has run: another may prepare it in advance.

    ``labels`` were active, ``unmet`` were its user's; ``settings`` are those of its conditions that it came with.
    """

    query: str
    operation_name: str | None = None
    labels: frozenset[Label] = frozenset()
    unmet: Unmet = ALL_MET
    settings: tuple[Setting, ...] = ((),)


class PreparedCache:
    """Keeps at most ``size`` prepared operations."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[PreparedKey, ReadyOperation] = OrderedDict()

    def get(self, key: PreparedKey) -> ReadyOperation | None:
        """The operation kept under ``key``, which thereby was used last."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def put(self, key: PreparedKey, ready: ReadyOperation) -> None:
        """Keep an operation, and forget the one that was used longest ago if there are too many."""
        self._kept[key] = ready
        if len(self._kept) > self._size:
            self._kept.popitem(last=False)

    def most_used(self, count: int) -> tuple[KnownOperation, ...]:
        """So many of the kept operations, the most used first."""
        best = heapq.nlargest(count, self._kept.items(), key=lambda item: item[1].uses)
        return tuple(KnownOperation(*key, ready.settings) for key, ready in best)
