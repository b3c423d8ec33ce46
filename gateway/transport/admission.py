"""Take no more requests than can be answered in time: the others are told at once to come back."""

from gateway.errors import RequestError
from gateway.resolvers import codes
from gateway.resolvers.messages import GraphQLRequest, GraphQLResponse
from gateway.transport.endpoint import GraphQLService


class Admission:
    """A ``GraphQLService`` before another one, which answers at most ``limit`` requests at the same time.

    What comes beyond that is refused with status 503 (RFC 9110, section 15.6.4): a queue would only make all of them late.
    """

    def __init__(self, service: GraphQLService, limit: int) -> None:
        self._service, self._limit = service, limit
        self._under_way = 0

    async def execute(self, request: GraphQLRequest) -> GraphQLResponse:
        """The service's answer; raises RequestError where there are too many requests, and as the service does."""
        if self._under_way >= self._limit:
            raise RequestError(
                "The gateway is answering as many requests as it can; try again in a moment.",
                code=codes.REQUEST_CONCURRENCY_LIMITED,
                status=503,
            )
        self._under_way += 1
        try:
            return await self._service.execute(request)
        finally:
            self._under_way -= 1
