"""What the registry refuses, each under a stable code.

RegistryError
├── UnauthenticatedError   no token, or not a good one
├── ForbiddenError         the token has not the right
├── NotFoundError          there is no such thing
├── InvalidError           what was asked for makes no sense
├── ConflictError          somebody else was faster
├── RateLimitedError       too much at once by one token
└── StoreError             the database does not answer, is full, or is not one of ours
"""

from typing import Any

from gateway.errors import TongfenError


class RegistryError(TongfenError):
    """Something the registry does not do. ``extensions`` goes to the client beside the code."""

    code = "REGISTRY_REFUSED"

    def __init__(self, message: str, *, code: str | None = None, extensions: dict[str, Any] | None = None) -> None:
        super().__init__(message, code=code)
        self.extensions = extensions or {}


class UnauthenticatedError(RegistryError):
    """There is no token, or it is unknown, revoked or expired."""

    code = "UNAUTHENTICATED"


class ForbiddenError(RegistryError):
    """The token is good, but not for this."""

    code = "FORBIDDEN"


class NotFoundError(RegistryError):
    """There is no such subgraph, version, token or webhook."""

    code = "NOT_FOUND"


class InvalidError(RegistryError):
    """A name, an address, an SDL or a time that cannot be taken."""

    code = "INVALID_INPUT"


class ConflictError(RegistryError):
    """The same thing was changed by somebody else meanwhile; nothing was changed by this request."""

    code = "CONFLICT"


class RateLimitedError(RegistryError):
    """One token asks for too much at once."""

    code = "RATE_LIMITED"


class StoreError(RegistryError):
    """The database gives no usable answer."""

    code = "STORE_UNAVAILABLE"
