"""A client of subgraphs whose data lies with many members: each request is split, sent to whom it concerns, and joined."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from time import monotonic
from typing import Any, Final

import msgspec

from gateway.errors import SubgraphError
from gateway.resolvers.cache.directives import Directives, read_directives
from gateway.resolvers.subgraph_client.http_client import encode_request, read_answer
from gateway.resolvers.subgraph_client.partitions.answers import Collected, Told, collect, fail_all, unsupported
from gateway.resolvers.subgraph_client.partitions.asking import ask_member, named_after
from gateway.resolvers.subgraph_client.partitions.fanning import fan_in
from gateway.resolvers.subgraph_client.partitions.headers import merge_headers
from gateway.resolvers.subgraph_client.partitions.members import Member, MemberBook, PartitionName
from gateway.resolvers.subgraph_client.partitions.options import PartitionOptions, read_wish
from gateway.resolvers.subgraph_client.partitions.own_schemas import Narrowed, Narrowing
from gateway.resolvers.subgraph_client.partitions.routing import Errand, Route, plan_route
from gateway.resolvers.subgraph_client.partitions.rules import PartitionRules
from gateway.resolvers.subgraph_client.partitions.shapes import Shape, ShapeReader
from gateway.resolvers.subgraph_client.partitions.sources import ERROR, OK, SKIPPED, Source, report_sources, status_of
from gateway.resolvers.subgraph_client.protocol import Events, SubgraphClient, SubgraphRequest, SubgraphResponse
from gateway.resolvers.subgraph_client.transport import Failure, HttpAnswer, TransportError
from gateway.schema.supergraph import Supergraph
from gateway.types import OperationKind, ResponseKey, SubgraphName

SUCCESS: Final = 200
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
        shape = partitioned.shape(request)
        route = plan_route(shape, partitioned.rules, request.variables, members)
        if request.kind is OperationKind.MUTATION and route.refusals:
            return answer_with({"data": None, "errors": route.refusals})
        if request.kind is OperationKind.MUTATION and len(route.errands) > 1:
            return await self._in_series(request, shape, members)
        if is_one_members(shape, route):
            (name,) = route.errands
            if partitioned.narrow(shape, route.errands[name], members[name]) is None:
                return await self._pass_on(request, members[name])
        collected = await self._gather(request, shape, route, members)
        return answer_with(collected.entries(), collected.headers)

    def subscribe(self, request: SubgraphRequest) -> Events:
        """The events of all members that the arguments name, as they come. A member that breaks off is told of once, and tried again."""
        members = self._book.of(request.subgraph)
        if not members:
            return self._inner.subscribe(request)
        partitioned = self._partitioned(request.subgraph)
        route = plan_route(partitioned.shape(request), partitioned.rules, request.variables, members)
        asked = [members[name] for name in route.errands]
        return fan_in(self._inner, request, asked, route.refusals, retry_seconds=self._options.retry_seconds)

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
        options = self._options
        try:
            answer = await ask_member(self._inner, request, member, hedge_after=options.hedge_after)
        except SubgraphError as error:
            report_sources(request, [Source(member.partition, status_of(error), monotonic() - began)])
            raise
        report_sources(request, [Source(member.partition, OK, monotonic() - began)])
        return answer

    async def _in_series(
        self, request: SubgraphRequest, shape: Shape, members: Mapping[PartitionName, Member]
    ) -> HttpAnswer:
        """Mutations for several partitions run in the order in which they are written (GraphQL specification, section 6.2.2)."""
        data: dict[ResponseKey, Any] = {}
        errors: list[Any] = []
        for one in shape.alone():
            route = plan_route(one, self._partitioned(request.subgraph).rules, request.variables, members)
            collected = await self._gather(request, one, route, members)
            data |= collected.data
            errors += collected.errors
        return answer_with(Collected(data, errors).entries())

    async def _gather(
        self, request: SubgraphRequest, shape: Shape, route: Route, members: Mapping[PartitionName, Member]
    ) -> Collected:
        wish = read_wish(request)
        patience = self._options.patience(request, wish)
        bodies: dict[str, bytes] = {}
        told = await asyncio.gather(
            *(
                self._tell(request, shape, errand, members[name], patience, bodies)
                for name, errand in route.errands.items()
            )
        )
        collected = collect(shape, route, request.variables, told, request.subgraph)
        sources = [
            Source(
                each.partition,
                ERROR if each.partition in collected.unsound else each.status,
                each.seconds,
                each.rows,
            )
            for each in told
        ]
        report_sources(request, [*sources, *(Source(name, SKIPPED, 0.0) for name in route.skipped)])
        if wish.wants_all and (failed := next((each.error for each in told if each.error is not None), None)):
            raise failed
        collected.headers = merge_headers([each.headers for each in told])
        return collected

    async def _tell(
        self,
        request: SubgraphRequest,
        shape: Shape,
        errand: Errand,
        member: Member,
        patience: float,
        bodies: dict[str, bytes],
    ) -> Told:
        """What came of one member's errand, whatever it was."""
        began = monotonic()
        narrowed = self._partitioned(request.subgraph).narrow(shape, errand, member)
        lacking = lacking_parts(errand, narrowed)
        if len(lacking) == len(errand.fields):
            error = unsupported(request.subgraph, member.partition)
            return Told(member.partition, None, error, 0.0)
        sent = make_request(request, shape, errand, patience, bodies, narrowed)
        try:
            async with asyncio.timeout(patience), self._in_flight:
                answer = await ask_member(self._inner, sent, member, hedge_after=self._options.hedge_after)
            response = read_answer(request.subgraph, answer)
        except TimeoutError:
            return Told(member.partition, None, late(request.subgraph, member.partition), monotonic() - began)
        except SubgraphError as error:
            named = named_after(error, request.subgraph, member.partition)
            return Told(member.partition, None, named, monotonic() - began)
        if narrowed is not None:
            narrowed.fill(response.data)
        failed = fail_all(response, request.subgraph, member.partition)
        return Told(member.partition, response, failed, monotonic() - began, lacking)


