"""From settings to the service that knows who asks."""

from gateway.settings import Authentication
from gateway.transport.authentication import AuthenticatingService, KeyRing, TokenPolicy, TokenVerifier
from gateway.transport.endpoint import GraphQLService


def with_authentication(settings: Authentication, service: GraphQLService) -> GraphQLService:
    """A service before ``service`` that reads tokens; the same one where there are no keys. Raises SettingsError."""
    if not settings.keys:
        return service
    keys = KeyRing(settings.keys, refresh_seconds=settings.refresh)
    policy = TokenPolicy(settings.algorithms, settings.issuers, settings.audiences, settings.leeway)
    verifier = TokenVerifier(keys, policy)
    return AuthenticatingService(
        service, verifier, header=settings.header, scheme=settings.scheme, required=settings.required
    )
