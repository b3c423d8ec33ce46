"""A client of subgraphs whose data lies with many members: each request is split, sent to whom it concerns, and joined."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from time import monotonic
from typing import Final

import msgspec

from gateway.errors import SubgraphError
from gateway.resolvers.cache.directives import Directives, read_directives
from gateway.resolvers.subgraph_client.http_client import read_answer
from gateway.resolvers.subgraph_client.partitions.answers import Collected, Told, collect, fail_all
from gateway.resolvers.subgraph_client.partitions.members import Member, MemberBook, PartitionName, server_name
from gateway.resolvers.subgraph_client.partitions.options import PartitionOptions, read_wish
from gateway.resolvers.subgraph_client.partitions.routing import Errand, Route, plan_route
from gateway.resolvers.subgraph_client.partitions.rules import PartitionRules
from gateway.resolvers.subgraph_client.partitions.shapes import Shape, ShapeReader
from gateway.resolvers.subgraph_client.partitions.sources import Source, report_sources, status_of
from gateway.resolvers.subgraph_client.protocol import Events, SubgraphClient, SubgraphRequest, SubgraphResponse
from gateway.resolvers.subgraph_client.transport import HttpAnswer
from gateway.schema.supergraph import Supergraph
from gateway.types import OperationKind, SubgraphName

OK: Final = 200
FIRST_SERVER_ERROR: Final = 500
JSON_HEADERS: Final[Mapping[str, str]] = {"content-type": "application/json"}


class PartitionedClient:
    """A ``SubgraphClient`` that knows the members of each partitioned subgraph; requests to others go on as they are.

    A member that fails leaves what the others say in place, with an error for what it leaves open.
    """

    def __init__(
        self, inner: SubgraphClient, book: MemberBook, supergraph: Supergraph, options: PartitionOptions
    ) -> None:
        self._inner, self._book, self._supergraph, self._options = inner, book, supergraph, options
        self._subgraphs: dict[SubgraphName, _Partitioned] = {}
        self._directives: Directives | None = None
        self._in_flight = asyncio.Semaphore(options.in_flight)

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """See ``SubgraphClient.send``."""
        if not self._book.of(request.subgraph):
            return await self._inner.send(request)
        return read_answer(request.subgraph, await self.post(request))

    async def post(self, request: SubgraphRequest) -> HttpAnswer:
        """See ``SubgraphClient.post``."""
        members = self._book.of(request.subgraph)
        if not members:
            return await self._inner.post(request)
        partitioned = self._partitioned(request.subgraph)
        shape = partitioned.reader.shape(request.query)
        if shape is None:
            message = f"This request cannot be split over the members of {request.subgraph!r}."
            raise SubgraphError(message, subgraph=request.subgraph)
        route = plan_route(shape, partitioned.rules, request.variables, members)
        if is_one_members(shape, route):
            (name,) = route.errands
            return await self._pass_on(request, members[name])
        return await self._gather(request, shape, route, members)

    def subscribe(self, request: SubgraphRequest) -> Events:
        """See ``SubgraphClient.subscribe``."""
        return self._inner.subscribe(request)

    async def close(self) -> None:
        """Close the client inside."""
        await self._inner.close()

    def _partitioned(self, subgraph: SubgraphName) -> "_Partitioned":
        found = self._subgraphs.get(subgraph)
        if found is None:
            if self._directives is None:
                self._directives = read_directives(self._supergraph)
            found = self._subgraphs[subgraph] = _Partitioned(self._supergraph, subgraph, self._directives)
        return found

    async def _pass_on(self, request: SubgraphRequest, member: Member) -> HttpAnswer:
        """A request that is one member's alone goes there as it is."""
        began = monotonic()
        try:
            return await self._ask(request, member)
        except SubgraphError as error:
            report_sources(request, [Source(member.partition, status_of(error), monotonic() - began)])
            raise

    async def _ask(self, request: SubgraphRequest, member: Member) -> HttpAnswer:
        """One member's answer, by the first of its servers that gives one. A mutation is sent once. Raises SubgraphError."""
        last = len(member.urls) - 1 if request.kind is OperationKind.QUERY else 0
        for number in range(last + 1):
            name = server_name(request.subgraph, member.partition, number)
            try:
                answer = await self._inner.post(replace(request, subgraph=name))
            except SubgraphError as error:
                if number == last:
                    raise named_after(error, request.subgraph, member.partition) from error
                continue
            if number == last or answer.status < FIRST_SERVER_ERROR:
                return answer
        raise AssertionError("a member has at least one server")

    async def _gather(
        self, request: SubgraphRequest, shape: Shape, route: Route, members: Mapping[PartitionName, Member]
    ) -> HttpAnswer:
        wish = read_wish(request)
        timeout = self._options.patience(request, wish)
        told = await asyncio.gather(
            *(
                self._tell(make_request(request, shape, errand, timeout), members[name])
                for name, errand in route.errands.items()
            )
        )
        sources = [Source(each.partition, each.status, each.seconds, each.rows) for each in told]
        if request.kind is OperationKind.QUERY:
            report_sources(request, sources)
        if wish.wants_all and (failed := next((each.error for each in told if each.error is not None), None)):
            raise failed
        collected: Collected = collect(shape, route, request.variables, told)
        return HttpAnswer(OK, JSON_HEADERS, msgspec.json.encode(collected.entries()))

    async def _tell(self, request: SubgraphRequest, member: Member) -> Told:
        """What came of one member's errand, whatever it was."""
        began = monotonic()
        try:
            async with self._in_flight:
                answer = await self._ask(request, member)
            response = read_answer(request.subgraph, answer)
        except SubgraphError as error:
            named = named_after(error, request.subgraph, member.partition)
            return Told(member.partition, None, named, monotonic() - began)
        return Told(
            member.partition, response, fail_all(response, request.subgraph, member.partition), monotonic() - began
        )


class _Partitioned:
    """What is known of one partitioned subgraph."""

    def __init__(self, supergraph: Supergraph, subgraph: SubgraphName, directives: Directives) -> None:
        self.rules = PartitionRules(directives, subgraph)
        self.reader = ShapeReader(supergraph, subgraph, self.rules)


def is_one_members(shape: Shape, route: Route) -> bool:
    """Whether one member is asked for all of a request, and exactly as it is written."""
    if len(route.errands) != 1 or route.refusals:
        return False
    (errand,) = route.errands.values()
    return errand.fields == [part.alone for part in shape.parts]


def make_request(request: SubgraphRequest, shape: Shape, errand: Errand, timeout: float | None) -> SubgraphRequest:
    """What one member is sent."""
    text, names = shape.text(tuple(errand.fields))
    known = {**request.variables, **errand.variables}
    variables = {name: known[name] for name in names if name in known}
    return replace(request, query=text, variables=variables, body=None, timeout=timeout)


def named_after(error: SubgraphError, subgraph: SubgraphName, partition: PartitionName) -> SubgraphError:
    """A failure of one server as that of the member: its subgraph is the one that clients know."""
    if error.subgraph == subgraph and "partition" in error.extensions:
        return error
    message = error.message.replace(f"{error.subgraph!r}", f"{subgraph!r}", 1).replace(
        f"Subgraph {subgraph!r}", f"The member {partition!r} of subgraph {subgraph!r}", 1
    )
    named = SubgraphError(
        message, subgraph=subgraph, code=error.code, extensions={**error.extensions, "partition": partition}
    )
    named.__cause__ = error.__cause__
    return named
