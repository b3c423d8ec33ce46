"""Which sub-market answers which field: what GraphiQL shows beside the schema, for those who may see plans."""

from collections.abc import Callable, Iterator
from typing import Any

from graphql import GraphQLInterfaceType, GraphQLObjectType
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from gateway.schema.supergraph import SubgraphView, Supergraph


def ownership_route(path: str, supergraph: Callable[[], Supergraph | None]) -> Route:
    """``path`` answers with ``{"subgraphs": [{"name", "types": [{"name", "fields": […]}]}]}`` of the supergraph being served."""

    async def answer(_: Request) -> JSONResponse:
        current = supergraph()
        found = [] if current is None else [describe(current, view) for view in current.subgraphs.values()]
        return JSONResponse({"subgraphs": found}, headers={"cache-control": "no-store"})

    return Route(path, answer)


def describe(supergraph: Supergraph, view: SubgraphView) -> dict[str, Any]:
    """A subgraph and the public fields that it resolves, by type in alphabetical order."""
    types = [{"name": name, "fields": fields} for name, fields in sorted(owned(supergraph, view))]
    return {"name": view.name, "types": types}


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
