"""Who acts: the organisation or broker that a token stands for, and the scopes that it was given.

The gateway keeps those out whose token lacks a field's scopes (``@requiresScopes``). What it cannot know is whose demand a
demand is: that a publisher changes only its own, a broker enters only his own acts, is checked here, by :func:`check_actor`.
A market without keys asks nobody who he is; that is for the demo.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from subgraphs.kit.errors import ErrorCode, Refusal

PUBLISH: Final = "listing:publish"
"""To publish an organisation's demands and achievements, and to take its demands through their lives."""
ANSWER: Final = "demand:answer"
"""To answer demands for an organisation."""
BROKER: Final = "broker:act"
"""To act as a broker."""
BID: Final = "auction:bid"
"""To register for auctions and bid for an organisation."""
AUCTIONEER: Final = "auction:operate"
"""To open auctions and let the hammer fall."""
JUDGE: Final = "challenge:judge"
"""To mark the entries of challenges."""
TRADE: Final = "deal:trade"
"""To offer, accept and sign for an organisation."""
AUDIT: Final = "audit:read"
"""To look at what two sides agree on, and at the price of deals."""
APPROVE: Final = "approval:decide"
"""To take an institution's approval cases on."""
OBJECT: Final = "approval:object"
"""To object to approval cases for an organisation."""
RECORD: Final = "listing:record"
"""To tell core of listings: for cities' servers."""
OPERATE: Final = "market:operate"
"""The scope of the market's operator, who acts for everybody."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. Without a subject it is nobody: there was no token."""

    subject: str = ""
    scopes: frozenset[str] = frozenset()
    organization: str | None = None
    """The unified social credit code of the organisation that the subject acts for."""
    broker: str | None = None
    """The number of registration, where the subject is a broker."""

    @classmethod
    def of(cls, claims: Mapping[str, Any]) -> Self:
        """The actor of a token's claims: ``sub``, ``scope`` (words), ``organization``, ``broker``."""
        scope = claims.get("scope", "")
        words = scope.split() if isinstance(scope, str) else ()
        return cls(str(claims.get("sub", "")), frozenset(words), claims.get("organization"), claims.get("broker"))


NOBODY: Final = Actor()


@dataclass(frozen=True, slots=True)
class Permit:
    """One way to be allowed: a scope, and whose it has to be."""

    scope: str
    organization: str | None = None
    broker: str | None = None
    subject: str | None = None

    def holds_for(self, actor: Actor) -> bool:
        """Whether the actor has the scope and is the organisation, broker and subject that are named, if any are."""
        return (
            self.scope in actor.scopes
            and self.organization in (None, actor.organization)
            and self.broker in (None, actor.broker)
            and self.subject in (None, actor.subject)
        )

    def __str__(self) -> str:
        names = (("organisation", self.organization), ("broker", self.broker), ("subject", self.subject))
        return " ".join((self.scope, *(f"of the {kind} {name}" for kind, name in names if name)))


def check_actor(actor: Actor | None, *permits: Permit) -> None:
    """Let pass who has one of the permits, or operates the market; everybody where the market asks nobody (``None``).

    Raises ``Refusal`` NOT_SIGNED_IN for nobody, NOT_ALLOWED for anybody else.
    """
    if actor is None or OPERATE in actor.scopes or any(permit.holds_for(actor) for permit in permits):
        return
    wanted = _either((*permits, Permit(OPERATE)))
    if not actor.subject:
        raise Refusal(
            ErrorCode.NOT_SIGNED_IN, f"This needs a token with {wanted}; send one in the header authorization."
        )
    raise Refusal(ErrorCode.NOT_ALLOWED, f"{actor.subject} may not do this; it needs {wanted}.")


def scopes(*names: str) -> list[list[str]]:
    """``@requiresScopes`` for a field that each of these scopes lets in, and the operator's."""
    return [[name] for name in (*names, OPERATE)]


def _either(permits: Iterable[Permit]) -> str:
    return " or ".join(map(str, permits))
