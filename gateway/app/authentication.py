"""From settings to the service that knows who asks."""

from gateway.app.on_demand import open_verifier
from gateway.settings import Authentication
from gateway.transport.authentication import AuthenticatingService
from gateway.transport.endpoint import GraphQLService


def with_authentication(settings: Authentication, service: GraphQLService) -> GraphQLService:
    """A service before ``service`` that reads tokens; the same one where there are no keys. Raises SettingsError."""
    if not settings.keys:
        return service
    verifier = open_verifier(settings)
    return AuthenticatingService(
        service, verifier, header=settings.header, scheme=settings.scheme, required=settings.required
    )
