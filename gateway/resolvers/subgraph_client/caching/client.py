"""The outermost client: what is kept is served from there, only what is missing is fetched, and what comes is kept."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import msgspec

from gateway.resolvers.cache import Entry, Miss, Store
from gateway.resolvers.cache.directives import Directives, read_directives
from gateway.resolvers.cache.tags import Kinship
from gateway.resolvers.request_context import RequestContext
from gateway.resolvers.subgraph_client.caching.answers import join, split
from gateway.resolvers.subgraph_client.caching.asking import Asker, Wanted, take_apart
from gateway.resolvers.subgraph_client.caching.batches import Batches
from gateway.resolvers.subgraph_client.caching.flights import Flights
from gateway.resolvers.subgraph_client.caching.gathering import Gatherer, sort_out
from gateway.resolvers.subgraph_client.caching.keeping import Keeper
from gateway.resolvers.subgraph_client.caching.mutations import MutationReader
from gateway.resolvers.subgraph_client.caching.reporting import EXTENSION, Outcome, count_hits, report
from gateway.resolvers.subgraph_client.caching.rules import CachingOptions
from gateway.resolvers.subgraph_client.caching.shapes import ShapeReader
from gateway.resolvers.subgraph_client.caching.units import Tallies
from gateway.resolvers.subgraph_client.http_client import read_answer
from gateway.resolvers.subgraph_client.protocol import Events, SubgraphClient, SubgraphRequest, SubgraphResponse
from gateway.resolvers.subgraph_client.transport import HttpAnswer
from gateway.schema.supergraph import Supergraph
from gateway.types import OperationKind, SubgraphName


@dataclass(slots=True)
class Cached:
    """What serves one subgraph whose answers may be kept. While it ``is_silent`` only an answer's headers can say so: none has yet."""

    shapes: ShapeReader
    keeper: Keeper
    flights: Flights
    gatherer: Gatherer
    is_silent: bool


