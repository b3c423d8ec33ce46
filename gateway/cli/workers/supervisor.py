"""The parent of the workers: starts them, replaces one that dies, renews all one by one, and stops them.

It answers nothing itself and has no threads and no event loop, so that it can fork at any time: whatever goes wrong in a worker, the
parent is there to see it.
"""

import contextlib
import logging
import os
import selectors
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from gateway.cli.workers.board import Board, SlotPeers
from gateway.cli.workers.ports import Ports
from gateway.cli.workers.server import LINGER_SECONDS
from gateway.cli.workers.worker import BEYOND_DRAIN_SECONDS, Channels, MakeApp, Report, fork, run_worker
from gateway.errors import TongfenError
from gateway.settings import Limits

LOG: Final = logging.getLogger("gateway.workers")

STEADY_SECONDS: Final = 10.0
"""A worker that lived longer did not die of its start: it is replaced at once."""

FIRST_DELAY_SECONDS: Final = 0.5
LONGEST_DELAY_SECONDS: Final = 30.0

WATCH_SECONDS: Final = 1.0
"""How long to wait between two looks at what has changed."""

REPORTS: Final = msgspec.json.Decoder(Report)


@dataclass(frozen=True, slots=True)
class Plan:
    """What workers are made of. A new one comes with every reload, and with it every ``has_changed`` (if there is one) asks for."""

    make_app: MakeApp
    limits: Limits
    start_seconds: float
    drain_seconds: float
    has_changed: Callable[[], bool] | None = None


class Worker:
    """A worker as its parent sees it."""

    def __init__(self, slot: int, pid: int, reports: int) -> None:
        self.slot, self.pid, self.reports = slot, pid, reports
        self.started = time.monotonic()
        self.listening = self.ready = False
        self.failure = ""
        self.status: int | None = None
        self._unread = b""
        self.expected_to_end = False

    @property
    def has_ended(self) -> bool:
        return self.status is not None

    def signal(self, number: signal.Signals) -> None:
        """Tell it to stop, in the way that the signal stands for."""
        self.expected_to_end = True
        if not self.has_ended:
            os.kill(self.pid, number)

    def hear(self, data: bytes) -> None:
        """Take what came through its pipe; a report may come in pieces."""
        *lines, self._unread = (self._unread + data).split(b"\n")
        for report in map(REPORTS.decode, lines):
            self.listening = self.listening or report.listening
            self.ready = self.ready or report.ready
            self.failure = report.failure or self.failure

    def how_it_ended(self) -> str:
        if self.failure:
            return self.failure
        status = self.status or 0
        return f"signal {-status}" if status < 0 else f"exit code {status}"


