"""Start and stop what takes part in a run: a process group each, pinned to cores of its own."""

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


def pinned(command: Sequence[str], cores: str) -> list[str]:
    return ["taskset", "-c", cores, *command]


@contextmanager
def running(
    command: Sequence[str],
    *,
    port: int,
    cores: str,
    log: Path,
    folder: Path | None = None,
    environment: Mapping[str, str],
) -> Iterator[int]:
    """Run a server until the block ends; gives its process group. Raises RuntimeError with its last words if it dies."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            pinned(command, cores),
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


def megabytes(group: int) -> float:
    """The memory of all processes of a group; what several of them share counts once (PSS)."""
    total = 0
    for process in processes(group):
        try:
            lines = (process / "smaps_rollup").read_text().splitlines()
        except OSError:
            continue  # The process ended while we looked.
        total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total * 1024 / 1_000_000


def processes(group: int) -> Iterator[Path]:
    """The folders of a group's processes under /proc."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[2]) == group:
            yield status.parent


def processor_seconds() -> tuple[float, float]:
    """The time of all processors so far, and what of it the host gave to others (steal, proc_stat(5))."""
    times = [int(each) for each in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    ticks = os.sysconf("SC_CLK_TCK")
    return sum(times) / ticks, times[7] / ticks


def core_seconds(group: int) -> float:
    """The processor time that a group has taken so far."""
    return _seconds(group, 11, 12)  # utime and stime, proc_pid_stat(5)


def kernel_seconds(group: int) -> float:
    """The part of it that the kernel took for the group."""
    return _seconds(group, 12)


def _seconds(group: int, *columns: int) -> float:
    ticks = 0
    for process in processes(group):
        try:
            fields = (process / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        ticks += sum(int(fields[column]) for column in columns)
    return ticks / os.sysconf("SC_CLK_TCK")
