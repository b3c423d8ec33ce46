"""Conditional requests: a client that has the answer already is told so, and not sent it again (RFC 9110, section 13)."""

from collections.abc import Mapping
from hashlib import blake2b

NOT_MODIFIED = 304


def validator_of(body: bytes) -> str:
    """An answer's ``ETag``. It is weak: the same answer may be written in other bytes, compressed ones for instance."""
    return f'W/"{blake2b(body, digest_size=12).hexdigest()}"'


def may_be_kept(headers: Mapping[str, str]) -> bool:
    """Whether clients may keep an answer with these headers, so that it is worth having a validator."""
    said = headers.get("cache-control")
    return said is not None and "no-store" not in said


def has_it(if_none_match: str | None, validator: str) -> bool:
    """Whether ``If-None-Match`` names the answer (RFC 9110, section 13.1.2): weakly compared."""
    if if_none_match is None:
        return False
    opaque = validator.removeprefix("W/")
    given = (each.strip().removeprefix("W/") for each in if_none_match.split(","))
    return any(each in ("*", opaque) for each in given)
