"""What the headers of a subgraph's answer say about keeping it (RFC 9111, RFC 5861)."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from gateway.resolvers.cache.policy import NOT_KEPT, NOTHING_SAID, Policy

DIRECTIVE: Final = re.compile(
    r'\s*([!#$%&\'*+.^_`|~0-9A-Za-z-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]*)))?\s*(?:,|$)'
)
"""One directive of ``Cache-Control``, its value quoted or not (RFC 9111, section 5.2)."""

REVALIDATED: Final = frozenset({"must-revalidate", "proxy-revalidate"})
"""Directives that forbid serving stale (RFC 9111, sections 5.2.2.2 and 5.2.2.8; RFC 5861, section 4)."""

PERSONAL_HEADERS: Final = frozenset({"authorization", "cookie"})
"""An answer that varies by one of these is one person's."""


def read_policy(headers: Mapping[str, str], *, sent: Iterable[str] = ()) -> Policy:
    """The policy in an answer's headers; ``sent`` are the (lower-case) names of the request's headers.

    A lifetime that cannot be read is none. The answer to a request with ``Authorization``
    is private unless it says that all may have it (RFC 9111, section 3.5). ``Vary: *`` is never kept; an answer that varies by who
    asked is private.
    """
    text = headers.get("cache-control")
    vary = {name.strip().lower() for name in headers.get("vary", "").split(",")}
    if text is None:
        return NOT_KEPT if "*" in vary else NOTHING_SAID
    said = read_directives(text)
    if "no-store" in said or "no-cache" in said or "*" in vary:
        return NOT_KEPT
    shared = "public" in said or "s-maxage" in said or not REVALIDATED.isdisjoint(said)
    private = "private" in said or not PERSONAL_HEADERS.isdisjoint(vary) or ("authorization" in sent and not shared)
    max_age = seconds(said, "max-age" if private else "s-maxage")
    if max_age is None:
        max_age = seconds(said, "max-age")
    if max_age is None:
        return Policy(private=private)
    is_strict = not REVALIDATED.isdisjoint(said)
    return Policy(
        max_age=max_age,
        private=private,
        stale_while_revalidate=0.0 if is_strict else seconds(said, "stale-while-revalidate"),
        stale_if_error=0.0 if is_strict else seconds(said, "stale-if-error"),
    )


def read_directives(text: str) -> dict[str, str]:
    """The directives of ``Cache-Control`` by lower-case name; of a repeated one the first counts (RFC 9111, section 4.2.1)."""
    found: dict[str, str] = {}
    for name, quoted, plain in DIRECTIVE.findall(text):
        found.setdefault(name.lower(), quoted or plain)
    return found


def seconds(said: Mapping[str, str], name: str) -> float | None:
    """A directive's time. One that is there and is no number counts as 0, the careful reading (RFC 9111, section 4.2.1)."""
    text = said.get(name)
    if text is None:
        return None
    return float(text) if text.isascii() and text.isdigit() else 0.0


def age_of(headers: Mapping[str, str]) -> float:
    """How many seconds the answer has lain elsewhere already (RFC 9111, section 5.1)."""
    text = headers.get("age", "").strip()
    return float(text) if text.isascii() and text.isdigit() else 0.0


def write_cache_control(policy: Policy, age: float) -> str:
    """The header of an answer of ours that is ``age`` seconds old. What may not be kept is not to be stored by anyone."""
    if not policy.allows:
        return "no-store"
    parts = ["private" if policy.private else "public", f"max-age={int(policy.max_age or 0)}"]
    if policy.stale_while_revalidate:
        parts.append(f"stale-while-revalidate={int(policy.stale_while_revalidate)}")
    if policy.stale_if_error:
        parts.append(f"stale-if-error={int(policy.stale_if_error)}")
    return ", ".join(parts) if age < (policy.max_age or 0) else f"{parts[0]}, max-age=0"
