"""A response as it is written: data, errors and extensions of one run, or what is said of a request that failed as a whole."""

import contextlib
import logging
from collections.abc import AsyncGenerator, Mapping
from typing import Any, Final

import msgspec

from gateway.errors import PlanningError, RequestError
from gateway.resolvers import codes
from gateway.resolvers.engine.incremental import write_part
from gateway.resolvers.executor import Executed
from gateway.resolvers.executor.streaming import Part, Parts
from gateway.resolvers.messages import GraphQLResponse, Incremental
from gateway.resolvers.query_plan import QueryPlan
from gateway.resolvers.request_context import RequestContext

LOG: Final = logging.getLogger("gateway.engine")

NO_CONTEXT: Final = RequestContext()
"""That of a request of which nothing was sent."""


def respond_to(error: Exception) -> GraphQLResponse:
    """The response to a request that failed as a whole; a fault of the gateway is logged."""
    if isinstance(error, RequestError):
        return GraphQLResponse(encode({"errors": list(error.errors)}), executed=False, status=error.status)
    if isinstance(error, PlanningError):
        failure = {"message": error.message, "extensions": {"code": error.code}}
        return respond(Executed(None, (failure,), ()), NO_CONTEXT)
    if isinstance(error, TimeoutError):
        failure = {"message": "The answer did not come in time.", "extensions": {"code": codes.SUBREQUEST_HTTP_ERROR}}
        return respond(Executed(None, (failure,), ()), NO_CONTEXT)
    LOG.error("a request failed", exc_info=error)
    failure = {"message": "The gateway failed.", "extensions": {"code": codes.INTERNAL_SERVER_ERROR}}
    return GraphQLResponse(encode({"errors": [failure]}), executed=False, status=500)


async def write_parts(
    parts: Parts, first: Part, form: Incremental, context: RequestContext, plan: QueryPlan | None
) -> AsyncGenerator[bytes, None]:
    """The payloads of a deferred answer; what wrappers have to say comes with the last one."""
    async with contextlib.aclosing(parts):
        yield encode(write_part(first, form, {}, is_first=True))
        async for part in parts:
            extensions = {} if part.has_next else extensions_of(context, plan)
            yield encode(write_part(part, form, extensions, is_first=False))


def with_reports(data: bytes, reports: Mapping[str, list[Any]]) -> bytes:
    """A response without errors, around its data."""
    return b'{"data":%b,"extensions":%b}' % (data, encode(reports)) if reports else b'{"data":%b}' % data


def respond(executed: Executed, context: RequestContext, plan: QueryPlan | None = None) -> GraphQLResponse:
    """GraphQL specification, section 7.1. Errors come first: whoever reads a response should see them."""
    if context.freshness is not None and (executed.errors or executed.problems):
        context.freshness.forbid()
    entries: dict[str, Any] = {"errors": executed.errors} if executed.errors else {}
    entries["data"] = executed.data
    extensions = extensions_of(context, plan)
    if executed.problems:
        extensions["valueCompletion"] = executed.problems
    if extensions:
        entries["extensions"] = extensions
    return GraphQLResponse(encode(entries), executed=True, headers=context.response_headers)


def extensions_of(context: RequestContext, plan: QueryPlan | None) -> dict[str, Any]:
    extensions: dict[str, Any] = dict(context.reports)
    if plan is not None:
        shown = {"object": plan.to_json(), "text": str(plan)}
        extensions.update(queryPlan=shown, apolloQueryPlan=shown)
    return extensions


def encode(entries: Mapping[str, Any]) -> bytes:
    return msgspec.json.encode(entries)
