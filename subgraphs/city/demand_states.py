"""A demand's life: open, matched with an answer, signed or withdrawn; each step is recorded where it cannot be bent.

    publish -> OPEN --match--> MATCHED --sign--> SIGNED
                 ^  <--reopen--   |
                 +---- withdraw --+--> WITHDRAWN

A step locks its demand before it looks at it, so that of two steps taken at once one comes first and the other is judged by
what the first left. The record is written in the same transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.city import tables
from subgraphs.kit.enums import DemandStep, ListingStatus
from subgraphs.kit.errors import ErrorCode, Refusal
from subgraphs.kit.evidence import record_hash


@dataclass(frozen=True, slots=True)
class Transition:
    """From which statuses a step may be taken, to which it leads, and how it is refused elsewhere."""

    sources: frozenset[ListingStatus]
    target: ListingStatus
    refusal: ErrorCode
    rule: str


_OPEN: Final = frozenset({ListingStatus.OPEN})
_MATCHED: Final = frozenset({ListingStatus.MATCHED})
TRANSITIONS: Final[Mapping[DemandStep, Transition]] = {
    DemandStep.ANSWERED: Transition(
        _OPEN, ListingStatus.OPEN, ErrorCode.DEMAND_NOT_OPEN, "only open demands are answered"
    ),
    DemandStep.MATCHED: Transition(
        _OPEN, ListingStatus.MATCHED, ErrorCode.DEMAND_NOT_OPEN, "only open demands are matched"
    ),
    DemandStep.REOPENED: Transition(
        _MATCHED, ListingStatus.OPEN, ErrorCode.DEMAND_NOT_MATCHED, "only matched demands are opened again"
    ),
    DemandStep.SIGNED: Transition(
        _MATCHED, ListingStatus.SIGNED, ErrorCode.DEMAND_NOT_MATCHED, "match it with an answer first"
    ),
    DemandStep.WITHDRAWN: Transition(
        _OPEN | _MATCHED, ListingStatus.WITHDRAWN, ErrorCode.DEMAND_CLOSED, "what is signed or withdrawn stays so"
    ),
}
"""Every step but the first, which is taken by publishing."""


async def lock_demand(session: AsyncSession, demand_id: str) -> tables.Demand:
    """The demand as it stands, which nobody else changes until this transaction ends. Raises ``Refusal`` DEMAND_NOT_FOUND."""
    table = tables.Demand
    # A write that changes nothing is the one lock that SQLite and PostgreSQL both have.
    await session.execute(update(table).where(table.id == demand_id).values(status=table.status))
    demand = await session.get(table, demand_id)
    if demand is None:
        message = f"There is no demand {demand_id!r}; give the id of one that is listed."
        raise Refusal(ErrorCode.DEMAND_NOT_FOUND, message)
    return demand


def check_step(demand: tables.Demand, step: DemandStep) -> None:
    """Raises ``Refusal`` with the transition's code where the demand's status forbids the step."""
    transition = TRANSITIONS[step]
    if demand.status not in transition.sources:
        raise Refusal(transition.refusal, f"The demand {demand.id} is {demand.status}; {transition.rule}.")


async def take_step(
    session: AsyncSession, demand: tables.Demand, step: DemandStep, subject: Mapping[str, Any], at: datetime
) -> None:
    """Move a locked demand on and record it. Raises what :func:`check_step` raises."""
    check_step(demand, step)
    demand.status = TRANSITIONS[step].target
    await record_step(session, demand.id, step, subject, at)


async def record_step(
    session: AsyncSession, demand_id: str, step: DemandStep, subject: Mapping[str, Any], at: datetime
) -> None:
    """Append a step to a demand's chain of records."""
    table = tables.DemandRecord
    newest = select(table.height, table.sha256).where(table.demand_id == demand_id).order_by(table.height.desc())
    last = (await session.execute(newest.limit(1))).one_or_none()
    height, previous = (0, None) if last is None else (last.height + 1, last.sha256)
    digest = record_hash(chain=demand_id, height=height, kind=step, recorded_at=at, subject=subject, previous=previous)
    session.add(
        table(
            demand_id=demand_id,
            height=height,
            step=step,
            subject=dict(subject),
            sha256=digest,
            previous_sha256=previous,
            recorded_at=at,
        )
    )
