"""Subgraphs in this process: executable graphql-core schemas behind the client protocol, for tests and tries.

Requests and answers pass through JSON as they would over HTTP, so that nothing mutable is shared and nothing unprintable gets through.
"""

from collections.abc import AsyncGenerator, Awaitable, Mapping
from typing import Any, Final

import msgspec
from graphql import ExecutionResult, GraphQLSchema, graphql, parse, subscribe, validate
from msgspec.structs import replace

from gateway.errors import SubgraphError
from gateway.resolvers.subgraph_client.http_client import encode_request, read_answer
from gateway.resolvers.subgraph_client.protocol import Events, SubgraphRequest, SubgraphResponse
from gateway.resolvers.subgraph_client.response import read_response
from gateway.resolvers.subgraph_client.transport import HttpAnswer
from gateway.types import SubgraphName

OK: Final = 200


class InProcessClient:
    """A ``SubgraphClient`` that executes each request on its subgraph's schema, ``_entities`` and all.

    ``requests`` are all that were sent, in order. ``context`` is what resolvers get as ``info.context``.
    """

    def __init__(self, schemas: Mapping[SubgraphName, GraphQLSchema], *, context: Any = None) -> None:
        self._schemas = schemas
        self._context = context
        self.requests: list[SubgraphRequest] = []

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """The subgraph's response, its operation validated first; raises ``SubgraphError`` for an unknown subgraph."""
        return read_answer(request.subgraph, await self.post(request))

    async def post(self, request: SubgraphRequest) -> HttpAnswer:
        """The same as it would come over HTTP."""
        entries = msgspec.json.decode(encode_request(request))
        query, variables, name = entries["query"], entries.get("variables", {}), entries.get("operationName")
        self.requests.append(replace(request, query=query, variables=variables, operation_name=name))
        schema = self._schemas.get(request.subgraph)
        if schema is None:
            raise SubgraphError(f"Subgraph {request.subgraph!r} has no address.", subgraph=request.subgraph)
        result = await graphql(
            schema, query, variable_values=variables, operation_name=name, context_value=self._context
        )
        return HttpAnswer(OK, {"content-type": "application/json"}, msgspec.json.encode(result.formatted))

    async def subscribe(self, request: SubgraphRequest) -> Events:
        """The events that the subgraph's own schema makes; what it refuses is one event with errors."""
        self.requests.append(request)
        schema = self._schemas.get(request.subgraph)
        if schema is None:
            raise SubgraphError(f"Subgraph {request.subgraph!r} has no address.", subgraph=request.subgraph)
        document = parse(request.query)
        if errors := validate(schema, document):
            yield read_response(msgspec.json.encode(ExecutionResult(None, errors).formatted), {})
            return
        begun = subscribe(
            schema,
            document,
            variable_values=dict(request.variables),
            operation_name=request.operation_name,
            context_value=self._context,
        )
        found = await begun if isinstance(begun, Awaitable) else begun
        if isinstance(found, ExecutionResult):
            yield read_response(msgspec.json.encode(found.formatted), {})
            return
        try:
            async for event in found:
                yield read_response(msgspec.json.encode(event.formatted), {})
        finally:
            if isinstance(found, AsyncGenerator):
                await found.aclose()

    async def close(self) -> None:
        """Nothing to release."""
