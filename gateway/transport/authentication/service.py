"""A service before another one that knows who asks."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from gateway.errors import RequestError
from gateway.resolvers import codes
from gateway.resolvers.messages import Answer, GraphQLRequest, GraphQLResponse
from gateway.transport.endpoint import GraphQLService


class Verifier(Protocol):
    """Knows which tokens count."""

    async def verify(self, token: str) -> Mapping[str, Any]:
        """The token's claims; raises RequestError with status 401 where it does not count."""
        ...


class AuthenticatingService:
    """A ``GraphQLService`` that gives requests the claims of their tokens.

    The token is in the header ``header`` (lower case), after ``scheme`` (RFC 6750, section 2.1); an empty scheme is none. Where it is
    ``required``, requests without one are refused.
    """

    def __init__(
        self, service: GraphQLService, verifier: Verifier, *, header: str, scheme: str, required: bool
    ) -> None:
        self._service, self._verifier = service, verifier
        self._header, self._scheme = header, scheme.lower()
        self._required = required

    async def execute(self, request: GraphQLRequest) -> GraphQLResponse:
        """The service's answer; raises RequestError with status 401 for a token that does not count, or is missing."""
        return await self._service.execute(await self.authenticate(request))

    async def stream(self, request: GraphQLRequest) -> Answer:
        """The same for an answer in several payloads."""
        return await self._service.stream(await self.authenticate(request))

    async def authenticate(self, request: GraphQLRequest) -> GraphQLRequest:
        """The request with its claims. Raises RequestError."""
        value = request.headers.get(self._header)
        if not value:
            if self._required:
                message = f"This needs a token in the header {self._header!r}."
                raise RequestError(message, code=codes.UNAUTHENTICATED, status=401)
            return request
        return replace(request, claims=await self._verifier.verify(self._token(value)))

    def _token(self, value: str) -> str:
        if not self._scheme:
            return value.strip()
        scheme, _, token = value.strip().partition(" ")
        if scheme.lower() != self._scheme or not token:
            raise unauthenticated(f"it does not come as '{self._scheme.capitalize()} TOKEN'")
        return token.strip()


def unauthenticated(reason: str) -> RequestError:
    return RequestError(f"The token does not count: {reason}.", code=codes.UNAUTHENTICATED, status=401)
