"""A client of subgraphs whose data lies with many members: each request is split, sent to whom it concerns, and joined."""

from collections.abc import Coroutine, Mapping
from time import monotonic
from typing import Any, Final

import msgspec

from gateway.errors import SubgraphError
from gateway.resolvers.cache.directives import Directives, read_directives
from gateway.resolvers.subgraph_client.http_client import read_answer
from gateway.resolvers.subgraph_client.partitions.answers import Collected
from gateway.resolvers.subgraph_client.partitions.asking import ask_member
from gateway.resolvers.subgraph_client.partitions.fanning import Wanted, fan_in, refuse
from gateway.resolvers.subgraph_client.partitions.gathering import Gatherer, make_request
from gateway.resolvers.subgraph_client.partitions.members import Member, MemberBook, PartitionName
from gateway.resolvers.subgraph_client.partitions.options import PartitionOptions, read_wish
from gateway.resolvers.subgraph_client.partitions.own_schemas import Narrowed, Narrowing
from gateway.resolvers.subgraph_client.partitions.routing import Errand, Route, named_partitions, plan_route
from gateway.resolvers.subgraph_client.partitions.rules import PartitionRules
from gateway.resolvers.subgraph_client.partitions.shapes import EntityPart, Shape, ShapeReader
from gateway.resolvers.subgraph_client.partitions.sources import OK, Source, report_sources, status_of
from gateway.resolvers.subgraph_client.protocol import Events, SubgraphClient, SubgraphRequest, SubgraphResponse
from gateway.resolvers.subgraph_client.transport import HttpAnswer
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
        self._gatherer = Gatherer(inner, options)

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """See ``SubgraphClient.send``."""
        if not self._book.of(request.subgraph):
            return await self._inner.send(request)
        return read_answer(request.subgraph, await self.post(request))

    def post(self, request: SubgraphRequest) -> Coroutine[Any, Any, HttpAnswer]:
        """See ``SubgraphClient.post``."""
        members = self._book.of(request.subgraph)
        return self._post_to(request, members) if members else self._inner.post(request)

    async def _post_to(self, request: SubgraphRequest, members: Mapping[PartitionName, Member]) -> HttpAnswer:
        partitioned = self._partitioned(request.subgraph)
        shape = partitioned.shape(request)
        if len(members) == 1 and (only := sole_member(shape, request.variables, members)) is not None:
            return await self._pass_on(request, only)
        route = plan_route(shape, partitioned.rules, request.variables, members)
        if request.kind is OperationKind.MUTATION and route.refusals:
            return answer_with({"data": None, "errors": route.refusals})
        if request.kind is OperationKind.MUTATION and len(route.errands) > 1:
            return await self._in_series(request, shape, members)
        if is_one_members(shape, route):
            (name,) = route.errands
            if partitioned.narrow(shape, route.errands[name], members[name]) is None:
                return await self._pass_on(request, members[name])
        collected = await self._gatherer.gather(request, shape, route, members, partitioned.narrow)
        return answer_with(collected.entries(), collected.headers)

    def subscribe(self, request: SubgraphRequest) -> Events:
        """The events of all members that the arguments name, as they come. A member that breaks off is told of once, and tried again;
        one that joins or leaves meanwhile is followed from then on, or no more."""
        members = self._book.of(request.subgraph)
        if not members:
            return self._inner.subscribe(request)
        if request.kind is OperationKind.QUERY:
            return self._whole(request)
        partitioned = self._partitioned(request.subgraph)
        shape = partitioned.shape(request)

        def wanted() -> Mapping[PartitionName, Wanted]:
            members = self._book.of(request.subgraph)
            route = plan_route(shape, partitioned.rules, request.variables, members)
            return {name: partitioned.wanted(request, shape, members[name]) for name in route.errands}

        if refusals := plan_route(shape, partitioned.rules, request.variables, members).refusals:
            return refuse(refusals)
        options, changed = self._options, self._book.changes()
        return fan_in(self._inner, request.subgraph, wanted, changed, retry_seconds=options.retry_seconds)

    async def _whole(self, request: SubgraphRequest) -> Events:
        """A list of many members is gathered, and so comes whole (``@stream`` allows it)."""
        yield await self.send(request)

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
        if read_wish(request).wants_sources:
            report_sources(request, [Source(member.partition, OK, monotonic() - began)])
        return answer

    async def _in_series(
        self, request: SubgraphRequest, shape: Shape, members: Mapping[PartitionName, Member]
    ) -> HttpAnswer:
        """Mutations for several partitions run in the order in which they are written (GraphQL specification, section 6.2.2)."""
        data: dict[ResponseKey, Any] = {}
        errors: list[Any] = []
        partitioned = self._partitioned(request.subgraph)
        for one in shape.alone():
            route = plan_route(one, partitioned.rules, request.variables, members)
            collected = await self._gatherer.gather(request, one, route, members, partitioned.narrow)
            data |= collected.data
            errors += collected.errors
        return answer_with(Collected(data, errors).entries())


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

    def wanted(self, request: SubgraphRequest, shape: Shape, member: Member) -> Wanted:
        """What a member is asked for its events."""
        errand = Errand([part.alone for part in shape.parts])
        narrowed = self.narrow(shape, errand, member)
        if narrowed is None:
            return Wanted(member, request)
        if not any(narrowed.fields):
            return Wanted(member, None)
        return Wanted(member, make_request(request, shape, errand, request.timeout, {}, narrowed), narrowed)


def sole_member(shape: Shape, variables: Mapping[str, Any], members: Mapping[PartitionName, Member]) -> Member | None:
    """The only member that there is, if a request goes to it as it is: a query whose arguments name no partition."""
    (member,) = members.values()
    if member.sdl or shape.kind is not OperationKind.QUERY:
        return None
    for part in shape.parts:
        if isinstance(part, EntityPart) or named_partitions(part, variables, is_mutation=False) is not None:
            return None
    return member


def is_one_members(shape: Shape, route: Route) -> bool:
    """Whether one member is asked for all of a request, and exactly as it is written."""
    if len(route.errands) != 1 or route.refusals or route.skipped:
        return False
    (errand,) = route.errands.values()
    return len(errand.fields) == len(shape.parts) and all(
        field is part.alone for field, part in zip(errand.fields, shape.parts, strict=True)
    )


def answer_with(entries: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> HttpAnswer:
    return HttpAnswer(SUCCESS, {**JSON_HEADERS, **(headers or {})}, msgspec.json.encode(entries))
