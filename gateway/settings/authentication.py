"""Settings of who asks and what they may see."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from gateway.settings.section import HeaderName, Seconds, Section, resolve_path


def read_source(source: str, info: ValidationInfo) -> Path | str:
    """An address stays one; anything else is a file."""
    if source.startswith("https://"):
        return source
    if source.startswith("http://"):
        if not source.startswith(("http://127.0.0.1", "http://localhost", "http://[::1]")):
            raise ValueError("keys that come without TLS can be anybody's; write https://")
        return source
    return resolve_path(Path(source), info)


def check_algorithm(name: str) -> str:
    if name.lower() == "none":
        raise ValueError("tokens without a signature prove nothing")
    return name


KeySource = Annotated[str, AfterValidator(read_source)]


class Authentication(Section):
    """JSON Web Tokens."""

    keys: tuple[KeySource, ...] = ()
    """JSON Web Key Sets: files and addresses. Without any, no token is read."""
    required: bool = False
    """Whether requests without a token are refused."""
    issuers: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    algorithms: tuple[Annotated[str, AfterValidator(check_algorithm)], ...] = ("RS256", "PS256", "ES256", "EdDSA")
    header: HeaderName = "authorization"
    scheme: str = "Bearer"
    """What stands before the token; empty for nothing."""
    refresh: Seconds = 300.0
    """After which time keys are read again."""
    leeway: Annotated[float, Field(ge=0, le=300)] = 0.0
    """How many seconds the clocks may differ."""

    @model_validator(mode="after")
    def check_keys(self) -> "Authentication":
        if self.required and not self.keys:
            raise ValueError("authentication.required needs authentication.keys")
        return self


class Authorization(Section):
    """``@authenticated``, ``@requiresScopes`` and ``@policy``."""

    enabled: bool = True
    reject: bool = False
    scopes_claim: str = "scope"
    policies_claim: str = "policies"
