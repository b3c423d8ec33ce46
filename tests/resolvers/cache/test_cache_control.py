"""What headers say (RFC 9111, RFC 5861), and what ours say."""

import pytest

from gateway.resolvers.cache.cache_control import age_of, read_policy, write_cache_control
from gateway.resolvers.cache.policy import NOT_KEPT, NOTHING_SAID, Policy, strictest

SAID = [
    ({}, NOTHING_SAID),
    ({"cache-control": "public"}, Policy()),
    ({"cache-control": "max-age=60"}, Policy(60)),
    ({"cache-control": 'MAX-AGE="60" , Public'}, Policy(60)),
    ({"cache-control": "max-age=60, s-maxage=10"}, Policy(10)),
    ({"cache-control": "private, max-age=60, s-maxage=10"}, Policy(60, private=True)),
    ({"cache-control": "max-age=60, max-age=5"}, Policy(60)),
    ({"cache-control": "max-age=-1"}, Policy(0)),
    ({"cache-control": "max-age"}, Policy(0)),
    ({"cache-control": "no-store, max-age=60"}, NOT_KEPT),
    ({"cache-control": "no-cache, max-age=60"}, NOT_KEPT),
    ({"cache-control": "max-age=60", "vary": "*"}, NOT_KEPT),
    ({"vary": "*"}, NOT_KEPT),
    ({"cache-control": "max-age=60", "vary": "Accept-Encoding, Authorization"}, Policy(60, private=True)),
    ({"cache-control": "max-age=60", "vary": "accept-language"}, Policy(60)),
    (
        {"cache-control": "max-age=60, stale-while-revalidate=5, stale-if-error=100"},
        Policy(60, stale_while_revalidate=5, stale_if_error=100),
    ),
    (
        {"cache-control": "max-age=60, stale-if-error=100, must-revalidate"},
        Policy(60, stale_while_revalidate=0, stale_if_error=0),
    ),
]


@pytest.mark.parametrize(("headers", "expected"), SAID)
def test_headers_say_how_long(headers: dict[str, str], expected: Policy) -> None:
    """Whatever cannot be read is read carefully."""
    assert read_policy(headers) == expected


@pytest.mark.parametrize("said", ["max-age=60", "max-age=60, stale-if-error=5"])
def test_the_answer_to_an_authorised_request_is_private(said: str) -> None:
    """Unless it says that all may have it (RFC 9111, section 3.5)."""
    assert read_policy({"cache-control": said}, sent=["authorization"]).private
    assert not read_policy({"cache-control": f"public, {said}"}, sent=["authorization"]).private


@pytest.mark.parametrize(("age", "expected"), [("7", 7.0), ("", 0.0), ("-1", 0.0), ("x", 0.0)])
def test_the_age_is_read(age: str, expected: float) -> None:
    """What is no number is none."""
    assert age_of({"age": age}) == expected


def test_the_strictest_wins() -> None:
    """Of each time that was said the least; nobody's silence counts."""
    said = [Policy(60, stale_if_error=5), Policy(private=True), Policy(10, stale_if_error=9), NOTHING_SAID]
    assert strictest(said) == Policy(10, private=True, stale_if_error=5)
    assert strictest([]) == NOTHING_SAID
    assert not NOTHING_SAID.allows


def test_our_own_header() -> None:
    """A lifetime for all or for one; nothing for what is over or may not be kept."""
    assert write_cache_control(Policy(60), 3) == "public, max-age=60"
    assert write_cache_control(Policy(60, private=True), 3) == "private, max-age=60"
    assert write_cache_control(Policy(60), 60) == "public, max-age=0"
    assert write_cache_control(NOT_KEPT, 0) == "no-store"
