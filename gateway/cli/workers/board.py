"""What the processes of one port know of each other: a byte of shared memory for each worker."""

import mmap
from collections.abc import Callable
from pathlib import Path

READY = 1


class Board:
    """Which workers can answer. Made by the parent, and inherited by the workers that it forks."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._ready = mmap.mmap(-1, count)

    def set_ready(self, slot: int) -> None:
        """The worker in this slot can answer."""
        self._ready[slot] = READY

    def clear(self, slot: int) -> None:
        """There is no worker in this slot."""
        self._ready[slot] = 0

    def waiting(self) -> int:
        """How many workers cannot answer yet."""
        return self._count - sum(self._ready[:])

    def count(self) -> int:
        return self._count


class SlotPeers:
    """``gateway.app.Peers`` of the worker in one slot. ``on_ready`` is called when it is ready."""

    def __init__(self, board: Board, slot: int, folder: Path, on_ready: Callable[[], None]) -> None:
        self._board, self._slot, self._on_ready = board, slot, on_ready
        self.name, self.folder = str(slot), folder

    def tell_ready(self) -> None:
        """Write it on the board, and tell the parent."""
        self._board.set_ready(self._slot)
        self._on_ready()

    @property
    def reasons(self) -> tuple[str, ...]:
        """How many workers are missing."""
        waiting = self._board.waiting()
        return (f"{waiting} of {self._board.count()} workers are not ready yet.",) if waiting else ()