class CachingClient:
    """A ``SubgraphClient`` that keeps what ``inner`` answers. The store belongs to who made it. ``clock`` is the wall clock."""

    def __init__(
        self,
        inner: SubgraphClient,
        store: Store,
        supergraph: Supergraph,
        options: CachingOptions,
        *,
        clock: Callable[[], float],
        tallies: Tallies | None = None,
    ) -> None:
        """``tallies`` are counters that others read, and that go on over several clients."""
        self._tallies: Tallies = {} if tallies is None else tallies
        self._inner, self._store, self._options, self._clock = inner, store, options, clock
        self._batches = Batches(store, clock)
        directives = read_directives(supergraph)
        kinship = Kinship(supergraph)
        self._cached = {
            name: self._make(supergraph, name, directives, kinship)
            for name in supergraph.subgraphs
            if may_keep(name, directives, options)
        }
        self._mutations = read_mutations(supergraph, directives, kinship)

    def _make(self, supergraph: Supergraph, name: SubgraphName, directives: Directives, kinship: Kinship) -> Cached:
        rules = self._options.rules_for(name)
        shapes = ShapeReader(supergraph, name, directives, rules, kinship, self._tallies)
        keeper = Keeper(shapes.identities, rules, null_seconds=self._options.null_seconds)
        flights = Flights(self._inner, self._store, keeper, self._clock, lock_seconds=self._options.lock_seconds)
        is_silent = rules.is_silent and not directives.speaks_of(name)
        return Cached(shapes, keeper, flights, Gatherer(flights, self._store, self._clock), is_silent)

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """The response, from what is kept or from the subgraph; raises ``SubgraphError`` as ``inner`` does."""
        if request.kind is OperationKind.QUERY and request.subgraph not in self._cached:
            forbid(request.context)
            return await self._inner.send(request)
        return read_answer(request.subgraph, await self.post(request))

    async def post(self, request: SubgraphRequest) -> HttpAnswer:
        """The answer in bytes; the same as it would have come, where anything of it was fetched."""
        if request.kind is OperationKind.MUTATION:
            return await self._mutate(request)
        cached = self._cached.get(request.subgraph)
        if cached is not None and cached.is_silent and not (self._options.shows and asks(request.context)):
            return await self._listen(cached, request)
        shape = cached.shapes.shape(request.query) if cached is not None else None
        if cached is None or shape is None or not shape.units:
            forbid(request.context)
            return await self._inner.post(request)
        asker = self._asker(request)
        batch = await self._batches.find(request, asker)
        if batch is not None:
            self._tell(batch.wanted, request, batch.entries, self._clock())
            return batch.answer
        wanted = take_apart(request, shape, asker)
        if not any(wanted.keys):
            return await self._pass(cached, wanted)
        found = await self._look_up(wanted.keys)
        now = self._clock()
        bodies = [each.body for each in found if isinstance(each, Entry) and each.fresh_until > now]
        if len(bodies) == len(found):
            return self._serve(wanted, found, bodies, now)
        return await self._gather(cached, wanted, found, now)

    def subscribe(self, request: SubgraphRequest) -> Events:
        """The inner client's events."""
        return self._inner.subscribe(request)

    async def close(self) -> None:
        """End what is under way, and close ``inner``."""
        for cached in self._cached.values():
            await cached.flights.close()
        await self._inner.close()

    async def _look_up(self, keys: Sequence[bytes | None]) -> list[Entry | Miss]:
        known = [key for key in keys if key is not None]
        found = await self._store.get_many(known)
        if len(known) == len(keys):
            return found
        rest = iter(found)
        return [Miss.MISS if key is None else next(rest) for key in keys]

    def _serve(self, wanted: Wanted, found: Sequence[Entry | Miss], bodies: Sequence[bytes], now: float) -> HttpAnswer:
        """The answer to a fetch of which everything is here."""
        entries = tuple(each for each in found if isinstance(each, Entry))
        self._tell(wanted, wanted.request, entries, now)
        answer = join(wanted, bodies)
        return self._batches.keep(wanted, entries, answer)

    def _tell(self, wanted: Wanted, request: SubgraphRequest, entries: Sequence[Entry], now: float) -> None:
        """Say of a request, which may be a later one than that of ``wanted``, that all was found."""
        context = request.context
        if context is not None and (context.freshness is not None or context.extensions):
            outcome = Outcome(used=dict(enumerate(entries)))
            report(wanted._replace(request=request), outcome, now, shows=self._options.shows)
        else:
            count_hits(wanted, entries, now)

    async def _gather(self, cached: Cached, wanted: Wanted, found: Sequence[Entry | Miss], now: float) -> HttpAnswer:
        loop = asyncio.get_running_loop()
        started = loop.time()
        gathering = sort_out(wanted, found, now)
        try:
            return await cached.gatherer.complete(gathering)
        finally:
            gathering.outcome.milliseconds = (loop.time() - started) * 1000
            report(wanted, gathering.outcome, now, shows=self._options.shows)

    async def _listen(self, cached: Cached, request: SubgraphRequest) -> HttpAnswer:
        """Ask a subgraph that has never said that anything may be kept, and look at the headers of its answer: that is all it costs."""
        since, seen = self._clock(), self._store.seen()
        answer = await self._inner.post(request)
        shape = cached.shapes.shape(request.query) if "cache-control" in answer.headers else None
        if shape is None or not shape.units:
            forbid(request.context)
            return answer
        wanted = take_apart(request, shape, self._asker(request))
        if cached.keeper.policy_of(wanted, answer.headers).allows:
            cached.is_silent = False  # Its next answers are looked for.
        await self._keep(cached, wanted, answer, since, seen)
        return answer

    async def _pass(self, cached: Cached, wanted: Wanted) -> HttpAnswer:
        """A fetch of which nothing is kept, unless its answer's headers say that it may be."""
        since, seen = self._clock(), self._store.seen()
        answer = await self._inner.post(wanted.request)
        await self._keep(cached, wanted, answer, since, seen)
        return answer

    async def _keep(self, cached: Cached, wanted: Wanted, answer: HttpAnswer, since: float, seen: int) -> None:
        """Keep what an answer that nobody looked for allows to keep."""
        numbers = range(len(wanted.keys))
        fetched: dict[int, Entry | None] = dict.fromkeys(numbers)
        if cached.keeper.policy_of(wanted, answer.headers).allows and (parts := split(wanted, numbers, answer)):
            made = cached.keeper.entries(wanted, numbers, parts, answer.headers, since=since, seen=seen)
            await self._store.set_many(dict(made.values()))
            fetched.update((number, entry) for number, (_, entry) in made.items())
        report(wanted, Outcome(fetched=fetched), since, shows=self._options.shows)

    async def _mutate(self, request: SubgraphRequest) -> HttpAnswer:
        """Send a mutation, and invalidate what it has changed before anybody hears of it."""
        forbid(request.context)
        answer: HttpAnswer | None = None
        try:
            answer = await self._inner.post(request)
            return answer
        finally:
            reader = self._mutations.get(request.subgraph)
            tags = reader.tags(request, answer) if reader is not None else ()
            if tags:
                await self._store.invalidate(tags)

    def _asker(self, request: SubgraphRequest) -> Asker:
        options, context = self._options, request.context
        varying = b""
        if request.headers:
            ignored = options.ignored_headers
            sent = sorted((name, value) for name, value in request.headers.items() if name not in ignored)
            varying = msgspec.json.encode(sent) if sent else b""
        return Asker(varying, person_of(context, options))


def person_of(context: RequestContext | None, options: CachingOptions) -> bytes | None:
    """What tells one person from another, not to be read back from a key; None where the request has nothing of the kind."""
    if context is None:
        return None
    value = None
    if options.private_claim is not None:
        value = context.claims.get(options.private_claim)
    elif options.private_header is not None:
        value = context.headers.get(options.private_header)
    if value is None or value == "":
        return None
    return blake2b(msgspec.json.encode(value), digest_size=16).digest()


def may_keep(name: SubgraphName, directives: Directives, options: CachingOptions) -> bool:
    """Whether anything of a subgraph could ever be kept."""
    rules = options.rules_for(name)
    return rules.enabled and (rules.headers or not rules.is_silent or directives.speaks_of(name))


def keeps_anything(supergraph: Supergraph, options: CachingOptions) -> bool:
    """Whether a caching client is of any use."""
    directives = read_directives(supergraph)
    return any(may_keep(name, directives, options) for name in supergraph.subgraphs)


def read_mutations(
    supergraph: Supergraph, directives: Directives, kinship: Kinship
) -> dict[SubgraphName, MutationReader]:
    """What reads the mutations of every subgraph that has some, whether its own answers are kept or not."""
    mutation_type = supergraph.root_types.get(OperationKind.MUTATION)
    if mutation_type is None:
        return {}
    return {
        name: MutationReader(view, mutation_type, directives, kinship)
        for name, view in supergraph.subgraphs.items()
        if mutation_type in view.types
    }


def asks(context: RequestContext | None) -> bool:
    """Whether a request wants to be told what was found."""
    return context is not None and context.extensions.get(EXTENSION) is True


def forbid(context: RequestContext | None) -> None:
    if context is not None and context.freshness is not None:
        context.freshness.forbid()
