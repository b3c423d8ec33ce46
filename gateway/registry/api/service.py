"""The registry's API as something that answers GraphQL requests, with one clear code for each refusal."""

import logging
from typing import Any, Final

import msgspec
import strawberry
from graphql import GraphQLError
from strawberry.extensions import MaxAliasesLimiter, MaxTokensLimiter
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.types import ExecutionContext
from strawberry.types.graphql import OperationType

from gateway.errors import RequestError, TongfenError
from gateway.registry.api.context import ApiContext
from gateway.registry.api.mutations import Mutation
from gateway.registry.api.queries import Query
from gateway.registry.errors import RegistryError, UnauthenticatedError
from gateway.registry.registry import Registry
from gateway.resolvers import codes
from gateway.resolvers.messages import Answer, GraphQLRequest, GraphQLResponse

logger = logging.getLogger(__name__)

MAX_TOKENS: Final = 5_000
MAX_ALIASES: Final = 30


QUERIES: Final = (OperationType.QUERY,)


class ApiSchema(strawberry.Schema):
    """The registry's schema; what fails in it is logged once, with its trace, if it is our own fault."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:  # noqa: ARG002 - Strawberry's signature
        """Log failures, not refusals."""
        for error in errors:
            if error.original_error is not None and not isinstance(error.original_error, TongfenError):
                logger.error("The registry's API failed at %s", error.path, exc_info=error.original_error)


SCHEMA: Final = ApiSchema(
    query=Query,
    mutation=Mutation,
    extensions=[
        lambda: MaxTokensLimiter(max_token_count=MAX_TOKENS),
        lambda: MaxAliasesLimiter(max_alias_count=MAX_ALIASES),
    ],
)


class RegistryApi:
    """A ``GraphQLService``. Who asks is told by the Authorization header alone."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    async def execute(self, request: GraphQLRequest) -> GraphQLResponse:
        """The response. Raises RequestError with status 401 for a token that is not good, 503 where the store does not answer."""
        try:
            caller = await self._registry.caller(request.headers.get("authorization"))
        except UnauthenticatedError as error:
            raise RequestError(error.message, code=error.code, status=401) from error
        except RegistryError as error:
            raise RequestError(error.message, code=error.code, status=503) from error
        try:
            result = await SCHEMA.execute(
                request.query,
                variable_values=dict(request.variables),
                operation_name=request.operation_name,
                context_value=ApiContext(self._registry, caller),
                allowed_operation_types=QUERIES if request.read_only else None,
            )
        except InvalidOperationTypeError:
            failure = {"message": "A mutation must be sent by POST.", "extensions": {"code": codes.METHOD_NOT_ALLOWED}}
            return GraphQLResponse(msgspec.json.encode({"errors": [failure]}), executed=False, status=405)
        entries: dict[str, Any] = {"errors": [write(error) for error in result.errors]} if result.errors else {}
        executed = result.data is not None or not result.errors or any(error.path for error in result.errors)
        if executed:
            entries["data"] = result.data
        return GraphQLResponse(msgspec.json.encode(entries), executed=executed, status=200 if executed else 400)

    async def stream(self, request: GraphQLRequest) -> Answer:
        """The whole response: there is nothing here that comes in parts."""
        return await self.execute(request)


def write(error: GraphQLError) -> dict[str, Any]:
    """An error as it is sent: refusals with their code, our own faults without their text."""
    told = dict(error.formatted)
    cause = error.original_error
    if isinstance(cause, TongfenError):
        extra = cause.extensions if isinstance(cause, RegistryError) else {}
        told["extensions"] = {"code": cause.code, **extra}
    elif cause is not None and not isinstance(cause, GraphQLError):
        told["message"] = "The registry failed; its log says why."
        told["extensions"] = {"code": "INTERNAL_SERVER_ERROR"}
    else:
        told["extensions"] = {"code": "GRAPHQL_VALIDATION_FAILED", **(error.extensions or {})}
    return told
