"""One token: verified once, and believed until it ends."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import jwt

from gateway.transport.authentication.keys import KeyRing
from gateway.transport.authentication.service import unauthenticated

MAX_TOKEN_LENGTH: Final = 16_384
KEPT: Final = 10_000
"""How many verified tokens are remembered."""

KEPT_SECONDS: Final = 60.0
"""For how long one is remembered, if it does not end before: a key that is withdrawn counts no longer than that."""


@dataclass(frozen=True, slots=True)
class TokenPolicy:
    """Which tokens count. Without issuers or audiences, those of any."""

    algorithms: tuple[str, ...] = (
        "RS256",
        "RS384",
        "RS512",
        "PS256",
        "PS384",
        "PS512",
        "ES256",
        "ES384",
        "ES512",
        "EdDSA",
    )
    issuers: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    leeway_seconds: float = 0.0


class TokenVerifier:
    """Verifies JSON Web Tokens (RFC 7519, section 7.2) by the keys of ``keys``. ``clock`` gives seconds since 1970."""

    def __init__(self, keys: KeyRing, policy: TokenPolicy, *, clock: Callable[[], float] = time.time) -> None:
        self._keys, self._policy, self._clock = keys, policy, clock
        self._verified: OrderedDict[str, tuple[float, Mapping[str, Any]]] = OrderedDict()

    async def verify(self, token: str) -> Mapping[str, Any]:
        """The claims of a token. Raises RequestError with status 401 for one that does not count."""
        known = self._verified.get(token)
        if known is not None and self._clock() < known[0]:
            self._verified.move_to_end(token)
            return known[1]
        claims = await self._read(token)
        until = min(self._clock() + KEPT_SECONDS, claims["exp"] + self._policy.leeway_seconds)
        self._verified[token] = (until, claims)
        if len(self._verified) > KEPT:
            self._verified.popitem(last=False)
        return claims

    async def _read(self, token: str) -> Mapping[str, Any]:
        if len(token) > MAX_TOKEN_LENGTH:
            raise unauthenticated("it is too long")
        try:
            key_id = jwt.get_unverified_header(token).get("kid")
        except jwt.PyJWTError:
            raise unauthenticated("it is no JSON Web Token") from None
        problem: jwt.PyJWTError = jwt.InvalidKeyError()
        for key in await self._keys.find(key_id):
            try:
                return self._decode(token, key)
            except jwt.InvalidSignatureError as error:
                problem = error
            except jwt.PyJWTError as error:
                raise unauthenticated(REASONS.get(type(error), "it is not valid")) from None
        raise unauthenticated(REASONS.get(type(problem), "it is not valid"))

    def _decode(self, token: str, key: jwt.PyJWK) -> Mapping[str, Any]:
        policy = self._policy
        claims: Mapping[str, Any] = jwt.decode(
            token,
            key,
            algorithms=list(policy.algorithms),
            audience=list(policy.audiences) or None,
            issuer=list(policy.issuers) or None,
            leeway=policy.leeway_seconds,
            options={"require": ["exp"], "verify_aud": bool(policy.audiences)},
        )
        return claims


REASONS: Final[Mapping[type[jwt.PyJWTError], str]] = {
    jwt.InvalidKeyError: "it is signed by a key that is not known here",
    jwt.InvalidSignatureError: "its signature is wrong",
    jwt.ExpiredSignatureError: "it has ended",
    jwt.ImmatureSignatureError: "it has not begun",
    jwt.InvalidAudienceError: "it is for somebody else",
    jwt.InvalidIssuerError: "it is from somebody whose tokens do not count here",
    jwt.MissingRequiredClaimError: "it lacks a claim that it must have",
    jwt.InvalidAlgorithmError: "its algorithm is not allowed here",
    jwt.DecodeError: "it is no JSON Web Token",
}
