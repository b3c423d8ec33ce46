"""One worker: a forked process that answers on its socket until it is told to stop, or until its parent is gone."""

import asyncio
import contextlib
import gc
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from gateway.app import Peers
from gateway.cli.leash import watch
from gateway.cli.workers.server import LINGER_SECONDS, PoliteServer, server_config
from gateway.errors import TongfenError
from gateway.settings import Limits
from gateway.transport.asgi import AsgiApp

FAILED: Final = 1
"""The exit code of a worker that cannot start; its reason was reported."""

BEYOND_DRAIN_SECONDS: Final = 5.0
"""How much longer than its drain a worker may take to stop before it is killed."""

MakeApp = Callable[[Peers], AsgiApp]
"""Makes the application; raises TongfenError where the settings do not allow it."""


class Report(msgspec.Struct, omit_defaults=True):
    """What a worker tells its parent, as one line of JSON: that it listens, that it can answer, or why it cannot start."""

    listening: bool = False
    ready: bool = False
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Channels:
    """A worker's ends of its pipes: ``reports`` to write to, and ``life``, which ends with the parent."""

    reports: int
    life: int

    def tell(self, report: Report) -> None:
        """Write a report. A parent that is gone hears nothing."""
        with contextlib.suppress(BrokenPipeError):
            os.write(self.reports, msgspec.json.encode(report) + b"\n")


def run_worker(
    make_app: MakeApp,
    peers: Peers,
    listening: socket.socket,
    channels: Channels,
    *,
    limits: Limits,
    drain_seconds: float,
) -> int:
    """Answer until a signal ends it; gives the exit code. SIGTERM stops politely, SIGINT at once."""
    grace = drain_seconds + LINGER_SECONDS + BEYOND_DRAIN_SECONDS
    threading.Thread(target=watch, args=(channels.life, grace), daemon=True).start()
    try:
        config = server_config(make_app(peers), limits, drain_seconds=drain_seconds)
    except TongfenError as error:
        channels.tell(Report(failure=error.message))
        return FAILED
    server = PoliteServer(config, lambda: channels.tell(Report(listening=True)))
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(serve(server, listening))
    return 0


async def serve(server: PoliteServer, listening: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, server.stop)
    loop.add_signal_handler(signal.SIGINT, server.stop_at_once)
    await server.serve(sockets=[listening])


def fork(work: Callable[[], int]) -> int:
    """Start a process that does this and ends with the exit code that it gives; gives its id."""
    sys.stdout.flush()
    sys.stderr.flush()
    gc.freeze()  # what is there stays as it is, so that its memory stays shared
    pid = os.fork()
    if pid:
        return pid
    code = FAILED
    try:
        code = work()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else FAILED
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)
