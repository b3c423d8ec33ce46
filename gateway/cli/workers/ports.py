"""The sockets that workers listen on. The parent holds them: a worker that goes leaves its queue to the next one."""

import errno
import os
import socket
import sys
from typing import Final

from gateway.errors import TongfenError
from gateway.settings import Listen

BACKLOG: Final = 2048

SPREADS: Final = sys.platform == "linux"
"""Whether the kernel spreads connections over the sockets of one port. Linux does (``SO_REUSEPORT``, socket(7)); elsewhere all workers
share one socket, which on Linux would leave most connections to the one that wakes first."""


def open_port(listen: Listen) -> socket.socket:
    """A socket that listens. Raises TongfenError where the port is taken, not allowed, or the address is not ours."""
    try:
        return socket.create_server((listen.host, listen.port), family=family(listen), backlog=BACKLOG)
    except OSError as error:
        raise refused(listen, error) from error


class Ports:
    """One port for several workers, each in a slot. Raises TongfenError as ``open_port`` does."""

    def __init__(self, listen: Listen, count: int) -> None:
        self.count = count
        first = open_port(listen)
        self._listen = Listen(host=listen.host, port=first.getsockname()[1])
        self._spreads = SPREADS and count > 1
        if self._spreads:
            # It showed that nobody else has the port. Left open it would share it with none.
            first.close()
        self._sockets = [open_shared(self._listen) if self._spreads else first for _ in range(count)]

    @property
    def address(self) -> Listen:
        """Where the workers listen: the port is the one that was found, if any was asked for."""
        return self._listen

    def take(self, slot: int) -> socket.socket:
        """The socket of a slot. Raises TongfenError where it was withdrawn and cannot be opened again."""
        if self._sockets[slot].fileno() < 0:
            self._sockets[slot] = open_shared(self._listen)
        return self._sockets[slot]

    def withdraw(self, slot: int) -> None:
        """Nobody will come for the connections of this slot for a while: let the kernel give them to others, if there are any."""
        if self._spreads:
            self._sockets[slot].close()

    def keep_only(self, slot: int) -> None:
        """In a worker: let go of the others' sockets, so that the parent alone can withdraw them."""
        for other in self._sockets:
            if other is not self._sockets[slot]:
                other.close()

    def close(self) -> None:
        for each in self._sockets:
            each.close()


def open_shared(listen: Listen) -> socket.socket:
    """One of several sockets on a port. Raises TongfenError as ``open_port`` does."""
    try:
        return socket.create_server((listen.host, listen.port), family=family(listen), backlog=BACKLOG, reuse_port=True)
    except OSError as error:
        raise refused(listen, error) from error


def family(listen: Listen) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in listen.host else socket.AF_INET


def refused(listen: Listen, error: OSError) -> TongfenError:
    number = error.errno or 0
    reason = os.strerror(number) if number > 0 else error.strerror
    taken = (
        " Stop what is there, or choose another: --port N."
        if number == errno.EADDRINUSE
        else " Choose another: --port N."
    )
    return TongfenError(f"Cannot listen on {listen.host} port {listen.port}: {reason}.{taken}")
