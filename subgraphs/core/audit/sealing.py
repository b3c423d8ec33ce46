"""封印: every finished day's evidence under one Merkle root, which holds the root of the day before it."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from subgraphs.core import tables
from subgraphs.kit.context import Clock
from subgraphs.kit.database import writing
from subgraphs.kit.events import Events
from subgraphs.kit.evidence import seal_root
from subgraphs.kit.periods import CHINA

EVERY_SECONDS: Final = 600.0
"""How often a process looks whether a day is over."""

GRACE: Final = timedelta(minutes=10)
"""How long after midnight a day's last records may still be on their way into the database."""

_LOG: Final = logging.getLogger("subgraphs.sealing")


def day_of(moment: datetime) -> date:
    """The day, in the province, that a record belongs to."""
    return moment.astimezone(CHINA).date()


def in_seal_order(records: Sequence[tables.Evidence]) -> list[tables.Evidence]:
    """A day's records in the order in which a seal takes them."""
    return sorted(records, key=lambda record: (record.recorded_at, record.chain, record.height))


async def seal_days(session: AsyncSession, now: datetime) -> list[tables.EvidenceSeal]:
    """Seal each day that is over and has records under no seal; the new seals come out, oldest first.

    A record that came after its day was sealed goes under the seal of the first day that is not.
    """
    table, seal = tables.Evidence, tables.EvidenceSeal
    unsealed = (await session.scalars(select(table).where(table.sealed_in_root.is_(None)))).all()
    last = await session.scalar(select(seal).order_by(seal.sealed_on.desc()).limit(1))
    previous, first_open = (last.root, last.sealed_on + timedelta(days=1)) if last else (None, date.min)
    made = []
    for day, found in groupby(in_seal_order(unsealed), key=lambda record: max(day_of(record.recorded_at), first_open)):
        if day >= day_of(now - GRACE):
            break
        records = list(found)
        root = seal_root([record.sha256 for record in records], previous)
        made.append(seal(root=root, sealed_on=day, previous_root=previous, record_count=len(records)))
        session.add(made[-1])
        await session.flush()  # the records name it
        for record in records:
            same = (table.chain == record.chain) & (table.height == record.height)
            await session.execute(update(table).where(same).values(sealed_in_root=root))
        previous = root
    return made


async def seal_days_behind(database: AsyncEngine, _events: Events, clock: Clock) -> None:
    """Seal what is to be sealed now, and look again from time to time, until cancelled.

    Of several processes that seal the same day one does it: days are sealed once.
    """
    while True:
        try:
            async with writing(database), AsyncSession(database) as session, session.begin():
                await seal_days(session, clock())
        except SQLAlchemyError as error:
            _LOG.warning("A day could not be sealed; that is tried again: %s", error)
        await asyncio.sleep(EVERY_SECONDS)
