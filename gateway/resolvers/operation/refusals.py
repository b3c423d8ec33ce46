"""A request error from graphql-core's errors: their response form, each with a code."""

from collections.abc import Sequence
from typing import Any

from graphql import GraphQLError

from gateway.errors import RequestError


def refuse(code: str, errors: Sequence[GraphQLError]) -> RequestError:
    """The exception that refuses a request for these errors (GraphQL specification, section 7.1.2)."""
    formatted: list[dict[str, Any]] = []
    for error in errors:
        plain = error.formatted
        formatted.append({**plain, "extensions": {**plain.get("extensions", {}), "code": code}})
    return RequestError(errors[0].message, code=code, errors=tuple(formatted))
