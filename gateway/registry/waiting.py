"""Subgraphs that only compose together: each waits, for a while, until the others have come, to whichever process they come."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import msgspec
from sqlalchemy import delete, insert, select

from gateway.registry.proposals import Proposal
from gateway.registry.store.database import Database, to_milliseconds
from gateway.registry.store.tables import WAITING

PATIENCE_SECONDS: Final = 600.0


class WaitingRoom:
    """The proposals that are waiting, by environment and name. Whoever still wants to be published comes again and again."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def enter(self, environment: str, proposals: Sequence[Proposal]) -> None:
        """Wait from now on; whoever has waited too long is shown out."""
        now = self._database.now()
        rows = [
            {
                "environment": environment,
                "name": proposal.name,
                "proposal": msgspec.json.encode(proposal).decode(),
                "entered_at": to_milliseconds(now),
            }
            for proposal in proposals
        ]
        late = WAITING.c.entered_at < to_milliseconds(now - timedelta(seconds=PATIENCE_SECONDS))
        names = [proposal.name for proposal in proposals]
        async with self._database.writing() as connection:
            await connection.execute(delete(WAITING).where(late))
            await connection.execute(
                delete(WAITING).where(WAITING.c.environment == environment, WAITING.c.name.in_(names))
            )
            await connection.execute(insert(WAITING), rows)

    async def leave(self, environment: str, proposals: Sequence[Proposal]) -> None:
        """Wait no longer."""
        names = [proposal.name for proposal in proposals]
        async with self._database.writing() as connection:
            await connection.execute(
                delete(WAITING).where(WAITING.c.environment == environment, WAITING.c.name.in_(names))
            )

    async def others(self, environment: str, proposals: Sequence[Proposal]) -> tuple[Proposal, ...]:
        """Who else waits there."""
        since = to_milliseconds(self._database.now() - timedelta(seconds=PATIENCE_SECONDS))
        own = [proposal.name for proposal in proposals]
        query = select(WAITING.c.proposal).where(
            WAITING.c.environment == environment, WAITING.c.name.not_in(own), WAITING.c.entered_at >= since
        )
        async with self._database.reading() as connection:
            found = (await connection.execute(query.order_by(WAITING.c.name))).scalars().all()
        return tuple(msgspec.json.decode(text, type=Proposal) for text in found)
