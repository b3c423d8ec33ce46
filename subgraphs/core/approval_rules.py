"""安心屋: how an institution decides, in public, on what was invented in its service.

    DRAFT --submitted--> INSTITUTION_REVIEW --made public for 15 days--> PUBLICITY
    PUBLICITY --somebody objects--> OBJECTED --the last objection is settled--> PUBLICITY; one is upheld--> REJECTED
    PUBLICITY --its days are over, and no objection is open--> APPROVED --> RELEASED
    any of them before APPROVED --the institution says no--> REJECTED

The inventors have half of what comes of it or more, and a right of use of ten years or more where they have one.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.core import tables
from subgraphs.core.evidence_log import append_evidence
from subgraphs.kit.enums import ApprovalStatus, EvidenceKind
from subgraphs.kit.errors import ErrorCode, Refusal
from subgraphs.kit.periods import CHINA

PUBLICITY_DAYS: Final = 15
LEAST_SHARE: Final = 0.5
LEAST_USAGE_YEARS: Final = 10
UNDECIDED: Final = frozenset(
    {ApprovalStatus.DRAFT, ApprovalStatus.INSTITUTION_REVIEW, ApprovalStatus.PUBLICITY, ApprovalStatus.OBJECTED}
)
"""The statuses in which the institution may still say no."""


def check_terms(inventor_share: float, usage_right_years: int | None) -> None:
    """Raises ``Refusal`` INVALID_SHARE or INVALID_USAGE_RIGHT for less than inventors have a right to."""
    if not LEAST_SHARE <= inventor_share <= 1:
        message = f"inventorShare is {inventor_share}; inventors have {LEAST_SHARE} to 1."
        raise Refusal(ErrorCode.INVALID_SHARE, message)
    if usage_right_years is not None and usage_right_years < LEAST_USAGE_YEARS:
        message = f"usageRightYears is {usage_right_years}; give {LEAST_USAGE_YEARS} or more, or leave it out."
        raise Refusal(ErrorCode.INVALID_USAGE_RIGHT, message)


async def lock_case(session: AsyncSession, case_id: str, wanted: Collection[ApprovalStatus]) -> tables.ApprovalCase:
    """A case in one of these statuses, which nobody else changes until this transaction ends.

    Raises ``Refusal`` APPROVAL_NOT_FOUND, APPROVAL_NOT_THERE.
    """
    table = tables.ApprovalCase
    await session.execute(update(table).where(table.id == case_id).values(objections=table.objections))
    case = await session.get(table, case_id)
    if case is None:
        raise Refusal(ErrorCode.APPROVAL_NOT_FOUND, f"There is no approval case {case_id!r}; give the number of one.")
    if case.status not in wanted:
        needs = " or ".join(sorted(wanted))
        raise Refusal(
            ErrorCode.APPROVAL_NOT_THERE, f"The case {case.id} is {case.status}; for this it has to be {needs}."
        )
    return case


async def move(session: AsyncSession, case: tables.ApprovalCase, status: ApprovalStatus, now: datetime) -> None:
    """Take a case on, and put that on its achievement's chain."""
    case.status = status
    kind = EvidenceKind.APPROVAL_PASSED if status is ApprovalStatus.APPROVED else EvidenceKind.APPROVAL_STEP
    await append_evidence(session, case.achievement_id, kind, {"approval": case.id, "status": status.value}, now)


def begin_publicity(case: tables.ApprovalCase, now: datetime) -> None:
    """The days in which everybody may object: 15, from today on."""
    case.publicity_from = day(now)
    case.publicity_to = day(now) + timedelta(days=PUBLICITY_DAYS - 1)


def check_public(case: tables.ApprovalCase, now: datetime) -> None:
    """Raises ``Refusal`` PUBLICITY_OVER once its days are over."""
    if case.publicity_to is None or day(now) > case.publicity_to:
        message = f"The case {case.id} was public until {case.publicity_to}; objections came until then."
        raise Refusal(ErrorCode.PUBLICITY_OVER, message)


def check_seen(case: tables.ApprovalCase, now: datetime) -> None:
    """Raises ``Refusal`` STILL_PUBLIC while its days are not over."""
    if case.publicity_to is None or day(now) <= case.publicity_to:
        message = f"The case {case.id} is public until {case.publicity_to}; decide after that."
        raise Refusal(ErrorCode.STILL_PUBLIC, message)


async def open_objections(session: AsyncSession, case: tables.ApprovalCase) -> list[tables.Objection]:
    """The objections that nobody has settled."""
    table = tables.Objection
    statement = select(table).where(table.case_id == case.id, table.is_upheld.is_(None)).order_by(table.number)
    return list(await session.scalars(statement))


def day(moment: datetime) -> date:
    """The day in the province."""
    return moment.astimezone(CHINA).date()
