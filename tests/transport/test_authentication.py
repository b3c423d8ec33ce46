"""Who asks: tokens that count, tokens that do not, and keys that change."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import jwt
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm, HMACAlgorithm, RSAAlgorithm

from gateway.errors import RequestError, SettingsError
from gateway.resolvers.messages import GraphQLRequest
from gateway.transport.authentication import AuthenticatingService
from gateway.transport.authentication.keys import KeyRing
from gateway.transport.authentication.tokens import TokenPolicy, TokenVerifier
from gateway.transport.endpoint import EndpointOptions, GraphQLEndpoint
from tests.transport.exchange import FakeService, post

RSA: Final = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER: Final = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC: Final = ec.generate_private_key(ec.SECP256R1())
NOW: Final = int(time.time())
CLAIMS: Final = {"sub": "ann", "scope": "deal:read", "iss": "https://id", "aud": "market", "exp": NOW + 3600}


def public(key: Any, key_id: str) -> dict[str, Any]:
    algorithm = ECAlgorithm if isinstance(key, ec.EllipticCurvePrivateKey) else RSAAlgorithm
    return {**algorithm.to_jwk(key.public_key(), as_dict=True), "kid": key_id}


def sign(claims: dict[str, Any], key: Any = RSA, key_id: str | None = "r", algorithm: str = "RS256") -> str:
    return jwt.encode(claims, key, algorithm, headers={"kid": key_id} if key_id else None)


def key_set(*keys: dict[str, Any]) -> bytes:
    return json.dumps({"keys": keys}).encode()


@pytest.fixture
def verifier(tmp_path: Path) -> TokenVerifier:
    path = tmp_path / "keys.json"
    path.write_bytes(key_set(public(RSA, "r"), public(EC, "e"), {"kty": "unheard-of"}))
    policy = TokenPolicy(issuers=("https://id",), audiences=("market", "other"))
    return TokenVerifier(KeyRing([path], refresh_seconds=300), policy)


@pytest.mark.parametrize(
    "token",
    [
        sign(CLAIMS),
        sign(CLAIMS, EC, "e", "ES256"),
        sign(CLAIMS, key_id=None),
        sign({**CLAIMS, "aud": ["x", "other"]}),
        sign({**CLAIMS, "nbf": NOW - 1}),
    ],
    ids=["rsa", "ec", "without key id", "several audiences", "begun"],
)
async def test_a_token_that_counts_gives_its_claims(token: str, verifier: TokenVerifier) -> None:
    """By the key it names, or by any of its kind."""
    assert (await verifier.verify(token))["sub"] == "ann"
    assert (await verifier.verify(token))["scope"] == "deal:read"


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        (sign({**CLAIMS, "exp": NOW - 10}), "it has ended"),
        (sign({**CLAIMS, "nbf": NOW + 1000}), "it has not begun"),
        (sign({**CLAIMS, "aud": "somebody"}), "it is for somebody else"),
        (sign({**CLAIMS, "iss": "https://evil"}), "it is from somebody"),
        (sign({key: value for key, value in CLAIMS.items() if key != "exp"}), "lacks a claim"),
        (sign({key: value for key, value in CLAIMS.items() if key != "aud"}), "lacks a claim"),
        (sign(CLAIMS, OTHER), "its signature is wrong"),
        (sign(CLAIMS, OTHER, "nobody"), "a key that is not known"),
        (sign(CLAIMS, "s" * 32, "r", "HS256"), "its algorithm is not allowed"),
        (sign(CLAIMS, "", "r", "none"), "its algorithm is not allowed"),
        (sign(CLAIMS)[:-4] + "AAAA", "its signature is wrong"),
        ("no.token", "no JSON Web Token"),
        ("", "no JSON Web Token"),
        ("x" * 20_000, "too long"),
    ],
    ids=[
        "ended",
        "future",
        "audience",
        "issuer",
        "no end",
        "no audience",
        "forged",
        "unknown",
        "hmac",
        "none",
        "cut",
        "text",
        "empty",
        "long",
    ],
)
async def test_a_token_that_does_not_count_is_refused(token: str, reason: str, verifier: TokenVerifier) -> None:
    """With 401 and why, and never with what is in it."""
    with pytest.raises(RequestError, match=reason) as caught:
        await verifier.verify(token)
    assert (caught.value.status, caught.value.code) == (401, "UNAUTHENTICATED")
    assert "ann" not in caught.value.message


async def test_a_withdrawn_key_counts_for_a_minute_at_most(tmp_path: Path) -> None:
    """For so long a token that was verified is believed without being read again."""
    path, clock = tmp_path / "keys.json", [float(NOW)]
    path.write_bytes(key_set(public(RSA, "r")))
    verifier = TokenVerifier(KeyRing([path], refresh_seconds=0), TokenPolicy(), clock=lambda: clock[0])
    token = sign({"sub": "ann", "exp": NOW + 3600})
    await verifier.verify(token)
    path.write_bytes(key_set(public(OTHER, "o")))
    clock[0] += 59
    assert (await verifier.verify(token))["sub"] == "ann"
    clock[0] += 1
    with pytest.raises(RequestError, match="not known"):
        await verifier.verify(token)


@given(st.binary(max_size=40).map(lambda raw: raw.decode("latin-1")), st.integers(0, 200))
async def test_any_text_is_a_token_or_a_refusal(text: str, at: int) -> None:
    """Nothing else comes out, however a token is bent."""
    verifier = TokenVerifier(KeyRing([], refresh_seconds=300), TokenPolicy())
    good = sign(CLAIMS)
    with pytest.raises(RequestError):
        await verifier.verify(good[:at] + text + good[at:])


@asynccontextmanager
async def serving(answers: list[tuple[int, bytes]]) -> AsyncIterator[tuple[str, list[int]]]:
    """An address that gives these answers, the last one for ever, and how often it was asked."""
    asked: list[int] = []

    async def answer(_: web.Request) -> web.Response:
        status, body = answers[min(len(asked), len(answers) - 1)]
        asked.append(status)
        return web.Response(status=status, body=body)

    app = web.Application()
    app.router.add_get("/keys", answer)
    async with TestServer(app) as server:
        yield str(server.make_url("/keys")), asked


async def test_a_new_key_is_found_when_it_is_needed() -> None:
    """The set is read again for a key that is not known, but not for every forged token."""
    clock = [0.0]
    async with serving([(200, key_set(public(OTHER, "o"))), (200, key_set(public(RSA, "r")))]) as (url, asked):
        verifier = TokenVerifier(KeyRing([url], refresh_seconds=300, clock=lambda: clock[0]), TokenPolicy())
        for _ in range(5):
            with pytest.raises(RequestError, match="not known"):
                await verifier.verify(sign(CLAIMS))
        assert len(asked) == 1
        clock[0] = 10
        assert (await verifier.verify(sign({**CLAIMS, "aud": []})))["sub"] == "ann"
        assert len(asked) == 2


async def test_keys_stay_while_their_address_fails() -> None:
    """An identity provider that is down locks nobody out who has a token."""
    clock = [0.0]
    async with serving([(200, key_set(public(RSA, "r"))), (503, b""), (200, b"<html>")]) as (url, asked):
        verifier = TokenVerifier(KeyRing([url], refresh_seconds=300, clock=lambda: clock[0]), TokenPolicy())
        for number in range(3):
            clock[0] = 300.0 * number
            assert (await verifier.verify(sign({**CLAIMS, "exp": NOW + 3600 + number})))["sub"] == "ann"
        assert asked == [200, 503, 200]


async def test_symmetric_keys_count_only_where_they_are_allowed(tmp_path: Path) -> None:
    """A shared secret is a key like any other, once the settings name its algorithm."""
    secret = "s" * 32
    path = tmp_path / "keys.json"
    path.write_bytes(key_set({**HMACAlgorithm.to_jwk(secret.encode(), as_dict=True), "kid": "h", "alg": "HS256"}))
    token = sign(CLAIMS, secret, "h", "HS256")
    keys = KeyRing([path], refresh_seconds=300)
    with pytest.raises(RequestError, match="algorithm"):
        await TokenVerifier(keys, TokenPolicy()).verify(token)
    assert (await TokenVerifier(keys, TokenPolicy(algorithms=("HS256",))).verify(token))["sub"] == "ann"


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"keys": []}', b'{"keys": [{"kty": "RSA"}, 7]}'])
def test_a_file_that_is_no_key_set_stops_the_start(content: bytes, tmp_path: Path) -> None:
    """With the setting's key and the file."""
    path = tmp_path / "keys.json"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=r"^authentication.keys: .*keys.json: this"):
        KeyRing([path], refresh_seconds=300)
    with pytest.raises(SettingsError, match="No such file"):
        KeyRing([tmp_path / "none.json"], refresh_seconds=300)


