"""Take no more requests than can be answered in time: the others are told at once to come back."""

import contextlib
from collections.abc import AsyncGenerator
from dataclasses import replace

from gateway.errors import RequestError
from gateway.resolvers import codes
from gateway.resolvers.messages import Answer, GraphQLRequest, GraphQLResponse, GraphQLStream
from gateway.transport.endpoint import GraphQLService


class Admission:
    """A ``GraphQLService`` before another one, which answers at most ``limit`` requests at the same time.

    A subscription counts as one of ``streams`` as long as it lasts, and as a request only while it begins. What comes beyond that is refused with status 503 (RFC 9110, section 15.6.4): a queue would only make all of them late.
    """

    def __init__(self, service: GraphQLService, limit: int, *, streams: int = 10_000) -> None:
        self._service, self._limit = service, limit
        self._streams, self._open = streams, 0
        self._under_way = 0

    async def execute(self, request: GraphQLRequest) -> GraphQLResponse:
        """The service's answer; raises RequestError where there are too many requests, and as the service does."""
        if self._under_way >= self._limit:
            raise too_many("The gateway is answering as many requests as it can; try again in a moment.")
        self._under_way += 1
        try:
            return await self._service.execute(request)
        finally:
            self._under_way -= 1

    async def stream(self, request: GraphQLRequest) -> Answer:
        """The same for an answer in several payloads."""
        if self._under_way >= self._limit:
            raise too_many("The gateway is answering as many requests as it can; try again in a moment.")
        self._under_way += 1
        try:
            answer = await self._service.stream(request)
        finally:
            self._under_way -= 1
        if isinstance(answer, GraphQLResponse):
            return answer
        if answer.incremental is None and self._open >= self._streams:
            await answer.payloads.aclose()
            raise too_many("The gateway has as many subscriptions open as it can; try again later.")
        return replace(answer, payloads=self._counted(answer))

    async def _counted(self, answer: GraphQLStream) -> AsyncGenerator[bytes, None]:
        is_subscription = answer.incremental is None
        self._open += is_subscription
        self._under_way += not is_subscription
        try:
            async with contextlib.aclosing(answer.payloads) as payloads:
                async for payload in payloads:
                    yield payload
        finally:
            self._open -= is_subscription
            self._under_way -= not is_subscription


def too_many(message: str) -> RequestError:
    return RequestError(message, code=codes.REQUEST_CONCURRENCY_LIMITED, status=503)
