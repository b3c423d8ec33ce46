"""A client that leaves before its answer is there takes its work with it."""

import asyncio
from collections.abc import Awaitable
from typing import Final, TypeVar

from gateway.transport.asgi import ClientLeftError, Receive

T = TypeVar("T")

PATIENCE: Final = 0.02
"""Seconds before the client is watched: most answers are there by then, and watching costs a task."""


async def unless_client_leaves(receive: Receive, work: Awaitable[T]) -> T:
    """What ``work`` comes to; raises ClientLeftError, and cancels it, when the client closes its connection before.

    ``receive`` must have given the whole request already.
    """
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
