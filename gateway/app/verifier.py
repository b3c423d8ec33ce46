"""From settings to what verifies tokens. Its library for keys is imported only where there are any."""

from gateway.settings import Authentication
from gateway.transport.authentication.keys import KeyRing
from gateway.transport.authentication.tokens import TokenPolicy, TokenVerifier


def make_verifier(settings: Authentication) -> TokenVerifier:
    """What verifies tokens by the keys of the settings. Raises SettingsError."""
    keys = KeyRing(settings.keys, refresh_seconds=settings.refresh)
    policy = TokenPolicy(settings.algorithms, settings.issuers, settings.audiences, settings.leeway)
    return TokenVerifier(keys, policy)
