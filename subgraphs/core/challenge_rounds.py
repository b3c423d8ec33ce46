"""创新挑战赛的轮次: a demand is entered, screened, and moves on from round to round by the marks of judges.

    COLLECTED --screening--> PUBLISHED --judged--> MATCHED --judged--> FINAL --judged, with an amount--> SIGNED

A round is passed with the marks of at least three judges, whose mean is at least 60. Each judge marks an entry once a round.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.core import tables
from subgraphs.kit.enums import ChallengeStage
from subgraphs.kit.errors import ErrorCode, Refusal

FEWEST_JUDGES: Final = 3
PASS_MARK: Final = 60
HIGHEST_MARK: Final = 100

NEXT: Final[Mapping[ChallengeStage, ChallengeStage]] = MappingProxyType(
    {
        ChallengeStage.COLLECTED: ChallengeStage.PUBLISHED,
        ChallengeStage.PUBLISHED: ChallengeStage.MATCHED,
        ChallengeStage.MATCHED: ChallengeStage.FINAL,
        ChallengeStage.FINAL: ChallengeStage.SIGNED,
    }
)
"""The stage after each."""

JUDGED: Final = frozenset({ChallengeStage.PUBLISHED, ChallengeStage.MATCHED, ChallengeStage.FINAL})
"""The stages that an entry leaves only by the judges' marks."""


Round = tuple[int, int, ChallengeStage]
"""An entry at a stage: the challenge's year, the entry's number, the stage."""


@dataclass(frozen=True, slots=True)
class Marks:
    """How many judges have marked an entry at a stage, and what their marks add up to."""

    count: int = 0
    total: int = 0

    @property
    def mean(self) -> float | None:
        """The mean mark; ``None`` without any."""
        return self.total / self.count if self.count else None


async def lock_event(session: AsyncSession, year: int) -> tables.ChallengeEvent:
    """The challenge of a year, in which nobody else changes anything until this transaction ends.

    Raises ``Refusal`` CHALLENGE_NOT_FOUND.
    """
    table = tables.ChallengeEvent
    await session.execute(update(table).where(table.year == year).values(name=table.name))
    event = await session.get(table, year)
    if event is None:
        raise Refusal(ErrorCode.CHALLENGE_NOT_FOUND, f"There is no challenge of {year}; open one first.")
    return event


async def lock_entry(session: AsyncSession, year: int, number: int) -> tables.ChallengeEntry:
    """An entry as it stands, locked with its challenge. Raises ``Refusal`` CHALLENGE_NOT_FOUND or ENTRY_NOT_FOUND."""
    await lock_event(session, year)
    entry = await session.get(tables.ChallengeEntry, (year, number))
    if entry is None:
        message = f"The challenge of {year} has no entry {number}; give the number of one that was entered."
        raise Refusal(ErrorCode.ENTRY_NOT_FOUND, message)
    return entry


def check_judged_now(entry: tables.ChallengeEntry) -> None:
    """Raises ``Refusal`` NOT_TO_BE_JUDGED for an entry at a stage without judges."""
    if entry.stage not in JUDGED:
        stages = ", ".join(sorted(JUDGED))
        message = f"The entry {entry.number} is {entry.stage}; marks are given at {stages}."
        raise Refusal(ErrorCode.NOT_TO_BE_JUDGED, message)


async def check_passed(session: AsyncSession, entry: tables.ChallengeEntry) -> None:
    """Raises ``Refusal`` where the entry may not leave its stage: ENTRY_FINISHED, NOT_YET_JUDGED or BELOW_THE_MARK."""
    if entry.stage not in NEXT:
        raise Refusal(
            ErrorCode.ENTRY_FINISHED, f"The entry {entry.number} is {entry.stage}; there is no further stage."
        )
    if entry.stage not in JUDGED:
        return
    (marks,) = await load_marks(session, [(entry.event_year, entry.number, entry.stage)])
    if marks.mean is None or marks.count < FEWEST_JUDGES:
        message = f"The entry {entry.number} has {marks.count} marks at {entry.stage}; {FEWEST_JUDGES} judges have to mark it."
        raise Refusal(ErrorCode.NOT_YET_JUDGED, message)
    if marks.mean < PASS_MARK:
        message = f"The entry {entry.number} has a mean mark of {marks.mean:.1f} at {entry.stage}; {PASS_MARK} passes."
        raise Refusal(ErrorCode.BELOW_THE_MARK, message)


async def load_marks(session: AsyncSession, keys: list[Round]) -> list[Marks]:
    """Batch: the marks of entries at a stage each."""
    table = tables.ChallengeMark
    key = (table.event_year, table.number, table.stage)
    counted = select(*key, func.count(), func.sum(table.mark)).where(tuple_(*key).in_(keys)).group_by(*key)
    found = {
        (year, number, stage): Marks(count, int(total))
        for year, number, stage, count, total in await session.execute(counted)
    }
    return [found.get(key, Marks()) for key in keys]
