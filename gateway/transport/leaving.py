"""A client that leaves before its answer is there takes its work with it."""

import asyncio
from collections.abc import Awaitable
from typing import Final, Protocol, TypeVar

from gateway.transport.asgi import ClientLeftError, Receive, Scope

T = TypeVar("T")

PATIENCE: Final = 0.02
"""Seconds before the client is watched: most answers are there by then, and watching costs a task."""

LEAVING: Final = "tongfen.leaving"
"""Where in a scope a server puts its ``Watcher``, if it has one."""


class Watcher(Protocol):
    """A server that knows at once when the client of a request leaves: ``task``, which answers it, is cancelled while it ``is_watched``."""

    task: "asyncio.Task[None]"
    is_watched: bool
    disconnected: bool


async def unless_client_leaves(scope: Scope, receive: Receive, work: Awaitable[T]) -> T:
    """What ``work`` comes to; raises ClientLeftError, and cancels it, when the client closes its connection before.

    ``receive`` must have given the whole request already.
    """
    watcher: Watcher | None = scope.get(LEAVING)
    if watcher is None:
        return await _watching(receive, work)
    watcher.is_watched = True
    if watcher.disconnected:
        watcher.task.cancel()
    try:
        return await work
    except asyncio.CancelledError:
        if not watcher.disconnected:
            raise
        watcher.task.uncancel()
        raise ClientLeftError from None
    finally:
        watcher.is_watched = False


async def _watching(receive: Receive, work: Awaitable[T]) -> T:
    """The same where only what is received tells that the client has left."""
    watch = _Watch(receive)
    timer = asyncio.get_running_loop().call_later(PATIENCE, watch.start)
    try:
        return await work
    except asyncio.CancelledError:
        if not watch.has_left:
            raise
        watch.task.uncancel()
        raise ClientLeftError from None
    finally:
        timer.cancel()
        watch.stop()


class _Watch:
    """Waits for the client to leave, and cancels the task that made it."""

    def __init__(self, receive: Receive) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("there is no task to cancel")
        self.task = task
        self.has_left = False
        self._receive = receive
        self._watching: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._watching = asyncio.create_task(self._wait())

    def stop(self) -> None:
        if self._watching is not None:
            self._watching.cancel()

    async def _wait(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.has_left = True
        self.task.cancel()
