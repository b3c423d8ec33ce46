"""Several members are asked at the same time, and what they tell becomes one answer: of those that are in time."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from time import monotonic

from msgspec.structs import replace

from gateway.errors import SubgraphError
from gateway.resolvers.subgraph_client.http_client import encode_request
from gateway.resolvers.subgraph_client.partitions.answers import Collected, Told, collect, fail_all, unsupported
from gateway.resolvers.subgraph_client.partitions.asking import ask_member, named_after
from gateway.resolvers.subgraph_client.partitions.headers import merge_headers
from gateway.resolvers.subgraph_client.partitions.members import Member, PartitionName
from gateway.resolvers.subgraph_client.partitions.options import PartitionOptions, read_wish
from gateway.resolvers.subgraph_client.partitions.own_schemas import Narrowed
from gateway.resolvers.subgraph_client.partitions.reading import read_member
from gateway.resolvers.subgraph_client.partitions.routing import Errand, Route
from gateway.resolvers.subgraph_client.partitions.shapes import Shape
from gateway.resolvers.subgraph_client.partitions.sources import ERROR, SKIPPED, Source, report_sources
from gateway.resolvers.subgraph_client.protocol import SubgraphClient, SubgraphRequest
from gateway.resolvers.subgraph_client.transport import Failure, TransportError
from gateway.types import ResponseKey, SubgraphName

Narrow = Callable[[Shape, Errand, Member], Narrowed | None]
"""What a member is asked for whose own schema lacks something; None where it is asked for all."""


class Gatherer:
    """Asks the members of any subgraph, but never more of them at once than the options allow."""

    def __init__(self, inner: SubgraphClient, options: PartitionOptions) -> None:
        self._inner, self._options = inner, options
        self._in_flight = asyncio.Semaphore(options.in_flight)

    async def gather(
        self,
        request: SubgraphRequest,
        shape: Shape,
        route: Route,
        members: Mapping[PartitionName, Member],
        narrow: Narrow,
    ) -> Collected:
        """What all of them tell within the time that there is. Raises SubgraphError where the client wants all or nothing."""
        wish = read_wish(request)
        patience = self._options.patience(request, wish)
        written: dict[int, SubgraphRequest] = {}
        tasks: dict[PartitionName, asyncio.Task[Told]] = {}
        awaited = Awaited(len(route.errands))
        for name, errand in route.errands.items():
            member = members[name]
            narrowed = narrow(shape, errand, member) if member.sdl else None
            sent = make_request(request, shape, errand, patience, written, narrowed)
            tasks[name] = asyncio.create_task(self._tell(sent, shape, errand, member, narrowed, awaited))
        told = await self._in_time(request.subgraph, tasks, awaited, patience)
        collected = collect(shape, route, request.variables, told, request.subgraph)
        if wish.wants_sources or route.refusals or collected.tells_of_members:
            sources = sources_of(told, collected)
            report_sources(request, [*sources, *(Source(name, SKIPPED, 0.0) for name in route.skipped)])
        if wish.wants_all and (failed := next((each.error for each in told if each.error is not None), None)):
            raise failed
        collected.headers = merge_headers([each.headers for each in told])
        return collected

    @staticmethod
    async def _in_time(
        subgraph: SubgraphName, tasks: Mapping[PartitionName, asyncio.Task[Told]], awaited: "Awaited", patience: float
    ) -> list[Told]:
        """What has been told after so many seconds; the others are given up."""
        if not tasks:
            return []
        try:
            await awaited.wait(patience)
        finally:
            given_up = [task for task in tasks.values() if not task.done()]
            for task in given_up:
                task.cancel()
            if given_up:
                await asyncio.wait(given_up)
        return [
            Told(name, None, late(subgraph, name), patience) if task.cancelled() else task.result()
            for name, task in tasks.items()
        ]

    async def _tell(
        self,
        sent: SubgraphRequest,
        shape: Shape,
        errand: Errand,
        member: Member,
        narrowed: Narrowed | None,
        awaited: "Awaited",
    ) -> Told:
        try:
            return await self._run(sent, shape, errand, member, narrowed)
        finally:
            awaited.strike_off()

    async def _run(
        self, sent: SubgraphRequest, shape: Shape, errand: Errand, member: Member, narrowed: Narrowed | None
    ) -> Told:
        """What came of one member's errand, whatever it was."""
        began = monotonic()
        lacking = lacking_parts(errand, narrowed)
        if len(lacking) == len(errand.fields):
            return Told(member.partition, None, unsupported(sent.subgraph, member.partition), 0.0)
        decoder = shape.decoder(tuple(errand.fields)) if narrowed is None else None
        try:
            async with self._in_flight:
                answer = await ask_member(self._inner, sent, member, hedge_after=self._options.hedge_after)
            response = read_member(sent.subgraph, answer, decoder)
        except SubgraphError as error:
            named = named_after(error, sent.subgraph, member.partition)
            return Told(member.partition, None, named, monotonic() - began)
        if narrowed is not None:
            narrowed.fill(response.data)
        failed = fail_all(response, sent.subgraph, member.partition)
        return Told(member.partition, response, failed, monotonic() - began, lacking)


class Awaited:
    """How many members have not told yet. ``asyncio.wait`` would have a callback for each of them."""

    def __init__(self, count: int) -> None:
        self._left = count
        self._over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def strike_off(self) -> None:
        """One less: its task ends in this turn of the loop, before anybody learns of it."""
        self._left -= 1
        if self._left == 0:
            self._end()

    async def wait(self, seconds: float) -> None:
        """Until all have told, or for so long."""
        timer = self._over.get_loop().call_later(seconds, self._end)
        try:
            await self._over
        finally:
            timer.cancel()

    def _end(self) -> None:
        if not self._over.done():
            self._over.set_result(None)


def make_request(
    request: SubgraphRequest,
    shape: Shape,
    errand: Errand,
    timeout: float | None,
    written: dict[int, SubgraphRequest],
    narrowed: Narrowed | None,
) -> SubgraphRequest:
    """What one member is sent. Equal requests are written once: ``written`` are those that were, by the text that they have."""
    text, names = shape.text(tuple(errand.fields)) if narrowed is None else (narrowed.text, narrowed.names)
    if not errand.variables and (found := written.get(id(text))) is not None:
        return found
    known = {**request.variables, **errand.variables}
    sent = SubgraphRequest(
        request.subgraph,
        request.kind,
        text,
        {name: known[name] for name in names if name in known},
        operation_name=shape.name or None,
        headers=request.headers,
        timeout=timeout,
        context=request.context,
    )
    sent = replace(sent, body=encode_request(sent))
    if not errand.variables:
        written[id(text)] = sent
    return sent


def sources_of(told: Sequence[Told], collected: Collected) -> Iterator[Source]:
    """How each member did."""
    for each in told:
        status = ERROR if each.partition in collected.unsound else each.status
        yield Source(each.partition, status, each.seconds, each.rows)


def lacking_parts(errand: Errand, narrowed: Narrowed | None) -> tuple[ResponseKey, ...]:
    """The response keys of what a member cannot answer at all."""
    if narrowed is None:
        return ()
    found = zip(errand.fields, narrowed.fields, strict=True)
    return tuple(field.response_key for field, left in found if left is None)


def late(subgraph: SubgraphName, partition: PartitionName) -> SubgraphError:
    message = f"The member {partition!r} of subgraph {subgraph!r} {Failure.TIMED_OUT.value}."
    error = SubgraphError(message, subgraph=subgraph, extensions={"partition": partition})
    error.__cause__ = TransportError(Failure.TIMED_OUT)
    return error
