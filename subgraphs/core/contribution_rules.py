"""贡献积分规则: what a broker's act is worth, how often it counts, and how it is entered into the ledger.

An act is known by what it was done on: a demand, a deal or a day. It counts once, whoever enters it and however often: who
enters it again is answered with the entry that there is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.core import tables
from subgraphs.core.once import SERIAL
from subgraphs.kit.database_writes import next_serial
from subgraphs.kit.enums import ContributionReason, ContributionSubject
from subgraphs.kit.errors import ErrorCode, Refusal
from subgraphs.kit.periods import day_of


@dataclass(frozen=True, slots=True)
class Rule:
    """What one kind of act is worth, and what it is done on."""

    reason: ContributionReason
    points: int
    subject: ContributionSubject
    exclusive: bool
    """Whether one broker alone can do it on the same subject."""


RULES: Final[Mapping[ContributionReason, Rule]] = {
    rule.reason: rule
    for rule in (
        Rule(ContributionReason.DEMAND_REFINED, 10, ContributionSubject.DEMAND, exclusive=True),
        Rule(ContributionReason.DEMAND_PUSHED, 5, ContributionSubject.DEMAND, exclusive=False),
        Rule(ContributionReason.MATCH_MADE, 20, ContributionSubject.DEAL, exclusive=True),
        Rule(ContributionReason.DEAL_SIGNED, 50, ContributionSubject.DEAL, exclusive=True),
        Rule(ContributionReason.ROADSHOW, 8, ContributionSubject.DAY, exclusive=False),
    )
}
"""The rules in force."""


_LEDGER: Final = "contribution"


@dataclass(frozen=True, slots=True)
class Act:
    """What a broker did: on a demand, on a deal (perhaps one that met a demand), or on the day of ``at``."""

    registration_no: str
    reason: ContributionReason
    at: datetime
    deal_id: str | None = None
    demand_id: str | None = None


async def enter(session: AsyncSession, act: Act) -> tables.Contribution:
    """The entry of an act, which is made unless it is there.

    Raises ``Refusal`` BROKER_NOT_FOUND, and CONTRIBUTION_TAKEN where another broker has done what one alone can do.
    """
    rule, table = RULES[act.reason], tables.Contribution
    await next_serial(session, SERIAL, _LEDGER)  # others wait: of two entries of one act, one comes first
    if await session.get(tables.Broker, act.registration_no) is None:
        message = f"There is no broker {act.registration_no!r}; give a number of registration."
        raise Refusal(ErrorCode.BROKER_NOT_FOUND, message)
    done = (await session.scalars(select(table).where(table.reason == act.reason, _same(rule, act)))).all()
    for entry in done:
        if entry.registration_no == act.registration_no:
            return entry
    if done and rule.exclusive:
        message = f"{act.reason} on {act.deal_id or act.demand_id} is {done[0].registration_no}'s; it counts once."
        raise Refusal(ErrorCode.CONTRIBUTION_TAKEN, message)
    entry = table(
        registration_no=act.registration_no,
        points=rule.points,
        reason=act.reason,
        at=act.at,
        deal_id=act.deal_id,
        demand_id=act.demand_id,
    )
    session.add(entry)
    await session.flush()
    return entry


def _same(rule: Rule, act: Act) -> ColumnElement[bool]:
    table = tables.Contribution
    match rule.subject:
        case ContributionSubject.DEMAND:
            return table.demand_id == act.demand_id
        case ContributionSubject.DEAL:
            return table.deal_id == act.deal_id
        case ContributionSubject.DAY:
            return (table.registration_no == act.registration_no) & day_of(act.at).holds(table.at)
