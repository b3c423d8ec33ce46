"""Who asks: JSON Web Tokens, verified before anything else is done with a request."""

from gateway.transport.authentication.service import AuthenticatingService, Verifier

__all__ = ["AuthenticatingService", "Verifier"]
