"""Tokens of the tests' own: a key, its key set, and claims signed with it."""

import json
import time
from pathlib import Path
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

KEY: Final = Ed25519PrivateKey.generate()
OTHER_KEY: Final = Ed25519PrivateKey.generate()
KEY_ID: Final = "k"


def write_keys(path: Path) -> Path:
    """The key set with the public half of the key."""
    public = OKPAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
    path.write_text(json.dumps({"keys": [{**public, "kid": KEY_ID, "alg": "EdDSA", "use": "sig"}]}))
    return path


def sign(subject: str, scope: str = "", *, key: Ed25519PrivateKey = KEY, lives: int = 3_600, **claims: Any) -> str:
    """A token of a subject; ``organization`` and ``broker`` are claims."""
    content = {"sub": subject, "scope": scope, "exp": int(time.time()) + lives, **claims}
    return jwt.encode(content, key, "EdDSA", headers={"kid": KEY_ID})
