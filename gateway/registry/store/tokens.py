"""Tokens: only their hashes are kept."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, insert, select, update

from gateway.registry.errors import ConflictError, NotFoundError
from gateway.registry.model import Right
from gateway.registry.store.audit import append_entry
from gateway.registry.store.database import Database, from_milliseconds, to_milliseconds
from gateway.registry.store.tables import TOKENS


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """A token without its secret. Empty ``subgraphs`` or ``environments`` are all of them."""

    id: str
    name: str
    rights: frozenset[Right]
    subgraphs: tuple[str, ...]
    environments: tuple[str, ...]
    created_at: datetime
    created_by: str
    expires_at: datetime | None = None
    revoked_at: datetime | None = None


async def save_token(database: Database, token: TokenRecord, secret_hash: str, *, only_first: bool = False) -> None:
    """Keep a new token; ``only_first`` raises ConflictError where there are tokens already."""
    async with database.writing() as connection:
        if only_first and (await connection.execute(select(TOKENS.c.id).limit(1))).first() is not None:
            message = "This registry has tokens already. Its administrator makes further ones: tongfen token create."
            raise ConflictError(message)
        detail = {"name": token.name, "rights": sorted(token.rights), "subgraphs": list(token.subgraphs)}
        await append_entry(
            connection, database, actor=token.created_by, action="token.create", subject=token.id, detail=detail
        )
        await connection.execute(insert(TOKENS).values(**token_to_row(token), secret_hash=secret_hash))


async def revoke_token(database: Database, token_id: str, *, actor: str) -> None:
    """Make a token useless from now on. Raises NotFoundError for one that is unknown or revoked already."""
    async with database.writing() as connection:
        moment = await append_entry(connection, database, actor=actor, action="token.revoke", subject=token_id)
        revoked = update(TOKENS).where(TOKENS.c.id == token_id, TOKENS.c.revoked_at.is_(None))
        done = await connection.execute(revoked.values(revoked_at=to_milliseconds(moment)))
        if done.rowcount != 1:
            raise NotFoundError(f"There is no token {token_id} that could be revoked.")


async def find_token(database: Database, token_id: str) -> tuple[TokenRecord, str] | None:
    """A token and the hash of its secret."""
    async with database.reading() as connection:
        row = (await connection.execute(select(TOKENS).where(TOKENS.c.id == token_id))).mappings().first()
    return (row_to_token(row), row["secret_hash"]) if row else None


async def read_tokens(database: Database) -> tuple[TokenRecord, ...]:
    """All tokens, in the order of their making."""
    async with database.reading() as connection:
        rows = (await connection.execute(select(TOKENS).order_by(TOKENS.c.created_at, TOKENS.c.id))).mappings().all()
    return tuple(map(row_to_token, rows))


def token_to_row(token: TokenRecord) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "rights": json.dumps(sorted(token.rights)),
        "subgraphs": json.dumps(token.subgraphs, ensure_ascii=False),
        "environments": json.dumps(token.environments, ensure_ascii=False),
        "created_at": to_milliseconds(token.created_at),
        "created_by": token.created_by,
        "expires_at": to_milliseconds(token.expires_at) if token.expires_at else None,
        "revoked_at": to_milliseconds(token.revoked_at) if token.revoked_at else None,
    }


def row_to_token(row: RowMapping | Mapping[str, Any]) -> TokenRecord:
    return TokenRecord(
        id=row["id"],
        name=row["name"],
        rights=frozenset(Right(right) for right in json.loads(row["rights"])),
        subgraphs=tuple(json.loads(row["subgraphs"])),
        environments=tuple(json.loads(row["environments"])),
        created_at=from_milliseconds(row["created_at"]),
        created_by=row["created_by"],
        expires_at=from_milliseconds(row["expires_at"]) if row["expires_at"] is not None else None,
        revoked_at=from_milliseconds(row["revoked_at"]) if row["revoked_at"] is not None else None,
    )
