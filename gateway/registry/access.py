"""Who may do what: tokens, and the callers that they stand for."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gateway.registry.errors import ForbiddenError, InvalidError, UnauthenticatedError
from gateway.registry.model import Right
from gateway.registry.store.database import Database
from gateway.registry.store.tokens import TokenRecord, find_token, save_token

TOKEN: Final = re.compile(r"tongfen_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
"""A token: what it is, its public number, and 256 bits of chance."""

BEARER: Final = "bearer "


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. ``name`` is what the history and the audit log call them. Empty ``subgraphs`` or ``environments`` are all of them.

    ``city`` among the subgraphs is the subgraph with its members, ``city/3302`` one member alone.
    """

    name: str
    rights: frozenset[Right] = frozenset()
    subgraphs: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    token_id: str = ""

    def has(self, right: Right) -> bool:
        """Whether the caller has a right for at least one subgraph."""
        return right in self.rights or Right.ADMIN in self.rights

    def demand(self, right: Right, *, subgraph: str = "", environment: str = "") -> None:
        """Raises ForbiddenError, or UnauthenticatedError for whoever has no rights at all."""
        if not self.rights:
            raise UnauthenticatedError("Send a token: the header 'authorization: Bearer tongfen_…'.")
        if not self.has(right):
            raise ForbiddenError(f"The token {self.name} has not the right {right.value!r}.")
        if Right.ADMIN in self.rights:
            return
        if subgraph and self.subgraphs and not {subgraph, subgraph.partition("/")[0]} & set(self.subgraphs):
            raise ForbiddenError(f"The token {self.name} is for {', '.join(self.subgraphs)}, not for {subgraph}.")
        if environment and self.environments and environment not in self.environments:
            allowed = ", ".join(self.environments)
            raise ForbiddenError(f"The token {self.name} is for {allowed}, not for {environment}.")


NOBODY: Final = Caller("nobody")
ANYBODY: Final = Caller("anybody", frozenset(Right))
"""Who asks where the settings leave the registry open."""


async def authenticate(database: Database, header: str | None) -> Caller:
    """Who sends this Authorization header. Raises UnauthenticatedError for a token that is not good."""
    if not header:
        return NOBODY
    found = TOKEN.fullmatch(header[len(BEARER) :].strip()) if header.lower().startswith(BEARER) else None
    known = await find_token(database, found[1]) if found else None
    if found is None or known is None or not hmac.compare_digest(known[1], hash_secret(found[2])):
        raise UnauthenticatedError("The token is not known here; send 'authorization: Bearer tongfen_…'.")
    token, _ = known
    if token.revoked_at is not None:
        raise UnauthenticatedError(f"The token {token.name} was revoked.")
    if token.expires_at is not None and token.expires_at <= database.now():
        raise UnauthenticatedError(f"The token {token.name} expired at {token.expires_at.isoformat()}.")
    return Caller(token.name, token.rights, token.subgraphs, token.environments, token.id)


async def create_token(
    database: Database,
    *,
    name: str,
    rights: Collection[Right],
    created_by: str,
    subgraphs: tuple[str, ...] = (),
    environments: tuple[str, ...] = (),
    expires_at: datetime | None = None,
    only_first: bool = False,
) -> tuple[TokenRecord, str]:
    """A new token and its text, which is told this once. Raises InvalidError; ConflictError where it must be the first and is not."""
    if not name.strip() or not rights:
        raise InvalidError("A token needs a name and at least one right.")
    if Right.ADMIN in rights and (subgraphs or environments):
        raise InvalidError(
            "The right admin is for everything: leave out subgraphs and environments, or take other rights."
        )
    token_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    token = TokenRecord(
        id=token_id,
        name=name.strip(),
        rights=frozenset(rights),
        subgraphs=subgraphs,
        environments=environments,
        created_at=database.now(),
        created_by=created_by,
        expires_at=expires_at,
    )
    await save_token(database, token, hash_secret(secret), only_first=only_first)
    return token, f"tongfen_{token_id}_{secret}"


def hash_secret(secret: str) -> str:
    """SHA-256 is enough for 256 bits of chance: there is nothing to guess."""
    return hashlib.sha256(secret.encode()).hexdigest()