class _Partitioned:
    """What is known of one partitioned subgraph."""

    def __init__(self, supergraph: Supergraph, subgraph: SubgraphName, directives: Directives) -> None:
        self.rules = PartitionRules(directives, subgraph)
        self._reader = ShapeReader(supergraph, subgraph, self.rules)
        self._narrowing = Narrowing(supergraph.subgraphs[subgraph], supergraph.root_types)

    def shape(self, request: SubgraphRequest) -> Shape:
        """The shape of a request. Raises SubgraphError where it has other parts than a plan's fetches have."""
        shape = self._reader.shape(request.query)
        if shape is None:
            message = f"This request cannot be split over the members of {request.subgraph!r}."
            raise SubgraphError(message, subgraph=request.subgraph)
        return shape

    def narrow(self, shape: Shape, errand: Errand, member: Member) -> Narrowed | None:
        """What a member is asked for whose own schema lacks something."""
        return self._narrowing.narrow(shape, errand.fields, member.sdl) if member.sdl else None


def is_one_members(shape: Shape, route: Route) -> bool:
    """Whether one member is asked for all of a request, and exactly as it is written."""
    if len(route.errands) != 1 or route.refusals or route.skipped:
        return False
    (errand,) = route.errands.values()
    return len(errand.fields) == len(shape.parts) and all(
        field is part.alone for field, part in zip(errand.fields, shape.parts, strict=True)
    )


def make_request(
    request: SubgraphRequest,
    shape: Shape,
    errand: Errand,
    timeout: float | None,
    bodies: dict[str, bytes],
    narrowed: Narrowed | None,
) -> SubgraphRequest:
    """What one member is sent. Equal requests are written once: ``bodies`` are those that were, by their text."""
    text, names = shape.text(tuple(errand.fields)) if narrowed is None else (narrowed.text, narrowed.names)
    known = {**request.variables, **errand.variables}
    variables = {name: known[name] for name in names if name in known}
    sent = replace(
        request, query=text, variables=variables, operation_name=shape.name or None, body=None, timeout=timeout
    )
    body = bodies.get(text) if not errand.variables else encode_request(sent)
    if body is None:
        body = bodies[text] = encode_request(sent)
    return replace(sent, body=body)


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


def answer_with(entries: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> HttpAnswer:
    return HttpAnswer(SUCCESS, {**JSON_HEADERS, **(headers or {})}, msgspec.json.encode(entries))
