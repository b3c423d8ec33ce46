"""Refuse what a page of another site could make a browser send without asking first."""

from collections.abc import Mapping, Sequence
from typing import Final

from gateway.errors import RequestError
from gateway.resolvers import codes
from gateway.transport.media_types import essence

SIMPLE_CONTENT_TYPES: Final = frozenset({"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"})
"""The content types that a browser sends to any site without a preflight request (Fetch, section 2.2.2)."""


def check_preflight(headers: Mapping[str, str], required: Sequence[str]) -> None:
    """Let a request pass whose headers show that a browser would have asked beforehand.

    That is a content type which is not simple, or any of the ``required`` headers. Raises RequestError with status 400.
    """
    content_type = headers.get("content-type")
    if content_type and essence(content_type) not in SIMPLE_CONTENT_TYPES:
        return
    if any(headers.get(name) for name in required):
        return
    raise RequestError(
        "A page of another site could have made a browser send this request, so it is refused. Send the header "
        f"'content-type: application/json', or one of these headers with any value: {', '.join(required)}.",
        code=codes.CSRF_PREVENTION,
    )
