"""A Redis server of the tests' own, on a free port, that can be killed, started again, paused, flushed and filled."""

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


def find_redis() -> str | None:
    """The program, where Redis is installed."""
    return shutil.which("redis-server")


class RedisServer:
    """One server; ``url`` stays the same over restarts. It keeps nothing on disk but what ``save`` wrote."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program, self._folder = program, folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait until it answers."""
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self._folder)]
        self._process = subprocess.Popen([self._program, *options], stdout=subprocess.DEVNULL)
        for _ in range(500):
            try:
                if self.ask("PING") == b"+PONG":
                    return
            except OSError:
                time.sleep(0.01)  # A server that is starting tells nobody when it is ready.
        raise AssertionError("redis-server does not start")

    def kill(self) -> None:
        """End it at once, as a crash would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """It keeps its connections and says nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Go on after ``pause``."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def ask(self, *words: str) -> bytes:
        """The first line of what it answers to a command, on a connection of its own."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            text = "".join(f"${len(word.encode())}\r\n{word}\r\n" for word in words)
            connection.sendall(f"*{len(words)}\r\n{text}".encode())
            return connection.makefile("rb").readline().strip()


@contextmanager
def serve_redis(program: str) -> Iterator[RedisServer]:
    """A started server, ended afterwards."""
    with TemporaryDirectory(prefix="redis-") as folder:
        server = RedisServer(program, Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.kill()
