"""Whole answers, kept where every part of them may be; and what browsers and CDNs are told about keeping them."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

import msgspec
from graphql import print_ast
from msgspec.structs import replace

from gateway.resolvers.cache import Entry, Store
from gateway.resolvers.cache.cache_control import write_cache_control
from gateway.resolvers.cache.policy import NOT_KEPT, Policy
from gateway.resolvers.engine.ready import ReadyOperation
from gateway.resolvers.executor import RunOptions
from gateway.resolvers.headers import HeaderRules, PassHeader, PassMatching
from gateway.resolvers.messages import GraphQLResponse
from gateway.resolvers.request_context import Freshness, RequestContext
from gateway.resolvers.subgraph_client.caching import EXTENSION, CachingOptions, person_of
from gateway.schema.supergraph import Supergraph

ENCODER: Final = msgspec.json.Encoder(order="sorted")
TRIED_EVERY: Final = 20
"""An operation whose answer could not be kept is tried again at every so many requests: headers can change that."""

NO_STORE: Final = {"cache-control": "no-store"}

Run = Callable[[], Awaitable[GraphQLResponse]]


@dataclass(frozen=True, slots=True)
class Varying:
    """The names of the client's headers that public answers depend on; None where they cannot be named."""

    names: tuple[str, ...] | None = ()


class WholeAnswers:
    """Serves answers to the queries of one supergraph. ``clock`` is the wall clock."""

    def __init__(
        self,
        store: Store,
        supergraph: Supergraph,
        options: CachingOptions,
        varying: Varying,
        *,
        clock: Callable[[], float],
    ) -> None:
        self._store, self._options, self._varying, self._clock = store, options, varying, clock
        self._version = blake2b(print_ast(supergraph.document).encode(), digest_size=16).digest()

    async def serve(
        self, ready: ReadyOperation, options: RunOptions, context: RequestContext, run: Run
    ) -> GraphQLResponse:
        """The answer that is kept, or that of ``run``, which is kept if it may be."""
        ready.unkept_runs = ready.unkept_runs % TRIED_EVERY
        if ready.unkept_runs:
            ready.unkept_runs += 1
            return _with_headers(await run(), NO_STORE)
        person = person_of(context, self._options)
        public = self._key(ready, options, None)
        keys = [public] if person is None else [public, self._key(ready, options, person)]
        now = self._clock()
        for found in await self._store.get_many(keys):
            if isinstance(found, Entry) and found.fresh_until > now:
                return self._respond(found, context, now)
        context.freshness = Freshness()
        seen = self._store.seen()  # Every part is looked up or fetched from now on, and so has seen as much.
        response = await run()
        return await self._keep(ready, response, context, keys, seen)

    def _key(self, ready: ReadyOperation, options: RunOptions, person: bytes | None) -> bytes:
        digest = blake2b(self._version, digest_size=16)
        digest.update(ready.identity)
        digest.update(b"\x00public\x00" if person is None else b"\x00private\x00%b\x00" % person)
        digest.update(ENCODER.encode(options.variables))
        ignored = self._options.ignored_headers
        for subgraph, headers in options.headers.items():
            sent = {name: value for name, value in headers.items() if name not in ignored}
            if sent:
                digest.update(ENCODER.encode((subgraph, sent)))
        return b"answer:" + digest.digest()

    def _respond(self, entry: Entry, context: RequestContext, now: float) -> GraphQLResponse:
        body = entry.body
        if self._options.shows and context.extensions.get(EXTENSION) is True:
            shown = {EXTENSION: [{"answer": "HIT", "ageSeconds": round(max(0.0, now - entry.since), 1)}]}
            body = b'%b,"extensions":%b}' % (body[:-1], msgspec.json.encode(shown))
        return GraphQLResponse(body, executed=True, headers=self._headers(entry, context, now))

    async def _keep(
        self, ready: ReadyOperation, response: GraphQLResponse, context: RequestContext, keys: list[bytes], seen: int
    ) -> GraphQLResponse:
        freshness, now = context.freshness, self._clock()
        if freshness is None or freshness.is_forbidden or not freshness.parts or not response.executed:
            ready.unkept_runs = 1
            return _with_headers(response, NO_STORE)
        tags = tuple(sorted(freshness.tags))
        entry = Entry(response.body, seen, freshness.since, freshness.fresh_until, 0.0, 0.0, tags, freshness.private)
        key = keys[-1] if freshness.private else keys[0]
        if not context.reports and not response.headers and entry.fresh_until > now:
            await self._store.set_many({key: entry})
        return _with_headers(response, self._headers(entry, context, now))

    def _headers(self, entry: Entry, context: RequestContext, now: float) -> Mapping[str, str]:
        """What browsers and CDNs are told (RFC 9111). The claims of a token decide on what is seen: what they were looked at for is private."""
        age = max(0.0, now - entry.since)
        private = entry.private or bool(context.claims) or self._varying.names is None
        policy = Policy(max(0.0, entry.fresh_until - entry.since), private) if entry.fresh_until > now else NOT_KEPT
        said = {"cache-control": write_cache_control(policy, age), "age": str(int(age))}
        if self._varying.names:
            said["vary"] = ", ".join(self._varying.names)
        return said


def _with_headers(response: GraphQLResponse, said: Mapping[str, str]) -> GraphQLResponse:
    """The response with these headers; those that it has itself, from subgraphs by the operator's rules, stay."""
    return replace(response, headers={**said, **response.headers})


def read_varying(rules: Iterable[HeaderRules], ignored: frozenset[str]) -> Varying:
    """What rules let through to subgraphs that could change a public answer."""
    names: dict[str, None] = {}
    for rule in (rule for each in rules for rule in each.rules):
        if isinstance(rule, PassMatching):
            return Varying(None)
        if isinstance(rule, PassHeader) and rule.rename not in ignored:
            names[rule.name] = None
    return Varying(tuple(names))
