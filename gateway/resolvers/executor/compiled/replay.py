"""Give the plain executor the answers that a compiled run has already received, so that nothing is asked twice."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from gateway.errors import SubgraphError
from gateway.resolvers.executor.compiled.run import Exchange
from gateway.resolvers.query_plan import EntityPart, QueryPlan
from gateway.resolvers.subgraph_client import (
    Events,
    HttpAnswer,
    SubgraphClient,
    SubgraphRequest,
    SubgraphResponse,
    read_answer,
)
from gateway.types import OperationKind, ResponseKey

Order = Mapping[ResponseKey, list[int]]
"""For each ``_entities`` call by its alias: where each of its entities stands in a known answer."""


class ReplayClient:
    """A ``SubgraphClient`` that knows some answers and asks ``inner`` for the others.

    The plain executor may collect representations in another order than they were sent: ``plan`` tells which variables are such lists,
    and the known entities are put into its order.
    """

    def __init__(self, inner: SubgraphClient, plan: QueryPlan, exchanges: Iterable[Exchange]) -> None:
        self._inner = inner
        self._aliases = {
            fetch.operation: {part.variable: part.alias for part in fetch.parts if isinstance(part, EntityPart)}
            for fetch in plan.fetches
        }
        self._known: defaultdict[tuple[str, str], list[Exchange]] = defaultdict(list)
        for exchange in exchanges:
            self._known[exchange.subgraph, exchange.query].append(exchange)

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """The known answer to this query with these variables, or what the subgraph says."""
        known = self._known[request.subgraph, request.query]
        for exchange in known:
            order = self._compare(request, msgspec.json.decode(exchange.body)["variables"])
            if order is None:
                continue
            if request.kind is OperationKind.MUTATION:
                known.remove(exchange)  # The same mutation twice is two mutations.
            if isinstance(exchange.answer, SubgraphError):
                raise exchange.answer
            return _reorder(read_answer(request.subgraph, exchange.answer), order)
        return await self._inner.send(request)

    async def post(self, request: SubgraphRequest) -> HttpAnswer:
        """Ask the subgraph: the plain executor never posts."""
        return await self._inner.post(request)

    def subscribe(self, request: SubgraphRequest) -> Events:
        """The subgraph's events: no event is known before."""
        return self._inner.subscribe(request)

    async def close(self) -> None:
        """Nothing to release: ``inner`` belongs to who made it."""

    def _compare(self, request: SubgraphRequest, sent: dict[str, Any]) -> Order | None:
        """How the known answer to ``sent`` is put into the order of ``request``; None where it is the answer to something else."""
        wanted = msgspec.json.decode(msgspec.json.encode(request.variables))
        if wanted.keys() != sent.keys():
            return None
        order: dict[ResponseKey, list[int]] = {}
        for name, value in wanted.items():
            if value == sent[name]:
                continue
            alias = self._aliases[request.query].get(name)
            places = None if alias is None else _places(value, sent[name])
            if alias is None or places is None:
                return None
            order[alias] = places
        return order


def _places(wanted: list[Any], sent: list[Any]) -> list[int] | None:
    """Where each wanted representation stands among the sent ones; None if they are not the same ones."""
    index = {msgspec.json.encode(each, order="sorted"): place for place, each in enumerate(sent)}
    places = [index.get(msgspec.json.encode(each, order="sorted"), -1) for each in wanted]
    return places if sorted(places) == list(range(len(sent))) else None


def _reorder(response: SubgraphResponse, order: Order) -> SubgraphResponse:
    """The response as it would be, had the representations been sent in the wanted order."""
    if not order:
        return response
    data = dict(response.data) if response.data is not None else None
    if data is not None:
        for alias, places in order.items():
            entities = data.get(alias)
            if isinstance(entities, list) and len(entities) == len(places):
                data[alias] = [entities[place] for place in places]
    errors = tuple(
        {**error, "path": _move(error["path"], order)} if "path" in error else error for error in response.errors
    )
    return SubgraphResponse(data, errors, response.extensions, response.headers)


def _move(path: Any, order: Order) -> Any:
    """An error's path, if it leads into an entity, to where that entity now stands."""
    if not isinstance(path, list) or len(path) < 2:
        return path
    alias, place, *rest = path
    places = order.get(alias) if isinstance(alias, str) else None
    return [alias, places.index(place), *rest] if places and place in places else path
