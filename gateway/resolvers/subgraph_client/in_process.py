"""Subgraphs in this process: executable graphql-core schemas behind the client protocol, for tests and tries.

Requests and answers pass through JSON as they would over HTTP, so that nothing mutable is shared and nothing unprintable gets through.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from graphql import GraphQLSchema, graphql

from gateway.errors import SubgraphError
from gateway.resolvers import codes
from gateway.resolvers.subgraph_client.protocol import SubgraphRequest, SubgraphResponse
from gateway.resolvers.subgraph_client.response import MalformedResponseError, read_response
from gateway.types import SubgraphName


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
        self.requests.append(request)
        schema = self._schemas.get(request.subgraph)
        if schema is None:
            raise SubgraphError(f"Subgraph {request.subgraph!r} has no address.", subgraph=request.subgraph)
        result = await graphql(
            schema,
            request.query,
            variable_values=msgspec.json.decode(msgspec.json.encode(request.variables)),
            operation_name=request.operation_name,
            context_value=self._context,
        )
        try:
            return read_response(msgspec.json.encode(result.formatted), {})
        except MalformedResponseError as error:
            message = f"Subgraph {request.subgraph!r} did not answer with a GraphQL response: {error}."
            raise SubgraphError(message, subgraph=request.subgraph, code=codes.SUBREQUEST_MALFORMED_RESPONSE) from error

    async def close(self) -> None:
        """Nothing to release."""
