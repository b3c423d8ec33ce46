"""Compressed request bodies: taken apart, but never to more than a body may have."""

from gateway.errors import RequestError
from gateway.resolvers import codes
from gateway.resolvers.subgraph_client.connection import inflate
from gateway.resolvers.subgraph_client.transport import Failure, TransportError
from gateway.transport.asgi import too_long

CODINGS = ("gzip", "deflate")


def decode_body(body: bytes, coding: str, limit: int) -> bytes:
    """``body`` without its content coding (RFC 9110, section 8.4).

    Raises RequestError: status 415 for a coding that is not taken, 413 for a body that inflates to more than ``limit`` bytes, 400 for
    one that is damaged.
    """
    name = coding.strip().lower()
    if name == "identity":
        return body
    if name not in CODINGS:
        message = f"The content encoding {coding!r} is not taken; send the body as it is, or by {' or '.join(CODINGS)}."
        raise RequestError(message, code=codes.UNSUPPORTED_MEDIA_TYPE, status=415)
    try:
        return inflate(body, limit)
    except TransportError as error:
        if error.failure is Failure.TOO_LARGE:
            raise too_long(limit) from error
        raise RequestError(f"The body is no whole {name}: {error.detail}.") from error
