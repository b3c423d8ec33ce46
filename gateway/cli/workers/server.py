"""The HTTP server of a worker, which stops politely: whoever keeps a connection is told to open another one elsewhere."""

import asyncio
import contextlib
import math
import socket
from collections.abc import Callable, Iterator
from typing import Final

import uvicorn

from gateway.cli.workers.bounded_protocol import ConnectionBounds, bounded_protocol
from gateway.settings import Limits
from gateway.transport.asgi import AsgiApp

KEEP_ALIVE_SECONDS: Final = 75
"""How long a connection may lie idle. Longer than what balancers usually keep (60 s), so that it is they who close."""

LINGER_SECONDS: Final = 2.0
"""How long a server that stops still takes requests on the connections that it has, and asks after each answer to open another one."""


def server_config(app: AsgiApp, limits: Limits, *, drain_seconds: float = 10.0) -> uvicorn.Config:
    """The HTTP server as every command runs it."""
    bounds = ConnectionBounds(limits.head_bytes, limits.head_time, limits.reading_time)
    return uvicorn.Config(
        app,
        http=bounded_protocol(bounds),
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,  # nothing here depends on the client's address
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=math.ceil(drain_seconds),
    )


class PoliteServer(uvicorn.Server):
    """uvicorn's server, which leaves signals to us. ``on_listening`` is called when it accepts connections.

    When it stops it accepts no more connections. On those that it has, answers say ``Connection: close`` (RFC 9112, section 9.6) for a
    while; what lies idle after that is closed, and requests in flight may end.
    """

    def __init__(self, config: uvicorn.Config, on_listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_listening = on_listening
        self._linger = LINGER_SECONDS

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield

    def stop(self) -> None:
        """Stop politely."""
        self.should_exit = True

    def stop_at_once(self) -> None:
        """Stop without waiting for those who keep a connection but do not ask."""
        self._linger = 0.0
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """See uvicorn."""
        await super().startup(sockets)
        self._on_listening()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """See uvicorn."""
        for server in self.servers:
            server.close()
        self.server_state.default_headers.append((b"connection", b"close"))  # requests in flight hold the same list
        end = asyncio.get_running_loop().time() + self._linger
        while self.server_state.connections and asyncio.get_running_loop().time() < end and self._linger:  # noqa: ASYNC110  # uvicorn tells nobody when a connection closes
            await asyncio.sleep(0.02)
        await super().shutdown(sockets)
