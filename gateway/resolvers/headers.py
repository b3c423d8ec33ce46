"""Which headers of the client's request go on to a subgraph, and under which names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

RESERVED: Final = frozenset(
    {
        "accept",
        "accept-encoding",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "host",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Headers that speak of one connection or one body (RFC 9110, sections 7.6.1 and 8): those of the client's are never passed on."""


@dataclass(frozen=True, slots=True)
class PassHeader:
    """Pass on the client's header ``name`` as ``rename``; where the client has none, send ``default``, or nothing where that is None."""

    name: str
    rename: str
    default: str | None = None


@dataclass(frozen=True, slots=True)
class PassMatching:
    """Pass on every header of the client's whose whole name the pattern matches, but for the reserved ones."""

    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class SetHeader:
    """Send a header with this value, whatever the client says."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class RemoveMatching:
    """Take out, of what earlier rules passed on, every header whose whole name the pattern matches."""

    pattern: re.Pattern[str]


HeaderRule: TypeAlias = PassHeader | PassMatching | SetHeader | RemoveMatching


@dataclass(frozen=True, slots=True)
class HeaderRules:
    """Rules that are applied one after the other. Names are in lower case."""

    rules: tuple[HeaderRule, ...] = ()

    def apply(self, client: Mapping[str, str]) -> dict[str, str]:
        """The headers for a subgraph, from those of the client, whose names are in lower case."""
        sent: dict[str, str] = {}
        for rule in self.rules:
            _apply(rule, client, sent)
        return sent


def _apply(rule: HeaderRule, client: Mapping[str, str], sent: dict[str, str]) -> None:
    match rule:
        case PassHeader(name, rename, default):
            value = client.get(name, default)
            if value is not None:
                sent[rename] = value
        case PassMatching(pattern):
            sent.update(
                (name, value)
                for name, value in client.items()
                if name not in RESERVED and pattern.fullmatch(name) is not None
            )
        case SetHeader(name, value):
            sent[name] = value
        case RemoveMatching(pattern):
            for name in [name for name in sent if pattern.fullmatch(name) is not None]:
                del sent[name]
