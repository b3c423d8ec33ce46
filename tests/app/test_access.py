"""Tokens and requirements through the whole gateway, over real HTTP."""

import json
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from gateway.app import make_app, make_loader
from gateway.errors import SettingsError
from tests.app.markets import CITY, HEALTHCARE, REQUEST, SUPERGRAPH, served, settings, subgraph, url_of

KEY = Ed25519PrivateKey.generate()
RESTRICTED = SUPERGRAPH.replace(
    "{ query: Query",
    '@link(url: "https://specs.apollo.dev/requiresScopes/v0.1", for: SECURITY)\n{ query: Query',
).replace("indication: String", 'indication: String @requiresScopes(scopes: [["health:read"]])')


def token(**claims: Any) -> dict[str, str]:
    signed = jwt.encode({"exp": time.time() + 600, **claims}, KEY, "EdDSA")
    return {"authorization": f"Bearer {signed}"}


async def test_scopes_of_a_token_decide_what_is_seen(tmp_path: Path) -> None:
    """Without them the field is null with an error, with them it is there, and a wrong token is 401."""
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps({"keys": [OKPAlgorithm.to_jwk(KEY.public_key(), as_dict=True)]}))
    async with subgraph(CITY) as city, subgraph(HEALTHCARE) as healthcare:
        urls = {"city": url_of(city), "healthcare": url_of(healthcare)}
        made = settings(tmp_path, urls=urls, authentication={"keys": ["keys.json"]})
        (tmp_path / "supergraph.graphql").write_text(RESTRICTED, encoding="utf-8")
        async with served(make_app(made, make_loader(made))) as client:
            seen = []
            for headers in ({}, token(scope="x"), token(scope="x health:read")):
                async with client.post("/graphql", json=REQUEST, headers=headers) as answer:
                    body = await answer.json()
                    seen.append((body["data"]["achievement"]["indication"], len(body.get("errors", ()))))
            assert seen == [(None, 1), (None, 1), ("hearing loss", 0)]
            async with client.post("/graphql", json=REQUEST, headers={"authorization": "Bearer x"}) as answer:
                assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ({"keys": ["http://id.example.com/keys"]}, "without TLS"),
        ({"required": True}, "needs authentication.keys"),
        ({"keys": ["k.json"], "algorithms": ["none"]}, "prove nothing"),
    ],
)
def test_settings_that_would_let_anybody_in_stop_the_start(
    section: dict[str, Any], message: str, tmp_path: Path
) -> None:
    """With the key's name."""
    with pytest.raises(SettingsError, match=message):
        settings(tmp_path, authentication=section)
