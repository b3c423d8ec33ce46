"""What is asked for while the same is already on its way waits for that answer: one flight, many passengers."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class AbandonedError(Exception):
    """Who asked first has left before the answer came: somebody else has to ask."""


class Flights(Generic[T]):
    """Calls under way, by what they ask for.

    The first caller makes the call itself, so that a call that nobody shares costs next to nothing. Where it is cancelled, or its own
    deadline passes, the others are not lost: the next of them makes the call anew.
    """

    def __init__(self) -> None:
        self._waiting: dict[Hashable, list[asyncio.Future[T]]] = {}

    async def share(self, key: Hashable, call: Callable[[], Awaitable[T]], *, deadline: float | None) -> T:
        """What ``call`` gives, or what the same call gives that is already under way; raises what it raises.

        ``deadline`` is this caller's own, by the event loop's clock; whoever only waits gets TimeoutError when it passes. Answers are
        shared as they are: they must not be changed by those who get them.
        """
        while True:
            waiting = self._waiting.get(key)
            if waiting is None:
                return await self._lead(key, call, deadline)
            try:
                return await _wait(waiting, deadline)
            except AbandonedError:
                continue

    def close(self, key: Hashable) -> None:
        """Let nobody join the call that is under way for ``key``: whoever asks from now on makes one anew."""
        self._waiting.pop(key, None)

    async def _lead(self, key: Hashable, call: Callable[[], Awaitable[T]], deadline: float | None) -> T:
        waiting = self._waiting[key] = []
        try:
            answer = await call()
        except Exception as error:
            self._end(key, waiting)
            is_late = deadline is not None and asyncio.get_running_loop().time() >= deadline
            _fail(waiting, AbandonedError() if is_late else error)
            raise
        except BaseException:
            self._end(key, waiting)
            _fail(waiting, AbandonedError())
            raise
        self._end(key, waiting)
        for each in waiting:
            if not each.done():
                each.set_result(answer)
        return answer

    def _end(self, key: Hashable, waiting: list[asyncio.Future[T]]) -> None:
        if self._waiting.get(key) is waiting:  # else it was closed, and may be another one's by now
            del self._waiting[key]


def _fail(waiting: list[asyncio.Future[T]], error: Exception) -> None:
    for each in waiting:
        if not each.done():
            each.set_exception(_twin(error))


def _twin(error: Exception) -> Exception:
    """An equal error: a traceback belongs to one task. (``copy`` would call the constructor, which may want more than ``args``.)"""
    twin = type(error).__new__(type(error), *error.args)
    twin.args = error.args
    vars(twin).update(vars(error))
    twin.__cause__ = error
    return twin


async def _wait(waiting: list[asyncio.Future[T]], deadline: float | None) -> T:
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()
    waiting.append(answer)
    if deadline is None:
        return await answer
    timer = loop.call_at(deadline, _expire, answer)
    try:
        return await answer
    finally:
        timer.cancel()


def _expire(answer: "asyncio.Future[T]") -> None:
    if not answer.done():
        answer.set_exception(TimeoutError())
