"""Which sub-market answers which field: what GraphiQL shows beside the schema, for those who may see plans."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from graphql import GraphQLInterfaceType, GraphQLObjectType
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from gateway.schema.supergraph import SubgraphView, Supergraph
from gateway.types import SubgraphName

PartitionsOf = Callable[[SubgraphName], Iterable[str]]
"""The partitions of which a subgraph has members now; none for one that is not partitioned."""


def ownership_route(path: str, supergraph: Callable[[], Supergraph | None], partitions: PartitionsOf) -> Route:
    """``path`` answers with ``{"subgraphs": [{"name", "partitions": […], "types": [{"name", "fields": […]}]}]}`` of what is being served."""

    async def answer(_: Request) -> JSONResponse:
        current = supergraph()
        found = [] if current is None else [describe(current, view, partitions) for view in current.subgraphs.values()]
        return JSONResponse({"subgraphs": found}, headers={"cache-control": "no-store"})

    return Route(path, answer)


def describe(supergraph: Supergraph, view: SubgraphView, partitions: PartitionsOf) -> dict[str, Any]:
    """A subgraph, its partitions and the public fields that it resolves, by type in alphabetical order."""
    types = [{"name": name, "fields": fields} for name, fields in sorted(owned(supergraph, view))]
    return {"name": view.name, "partitions": sorted(partitions(view.name)), "types": types}


def owned(supergraph: Supergraph, view: SubgraphView) -> Iterator[tuple[str, list[str]]]:
    for name, known in view.types.items():
        public = supergraph.api_schema.type_map.get(name)
        if not isinstance(public, GraphQLObjectType | GraphQLInterfaceType):
            continue
        fields = [
            field.name for field in known.fields.values() if not field.is_external and field.name in public.fields
        ]
        if fields:
            yield name, fields
