"""What is kept of answers: one store for the life of the process, and a caching client for each supergraph that is served."""

import time
from collections.abc import Mapping

from gateway.app.on_demand import open_redis
from gateway.errors import RequestError
from gateway.resolvers import codes
from gateway.resolvers.cache import Invalidated, MemoryStore, Store
from gateway.resolvers.cache.directives import Hint
from gateway.resolvers.cache.invalidation import Targets, target_tags
from gateway.resolvers.cache.policy import Policy
from gateway.resolvers.cache.tags import Kinship
from gateway.resolvers.engine import EngineOptions, WholeAnswers, read_varying
from gateway.resolvers.subgraph_client import SubgraphClient
from gateway.resolvers.subgraph_client.caching import CachingClient, CachingOptions, SubgraphRules, keeps_anything
from gateway.resolvers.subgraph_client.caching.units import Tallies
from gateway.schema.supergraph import Supergraph
from gateway.settings import Cache, CachePolicy, CacheScope, SubgraphCache


class AnswerCache:
    """The store and what the settings say of it. It outlives supergraphs: what a new one has not changed stays."""

    def __init__(self, settings: Cache) -> None:
        """Raises SettingsError where the store cannot be made."""
        self.settings = settings
        self.store = make_store(settings)
        self.options = make_options(settings)
        self.kinship: Kinship | None = None
        self.tallies: Tallies = {}

    def wrap(self, client: SubgraphClient, supergraph: Supergraph) -> SubgraphClient:
        """A client that keeps what ``client`` answers; the same client where nothing could ever be kept."""
        self.kinship = Kinship(supergraph)
        if not keeps_anything(supergraph, self.options):
            return client
        return CachingClient(client, self.store, supergraph, self.options, clock=time.time, tallies=self.tallies)

    def whole_answers(self, supergraph: Supergraph, options: EngineOptions) -> WholeAnswers | None:
        """What keeps whole answers of a supergraph; None where none could ever be kept."""
        if not self.settings.whole_answers or not keeps_anything(supergraph, self.options):
            return None
        rules = (options.headers, *options.headers_by_subgraph.values())
        varying = read_varying(rules, self.options.ignored_headers)
        return WholeAnswers(self.store, supergraph, self.options, varying, clock=time.time)

    async def call_back(self, targets: Targets) -> Invalidated:
        """Forget what is named. Raises RequestError for targets that make no sense, and before there is a supergraph."""
        return await self.store.invalidate(target_tags(targets, self.known_kinship()))

    def known_kinship(self) -> Kinship:
        """What is known of the types; raises RequestError while nothing is."""
        if self.kinship is None:
            raise RequestError("The gateway has no supergraph yet.", code=codes.GATEWAY_NOT_READY, status=503)
        return self.kinship

    async def close(self) -> None:
        """Let go of the store."""
        await self.store.close()


def make_store(settings: Cache) -> Store:
    if settings.redis is not None:
        return open_redis(settings)
    return MemoryStore(limit=settings.memory_bytes, clock=time.time)


def make_options(settings: Cache) -> CachingOptions:
    return CachingOptions(
        subgraphs={name: make_rules(settings, own) for name, own in settings.subgraphs.items()},
        others=make_rules(settings, SubgraphCache()),
        private_claim=settings.private.claim,
        private_header=settings.private.header,
        ignored_headers=frozenset(settings.ignored_headers),
        null_seconds=settings.null_max_age,
        lock_seconds=settings.lock,
        shows=settings.show,
    )


def make_rules(settings: Cache, own: SubgraphCache) -> SubgraphRules:
    """One subgraph's rules: its own, and the common ones where it has none."""
    return SubgraphRules(
        enabled=own.enabled,
        default=Policy(
            settings.max_age if own.max_age is None else own.max_age,
            stale_while_revalidate=_first(own.stale_while_revalidate, settings.stale_while_revalidate),
            stale_if_error=_first(own.stale_if_error, settings.stale_if_error),
        ),
        types=make_hints(own.types),
        fields=make_hints(own.fields),
        headers=settings.headers if own.headers is None else own.headers,
    )


def _first(own: float | None, common: float) -> float | None:
    """The subgraph's own time, else the common one; none where both are silent."""
    return own if own is not None else (common or None)


def make_hints(policies: Mapping[str, CachePolicy]) -> dict[str, Hint]:
    return {
        name: Hint(
            Policy(said.max_age, said.scope is CacheScope.PRIVATE, said.stale_while_revalidate, said.stale_if_error),
            inherits=said.inherit_max_age,
        )
        for name, said in policies.items()
    }
