"""Who a request's token says it is from: a JSON Web Token, verified by a key set.

The gateway has verified it too and passes it on (``traffic.headers: [authorization]``); a market that can be reached without
the gateway must not take its word for it.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click
import jwt

from subgraphs.kit.actor import NOBODY, Actor

_ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
_SCHEME: Final = "bearer"


KEYS: Final = "MARKET_KEYS"
"""The environment variable that names the file of the key set."""


class Tokens:
    """The keys whose tokens count."""

    def __init__(self, keys: Mapping[str | None, jwt.PyJWK]) -> None:
        self._keys = keys

    @classmethod
    def read(cls, path: Path) -> "Tokens":
        """Read a JSON Web Key Set (RFC 7517). Raises ``OSError``, ``ValueError`` or ``jwt.PyJWTError`` for what is none."""
        content = json.loads(path.read_bytes())
        if not isinstance(content, dict):
            raise ValueError("it is no JSON object")
        found = jwt.PyJWKSet.from_dict(content)
        return cls({key.key_id: key for key in found.keys})

    def actor(self, headers: Mapping[str, str]) -> Actor:
        """Who sends these headers; nobody where there is no token, or one that does not count."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != _SCHEME or not token:
            return NOBODY
        try:
            return Actor.of(self._claims(token.strip()))
        except jwt.PyJWTError:
            return NOBODY

    def _claims(self, token: str) -> Mapping[str, Any]:
        key = self._keys.get(jwt.get_unverified_header(token).get("kid"))
        if key is None:
            raise jwt.InvalidKeyError
        options: Any = {"require": ["exp", "sub"], "verify_aud": False}
        claims: Mapping[str, Any] = jwt.decode(token, key, algorithms=list(_ALGORITHMS), options=options)
        return claims


def read_tokens(environment: Mapping[str, str]) -> Tokens | None:
    """The keys that the environment's variable names; ``None`` without it. Raises ``click.ClickException`` for no key set."""
    if not (name := environment.get(KEYS)):
        return None
    try:
        return Tokens.read(Path(name))
    except (OSError, ValueError, jwt.PyJWTError) as error:
        raise click.ClickException(f"{KEYS}={name} is no JSON Web Key Set: {error}") from error
