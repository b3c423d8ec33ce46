"""From settings to an engine, together with its client."""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any

from gateway.app.caching import AnswerCache
from gateway.app.clients import sharing
from gateway.app.headers import make_rules
from gateway.resolvers.access import AccessOptions
from gateway.resolvers.engine import UNOBSERVED, Engine, EngineObserver, EngineOptions, KnownOperation
from gateway.resolvers.executor import ErrorPolicy
from gateway.resolvers.messages import Answer, GraphQLRequest, GraphQLResponse
from gateway.resolvers.operation import Limits
from gateway.resolvers.subgraph_client import SubgraphClient
from gateway.schema.supergraph import Supergraph
from gateway.settings import Settings


class ConnectedEngine:
    """An engine together with the client that belongs to it."""

    def __init__(
        self,
        supergraph: Supergraph,
        client: SubgraphClient,
        settings: Settings,
        cache: AnswerCache | None,
        observer: EngineObserver,
    ) -> None:
        options = make_options(settings)
        answers = None if cache is None else cache.whole_answers(supergraph, options)
        self._engine = Engine(
            supergraph, client, limits=make_limits(settings), options=options, answers=answers, observer=observer
        )
        self._client = client

    def execute(self, request: GraphQLRequest) -> Coroutine[Any, Any, GraphQLResponse]:
        """The engine's response."""
        return self._engine.execute(request)

    def most_used(self, count: int) -> tuple[KnownOperation, ...]:
        """See ``Engine.most_used``."""
        return self._engine.most_used(count)

    async def warm(self, operations: Iterable[KnownOperation]) -> int:
        """See ``Engine.warm``."""
        return await self._engine.warm(operations)

    async def stream(self, request: GraphQLRequest) -> Answer:
        """The engine's response, whole or in payloads."""
        return await self._engine.stream(request)

    async def close(self) -> None:
        """Close the client."""
        await self._client.close()


async def connect(
    supergraph: Supergraph,
    client: SubgraphClient,
    settings: Settings,
    cache: AnswerCache | None = None,
    observer: EngineObserver = UNOBSERVED,
) -> ConnectedEngine:
    """An engine for this supergraph, made in a thread: requests are answered meanwhile. Closes the client where it cannot be made."""
    try:
        return await asyncio.to_thread(ConnectedEngine, supergraph, client, settings, cache, observer)
    except BaseException:
        await client.close()
        raise


def make_limits(settings: Settings) -> Limits:
    limits = settings.limits
    return Limits(
        max_tokens=limits.tokens,
        max_depth=limits.depth,
        max_aliases=limits.aliases,
        max_root_fields=limits.root_fields,
        max_directives=limits.directives,
        max_selections=limits.selections,
        max_introspection_depth=limits.introspection_depth,
    )


def make_options(settings: Settings) -> EngineOptions:
    traffic = settings.traffic
    return EngineOptions(
        introspection=settings.graphql.introspection,
        error_policy=ErrorPolicy(mask=settings.graphql.mask_subgraph_errors),
        seconds=traffic.deadline,
        share_queries=settings.graphql.share_queries,
        shares_requests=sharing(traffic),
        access=AccessOptions(**settings.authorization.model_dump()),
        streams_lists=frozenset(name for name, own in traffic.subgraphs.items() if own.stream).__contains__,
        headers=make_rules(traffic.headers),
        headers_by_subgraph={
            name: make_rules(own.headers) for name, own in traffic.subgraphs.items() if own.headers is not None
        },
    )
