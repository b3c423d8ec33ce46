"""Start and stop what takes part in a run: a process group each, pinned to its own core where the machine has enough."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

START_SECONDS = 60.0


def free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


def pinned(command: Sequence[str], core: int) -> list[str]:
    cores = os.cpu_count() or 1
    return ["taskset", "-c", str(core % cores), *command] if cores > 1 else list(command)


@contextmanager
def running(
    command: Sequence[str],
    *,
    port: int,
    core: int,
    log: Path,
    folder: Path | None = None,
    environment: Mapping[str, str],
) -> Iterator[int]:
    """Run a server until the block ends; gives its process group. Raises RuntimeError with its last words if it dies."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            pinned(command, core),
            cwd=folder,
            env={**os.environ, "PORT": str(port), **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_for_port(process, port, log)
        yield process.pid
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_for_port(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"{process.args!r} did not start:\n{log.read_text()[-2000:]}")


def resident_megabytes(group: int) -> float:
    """The memory of all processes of a group, as the kernel counts it (RSS)."""
    total = 0
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue  # The process ended while we looked.
        if int(fields[2]) == group:
            total += int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
    return total / 1_000_000