class Supervisor:
    """The parent. ``renew`` reads the settings again, and raises TongfenError where they are wrong; ``on_end`` hears of ended workers.

    In ``folder`` workers leave what the others should know.
    """

    def __init__(
        self,
        ports: Ports,
        plan: Plan,
        *,
        folder: Path,
        renew: Callable[[], Plan],
        on_end: Callable[[int], None],
    ) -> None:
        self._ports = ports
        self._plan = plan
        self._folder = folder
        self._renew = renew
        self._on_end = on_end
        self._board = Board(ports.count)
        self._selector = selectors.DefaultSelector()
        self._workers: dict[int, Worker] = {}
        """The one that answers, or shall answer, in each slot."""
        self._all: dict[int, Worker] = {}
        """Each one that has not ended, by its pipe."""
        self._delays = [0.0] * ports.count
        self._restarts: dict[int, float] = {}
        """When slots without a worker get a new one."""
        self._life_read, self._life_write = os.pipe()
        self._wake_read, self._wake_write = os.pipe()
        self._stop: signal.Signals | None = None
        self._told_to_stop = 0
        self._is_up = False
        self._reload = False

    def run(self, *, on_listening: Callable[[], None]) -> None:
        """Keep the workers running until SIGTERM or SIGINT. ``on_listening`` is called when all listen for the first time.

        Raises TongfenError where a worker cannot be started at first.
        """
        with self._signals():
            try:
                self._start_all()
                self._is_up = True
                if self._stop is None:
                    on_listening()
                while self._stop is None:
                    has_changed = self._plan.has_changed
                    self._turn(WATCH_SECONDS if has_changed else None)
                    if self._reload or (has_changed and has_changed()):
                        self._reload_all()
            finally:
                self._stop_all(self._stop or signal.SIGTERM)

    def _start_all(self) -> None:
        for slot in range(self._ports.count):
            self._workers[slot] = self._fork(slot)
        first = list(self._workers.values())
        self._wait(lambda: all(each.listening for each in first) or any(each.has_ended for each in first))
        for worker in first:
            if worker.has_ended and self._stop is None:
                raise TongfenError(worker.failure or f"A worker ended at its start ({worker.how_it_ended()}).")

    def _reload_all(self) -> None:
        """Renew the workers one by one. Where the settings are wrong, or the first new worker cannot answer, all stays as it is."""
        self._reload = False
        before = self._plan
        try:
            self._plan = self._renew()
        except TongfenError as error:
            LOG.error("The settings stay as they were: %s", error.message)
            return
        for slot in sorted(self._workers):
            if self._stop is not None:
                return
            if not self._replace(slot):
                self._plan = before if slot == 0 else self._plan
                LOG.error("Worker %d and those after it stay as they were", slot)
                return
        LOG.info("All workers have been renewed")

    def _replace(self, slot: int) -> bool:
        """Put a new worker in a slot, and stop the old one when the new one can answer; False where it cannot in time."""
        new = self._fork(slot)
        self._wait(lambda: new.ready or new.has_ended, seconds=self._plan.start_seconds)
        if self._stop is not None:
            return False
        if not new.ready:
            reason = new.how_it_ended() if new.has_ended else f"it was not ready after {self._plan.start_seconds:g} s"
            LOG.error("The new worker %d cannot take over: %s", slot, reason)
            self._end([new], signal.SIGKILL, 0.0)
            return False
        old, self._workers[slot] = self._workers[slot], new
        self._restarts.pop(slot, None)
        self._end([old], signal.SIGTERM, self._patience())
        return True

    def _turn(self, seconds: float | None) -> None:
        """Take what comes next: a signal, a report, the end of a worker, or the time to restart one."""
        now = time.monotonic()
        waits = [at - now for at in self._restarts.values()] + ([] if seconds is None else [seconds])
        for key, _ in self._selector.select(max(0.0, min(waits)) if waits else None):
            if key.fd == self._wake_read:
                os.read(self._wake_read, 1024)
            else:
                self._read(self._all[key.fd])
        for slot in [slot for slot, at in self._restarts.items() if at <= time.monotonic() and self._stop is None]:
            self._restart(slot)

    def _restart(self, slot: int) -> None:
        """Fill a slot whose worker has died. What cannot be done now is tried again: the others must not end for it."""
        del self._restarts[slot]
        try:
            self._workers[slot] = self._fork(slot)
        except (OSError, TongfenError) as error:
            LOG.error("Worker %d cannot be started: %s", slot, error)
            self._restarts[slot] = time.monotonic() + LONGEST_DELAY_SECONDS

    def _read(self, worker: Worker) -> None:
        heard = os.read(worker.reports, 65_536)
        worker.hear(heard)
        if not heard:
            self._bury(worker)

    def _bury(self, worker: Worker) -> None:
        """A worker has ended: see to it that another one takes its place, unless it was told to end."""
        self._selector.unregister(worker.reports)
        os.close(worker.reports)
        del self._all[worker.reports]
        _, status = os.waitpid(worker.pid, 0)
        worker.status = os.waitstatus_to_exitcode(status)
        self._on_end(worker.pid)
        if self._workers.get(worker.slot) is not worker:
            return
        self._board.clear(worker.slot)
        if not worker.expected_to_end and self._is_up:
            self._schedule(worker)

    def _schedule(self, worker: Worker) -> None:
        slot = worker.slot
        lived = time.monotonic() - worker.started
        delay = 0.0 if lived > STEADY_SECONDS else self._delays[slot]
        self._delays[slot] = min(max(FIRST_DELAY_SECONDS, delay * 2), LONGEST_DELAY_SECONDS)
        self._restarts[slot] = time.monotonic() + delay
        if delay:
            self._ports.withdraw(slot)
        LOG.error(
            "Worker %d (process %d) ended after %.1f s: %s; it is replaced %s",
            slot,
            worker.pid,
            lived,
            worker.how_it_ended(),
            f"in {delay:g} s" if delay else "at once",
        )

    def _fork(self, slot: int) -> Worker:
        read, write = os.pipe()
        channels = Channels(write, self._life_read)
        peers = SlotPeers(self._board, slot, self._folder, lambda: channels.tell(Report(ready=True)))
        plan, listening = self._plan, self._ports.take(slot)

        def work() -> int:
            self._forget_parent(read)
            self._ports.keep_only(slot)
            return run_worker(
                plan.make_app, peers, listening, channels, limits=plan.limits, drain_seconds=plan.drain_seconds
            )

        pid = fork(work)
        os.close(write)
        worker = self._all[read] = Worker(slot, pid, read)
        self._selector.register(read, selectors.EVENT_READ)
        return worker

    def _forget_parent(self, own_reports: int) -> None:
        """In the child: let go of what is the parent's, above all of the end of the pipe that tells of its death."""
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        self._selector.close()
        for descriptor in (self._life_write, self._wake_read, self._wake_write, own_reports, *self._all):
            os.close(descriptor)

    def _wait(self, condition: Callable[[], bool], *, seconds: float | None = None) -> None:
        """Take what comes until the condition holds, the time is up, or everything is to stop."""
        end = None if seconds is None else time.monotonic() + seconds
        while not condition() and self._stop is None:
            left = None if end is None else end - time.monotonic()
            if left is not None and left <= 0:
                return
            self._turn(left)

    def _patience(self) -> float:
        return self._plan.drain_seconds + LINGER_SECONDS + BEYOND_DRAIN_SECONDS

    def _end(self, workers: Sequence[Worker], number: signal.Signals, seconds: float) -> None:
        """Stop workers by a signal, and kill what has not ended in time. A second signal to the parent kills them at once."""
        for worker in workers:
            worker.signal(number)
        end = time.monotonic() + seconds
        told = self._told_to_stop
        while not all(worker.has_ended for worker in workers) and time.monotonic() < end and self._told_to_stop == told:
            self._turn(end - time.monotonic())
        for worker in workers:
            worker.signal(signal.SIGKILL)
        while not all(worker.has_ended for worker in workers):
            self._turn(None)

    def _stop_all(self, number: signal.Signals) -> None:
        self._restarts.clear()
        self._ports.close()  # or connections would go on queueing up for nobody
        self._end(list(self._all.values()), number, self._patience())
        self._selector.close()
        for descriptor in (self._life_read, self._life_write, self._wake_read, self._wake_write):
            os.close(descriptor)

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        """Hear SIGTERM and SIGINT, which stop, and SIGHUP, which reloads."""
        os.set_blocking(self._wake_write, False)
        self._selector.register(self._wake_read, selectors.EVENT_READ)
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        before = {
            number: signal.signal(number, lambda number, _: self._hear(signal.Signals(number)))
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
        }
        try:
            yield
        finally:
            signal.set_wakeup_fd(-1)
            for number, handler in before.items():
                signal.signal(number, handler)

    def _hear(self, number: signal.Signals) -> None:
        if number is signal.SIGHUP:
            self._reload = True
        else:
            self._told_to_stop += 1
            self._stop = number