class Desk:
    """An endpoint that reads tokens."""

    def __init__(self, verifier: TokenVerifier, *, required: bool = False, scheme: str = "Bearer") -> None:
        self.engine = FakeService()
        service = AuthenticatingService(self.engine, verifier, header="authorization", scheme=scheme, required=required)
        self.app = GraphQLEndpoint(service, options=EndpointOptions())

    async def post(self, **headers: str) -> Any:
        return await post(self.app, {"query": "{ a }"}, **headers)


async def test_claims_come_to_the_engine(verifier: TokenVerifier) -> None:
    """Those of the token; none without one."""
    desk = Desk(verifier)
    assert (await desk.post()).status == 200
    assert (await desk.post(authorization=f"bearer {sign(CLAIMS)}")).status == 200
    assert [request.claims.get("sub") for request in desk.engine.asked] == [None, "ann"]
    bare = Desk(verifier, scheme="")
    assert (await bare.post(authorization=sign(CLAIMS))).status == 200


@pytest.mark.parametrize(
    "value", ["Basic YTpi", "Bearer", "Bearer x.y.z", sign(CLAIMS)], ids=["basic", "empty", "text", "bare"]
)
async def test_a_wrong_token_is_refused_though_none_is_required(value: str, verifier: TokenVerifier) -> None:
    """Who sends one means it: silently being nobody would hide the mistake."""
    response = await Desk(verifier).post(authorization=value)
    assert (response.status, response.code, response.headers["www-authenticate"]) == (401, "UNAUTHENTICATED", "Bearer")


async def test_a_token_can_be_required(verifier: TokenVerifier) -> None:
    """Then nobody is refused but those without one."""
    desk = Desk(verifier, required=True)
    refused = await desk.post()
    assert (refused.status, refused.code, desk.engine.asked) == (401, "UNAUTHENTICATED", [])
    assert (await desk.post(authorization=f"Bearer {sign(CLAIMS)}")).status == 200


async def test_other_transports_are_served_as_well(verifier: TokenVerifier) -> None:
    """The service stands before the engine, whoever asks it."""
    service = AuthenticatingService(FakeService(), verifier, header="x-token", scheme="", required=True)
    request = GraphQLRequest("{ a }", headers={"x-token": sign(CLAIMS)})
    assert (await service.authenticate(request)).claims["sub"] == "ann"
    with pytest.raises(RequestError):
        await service.execute(GraphQLRequest("{ a }"))
