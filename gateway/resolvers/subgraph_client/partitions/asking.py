"""Ask one member: the first of its servers, another where that one fails, and both where it is slow."""

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any, Final

from gateway.errors import SubgraphError
from gateway.resolvers.subgraph_client.partitions.members import Member, PartitionName, server_name
from gateway.resolvers.subgraph_client.protocol import SubgraphClient, SubgraphRequest
from gateway.resolvers.subgraph_client.transport import HttpAnswer
from gateway.types import OperationKind, SubgraphName

FIRST_SERVER_ERROR: Final = 500


def ask_member(
    inner: SubgraphClient, request: SubgraphRequest, member: Member, *, hedge_after: float | None
) -> Coroutine[Any, Any, HttpAnswer]:
    """One member's answer. Raises SubgraphError, in the member's name, where none of its servers gives one.

    A query goes to the next server when one fails, or has not answered after ``hedge_after`` seconds: then the first answer counts,
    and the others are given up. A mutation is sent once.
    """
    count = len(member.urls) if request.kind is OperationKind.QUERY else 1
    return _ask(inner, request, member, 0) if count == 1 else _ask_several(inner, request, member, count, hedge_after)


async def _ask_several(
    inner: SubgraphClient, request: SubgraphRequest, member: Member, count: int, hedge_after: float | None
) -> HttpAnswer:
    race = _Race()
    try:
        for number in range(count):
            race.start(_ask(inner, request, member, number))
            is_last = number == count - 1
            answer = await race.winner(None if is_last else hedge_after, to_the_end=is_last)
            if answer is not None:
                return answer
        return race.loser()
    finally:
        await race.end()


class _Race:
    """Several servers are asked the same: the first good answer wins."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[HttpAnswer]] = set()
        self._last: asyncio.Task[HttpAnswer] | None = None

    def start(self, asking: Coroutine[Any, Any, HttpAnswer]) -> None:
        self._running.add(asyncio.create_task(asking))

    async def winner(self, seconds: float | None, *, to_the_end: bool) -> HttpAnswer | None:
        """A good answer; None where one of them has failed (all, ``to_the_end``), or none has come within so many seconds."""
        while self._running:
            done, self._running = await asyncio.wait(
                self._running, timeout=seconds, return_when=asyncio.FIRST_COMPLETED
            )
            for self._last in done:
                if self._last.exception() is None and self._last.result().status < FIRST_SERVER_ERROR:
                    return self._last.result()
            if not to_the_end:
                return None
        return None

    def loser(self) -> HttpAnswer:
        """What the last one answered, where none was good. Raises what it raised."""
        assert self._last is not None  # noqa: S101  # a member has at least one server
        return self._last.result()

    async def end(self) -> None:
        """Give up those who have not answered."""
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running)


async def _ask(inner: SubgraphClient, request: SubgraphRequest, member: Member, number: int) -> HttpAnswer:
    name = server_name(request.subgraph, member.partition, number)
    try:
        return await inner.post(readdress(request, name))
    except SubgraphError as error:
        raise named_after(error, request.subgraph, member.partition) from error


def readdress(request: SubgraphRequest, name: SubgraphName) -> SubgraphRequest:
    """The same request to a server of this name. It is made for each member, and ``replace`` takes twice as long."""
    return SubgraphRequest(
        name,
        request.kind,
        request.query,
        request.variables,
        request.operation_name,
        request.headers,
        request.timeout,
        request.body,
        request.context,
    )


def named_after(error: SubgraphError, subgraph: SubgraphName, partition: PartitionName) -> SubgraphError:
    """A failure of one server as that of the member: its subgraph is the one that clients know."""
    if error.subgraph == subgraph and "partition" in error.extensions:
        return error
    message = error.message.replace(f"{error.subgraph!r}", f"{subgraph!r}", 1).replace(
        f"Subgraph {subgraph!r}", f"The member {partition!r} of subgraph {subgraph!r}", 1
    )
    extensions: Mapping[str, object] = {**error.extensions, "partition": partition}
    named = SubgraphError(message, subgraph=subgraph, code=error.code, extensions=dict(extensions))
    named.__cause__ = error.__cause__
    return named
