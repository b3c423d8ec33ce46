"""The figures of all workers: each leaves its own in a file, several times a second, and whoever is asked adds them up.

What a worker counted outlives it, so that no sum ever falls; what it had at the moment of its death does not.
"""

import asyncio
import contextlib
import os
from pathlib import Path
from typing import Final

import msgspec

from gateway.telemetry.metrics.figures import Figures, Snapshot, add_up

WRITE_SECONDS: Final = 0.25
"""How old the figures of the other workers are at most."""

SUFFIX: Final = ".figures"


class Ended(msgspec.Struct):
    """What workers that have ended had counted."""

    pids: list[int]
    figures: Snapshot


FIGURES: Final = msgspec.msgpack.Decoder(Snapshot)
ENDED: Final = msgspec.msgpack.Decoder(Ended)


class WorkerFigures:
    """The figures of this process, together with those of its peers where these leave theirs in ``folder``."""

    def __init__(self, figures: Figures, folder: Path | None) -> None:
        self._figures = figures
        self._folder = folder
        self._written = b""

    def total(self) -> Snapshot:
        """The sum over all workers."""
        if self._folder is None:
            return add_up([self._figures.snapshot()])
        return add_up([*others(self._folder, os.getpid()), self._figures.snapshot()])

    async def keep_writing(self) -> None:
        """Leave the figures for the others until cancelled, and once more then."""
        if self._folder is None:
            return
        try:
            while True:
                self._write(self._folder)
                await asyncio.sleep(WRITE_SECONDS)
        finally:
            self._write(self._folder)

    def _write(self, folder: Path) -> None:
        data = msgspec.msgpack.encode(self._figures.snapshot())
        if data != self._written:
            self._written = data
            with contextlib.suppress(OSError):  # a folder that is gone, or a disk that is full, stops no request
                write(folder / f"{os.getpid()}{SUFFIX}", data)


def others(folder: Path, own: int) -> list[Snapshot]:
    """What the other workers have left, those that have ended included."""
    left: dict[int, Snapshot] = {}
    for path in folder.glob(f"*{SUFFIX}"):
        with contextlib.suppress(FileNotFoundError):  # its worker has just ended
            left[int(path.stem)] = FIGURES.decode(path.read_bytes())
    ended = read_ended(folder)  # last, so that who ends meanwhile is counted once: here
    return [ended.figures, *(figures for pid, figures in left.items() if pid != own and pid not in ended.pids)]


def retire(folder: Path, pid: int) -> None:
    """In the parent: a worker has ended. Keep what it counted, but not what it had."""
    path = folder / f"{pid}{SUFFIX}"
    try:
        left = FIGURES.decode(path.read_bytes())
    except OSError:
        return  # it never wrote any
    ended = read_ended(folder)
    counted = [family for family in left if family.kind != "gauge"]
    alive = {int(each.stem) for each in folder.glob(f"*{SUFFIX}")}
    pids = [each for each in ended.pids if each in alive]
    with contextlib.suppress(OSError):  # a disk that is full: the file stays, and is counted on
        write(folder / "ended", msgspec.msgpack.encode(Ended([*pids, pid], add_up([ended.figures, counted]))))
        path.unlink()


def read_ended(folder: Path) -> Ended:
    try:
        return ENDED.decode((folder / "ended").read_bytes())
    except FileNotFoundError:
        return Ended([], [])


def write(path: Path, data: bytes) -> None:
    """Write a file so that nobody reads half of it."""
    part = path.with_suffix(".part")
    part.write_bytes(data)
    part.replace(path)
