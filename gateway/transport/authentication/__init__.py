"""Who asks: JSON Web Tokens, verified before anything else is done with a request."""

from gateway.transport.authentication.keys import KeyRing
from gateway.transport.authentication.service import AuthenticatingService
from gateway.transport.authentication.tokens import TokenPolicy, TokenVerifier

__all__ = ["AuthenticatingService", "KeyRing", "TokenPolicy", "TokenVerifier"]
