"""Build a market's schema: Federation 2.9, the market's scalars, caches for what is parsed, and errors without secrets."""

import logging
from collections.abc import Iterable
from typing import Any, Final

import strawberry
from graphql import GraphQLError
from strawberry.extensions import MaskErrors, ParserCache, ValidationCache
from strawberry.federation.schema import FederationAny
from strawberry.schema.config import StrawberryConfig
from strawberry.types.execution import ExecutionContext

from subgraphs.kit.errors import ErrorCode, Refusal
from subgraphs.kit.scalars import SCALARS

QUESTIONS: Final = "查询入口。Where questions begin."
"""The description of every market's ``Query``: what two subgraphs say of one type must be the same words."""

_LOG: Final = logging.getLogger("subgraphs")
_CACHED_DOCUMENTS: Final = 1_000


class MarketSchema(strawberry.federation.Schema):
    """A subgraph's schema, with two habits of its own: one log line for a failure, and representations left as they came."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:  # noqa: ARG002 - Strawberry's signature
        """Log what is our fault, with its trace; what a client did wrong is told to the client alone."""
        for error in errors:
            if is_unexpected(error):
                _LOG.error("A resolver failed at %s", error.path, exc_info=error.original_error)

    def entities_resolver(self, info: strawberry.Info, representations: list[FederationAny]) -> list[FederationAny]:
        """Resolve ``_entities`` (subgraph specification, "Resolving entity references"): each item answers for itself.

        An item of an unknown type is refused alone, and the caller's variables are not changed.
        """
        return [self._resolve_one(info, representation) for representation in representations]

    def _resolve_one(self, info: strawberry.Info, representation: Any) -> Any:
        given = dict(representation) if isinstance(representation, dict) else {}
        name = given.pop("__typename", None)
        found = self.schema_converter.type_map.get(name) if isinstance(name, str) else None
        origin = getattr(found and found.definition, "origin", None)
        resolve = getattr(origin, "resolve_reference", None)
        if resolve is None:
            message = f"{name!r} is no entity of this subgraph; its schema names those with @key."
            return Refusal(ErrorCode.INVALID_REPRESENTATION, message)
        try:
            return resolve(info=info, **given)
        except Exception as error:
            return error


def build_schema(
    *, query: type, types: Iterable[type], mutation: type | None = None, subscription: type | None = None
) -> MarketSchema:
    """Build a market's schema. ``types`` are its entities, which no root field may lead to."""
    return MarketSchema(
        query=query,
        mutation=mutation,
        subscription=subscription,
        types=types,
        federation_version="2.9",
        config=StrawberryConfig(scalar_map=SCALARS),
        extensions=[
            lambda: ParserCache(maxsize=_CACHED_DOCUMENTS),
            lambda: ValidationCache(maxsize=_CACHED_DOCUMENTS),
            lambda: _Masking(is_unexpected, "Something failed here; it is logged."),
        ],
    )


def is_unexpected(error: GraphQLError) -> bool:
    """Whether an error is our own fault: neither the request's syntax or validity nor a refusal by name."""
    cause = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause is not None and not isinstance(cause, Refusal)


class _Masking(MaskErrors):
    """Hides the text of what is our own fault, and gives it a code like every other error."""

    def anonymise_error(self, error: GraphQLError) -> GraphQLError:
        masked = super().anonymise_error(error)
        masked.extensions = {"code": str(ErrorCode.INTERNAL_SERVER_ERROR)}
        return masked
