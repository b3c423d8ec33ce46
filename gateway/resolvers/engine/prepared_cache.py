"""The operations that are ready to run: a bounded number, the least recently used goes first."""

from collections import OrderedDict

from gateway.resolvers.engine.ready import ReadyOperation
from gateway.types import Label

PreparedKey = tuple[str, str | None, frozenset[Label]]
"""An operation's text, its name, and the labels that are active: all that a plan depends on."""


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
